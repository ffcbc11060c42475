#!/usr/bin/env bash
# Shared by the scripts above: where the repository is, how Debian packages and the Python environment come.
set -euo pipefail

REPOSITORY="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
VENV="$REPOSITORY/.venv-tests"
export REPOSITORY VENV

# What the build links, and what samples and checks need beside it. Pinned to the versions of Debian 12 as far as
# security updates, which replace the rest of the version, allow.
BUILD_PACKAGES=(
  'libvips-dev=8.14.*' 'libcurl4-openssl-dev=7.88.*' 'libssl-dev=3.0.*' 'libsqlite3-dev=3.40.*'
  'pkg-config=1.8.*' 'git=1:2.39.*' 'ca-certificates'
)
SAMPLE_PACKAGES=('libvips-tools=8.14.*' 'python3=3.11.*' 'python3-venv=3.11.*')
TEST_PACKAGES=('binutils=2.40-*')
CHECK_PACKAGES=('shellcheck=0.9.*')
BENCH_PACKAGES=('gcc=4:12.*')
export BUILD_PACKAGES SAMPLE_PACKAGES TEST_PACKAGES CHECK_PACKAGES BENCH_PACKAGES

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# Prints the comment block at the top of a script, without its first line and its number signs.
usage_of() {
  sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//;p}' "$1"
}

is_installed() {
  [[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" == ii* ]]
}

# install_packages NAME[=VERSION]...: installs what is missing and touches nothing else. Where the pinned version is not
# in the archive (another Debian), the one at hand is taken, with a warning.
install_packages() {
  local entry missing=()
  for entry in "$@"; do
    is_installed "${entry%%=*}" || missing+=("$entry")
  done
  ((${#missing[@]} == 0)) && return 0

  command -v apt-get >/dev/null \
    || fail "this needs the Debian packages ${missing[*]%%=*}, and there is no apt-get here to install them with"
  if [[ "$(id -u)" != 0 ]]; then
    say "error: packages are missing and only root may install them. Run:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]%%=*}"
    exit 1
  fi

  say "installing ${missing[*]%%=*}"
  local log
  log="$(mktemp)"
  if ! apt_install "$log" "${missing[@]}"; then
    # An index older than the archive's last security fix names files that are gone: refresh it and try again.
    apt-get update -q >>"$log" 2>&1 || true
    if ! apt_install "$log" "${missing[@]}"; then
      say "warning: not available as pinned (${missing[*]}); taking the versions at hand"
      if ! apt_install "$log" "${missing[@]%%=*}"; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install ${missing[*]%%=*}"
      fi
    fi
  fi
  rm -f "$log"
}

apt_install() {
  local log="$1"
  shift
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >>"$log" 2>&1 </dev/null
}

# Creates or completes the Python environment of samples, tests and benchmarks from the pinned list beside this file.
ensure_venv() {
  local list="$REPOSITORY/scripts/lib/requirements.txt" stamp="$VENV/.installed" log
  if [[ -x "$VENV/bin/python" ]] && cmp -s "$list" "$stamp"; then
    return 0
  fi
  # Two scripts started at once must not build the same folder.
  exec 9>"$REPOSITORY/.venv-tests.lock"
  flock 9
  if [[ ! -x "$VENV/bin/python" ]] || ! cmp -s "$list" "$stamp"; then
    say "preparing the Python environment .venv-tests"
    log="$(mktemp)"
    if ! { python3 -m venv "$VENV" && "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check \
      --only-binary :all: -r "$list"; } >"$log" 2>&1 </dev/null; then
      tail -n 20 "$log" >&2
      rm -f "$log"
      fail "the Python environment could not be prepared"
    fi
    rm -f "$log"
    cp "$list" "$stamp"
  fi
  exec 9>&-
}

require_swift() {
  command -v swift >/dev/null \
    || fail "no swift on the PATH; install Swift 6.2 or newer from https://www.swift.org/install/linux/"
}

# build_quietly ARGUMENT...: swift build; what it prints is shown only where it fails.
build_quietly() {
  local log
  log="$(mktemp)"
  if ! swift build --package-path "$REPOSITORY" "$@" >"$log" 2>&1 </dev/null; then
    tail -n 60 "$log" >&2
    rm -f "$log"
    fail "the build failed"
  fi
  rm -f "$log"
}

build_release() {
  build_quietly -c release --product magpie
  build_quietly -c release --product magpie-decoder
}

release_folder() {
  swift build --package-path "$REPOSITORY" -c release --show-bin-path
}
