"""Running programs and measuring them with all that they start: wall, CPU, memory."""

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

SAMPLE_SECONDS = 0.05
PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Sample:
    """One look at a process tree; bytes."""

    seconds: float
    root_rss: int
    tree_rss: int
    tree_pss: int


@dataclass
class Run:
    wall: float
    cpu: float
    samples: list = field(default_factory=list)

    def peak(self, name):
        return max((getattr(sample, name) for sample in self.samples), default=0)

    def at(self, share):
        """The sample taken when that share of the run's time had passed."""
        return min(self.samples, key=lambda sample: abs(sample.seconds - share * self.wall))


def become_reaper():
    """Children whose parent ended without waiting for them come to us: their CPU time is counted too."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("error: this kernel has no child subreaper")


def _parents():
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError):
                pass
    return parents


def _tree(root):
    parents = _parents()
    members, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return members


def _memory(pid):
    """Resident and proportional bytes of one process; zeros where it has gone."""
    sizes = {b"Rss:": 0, b"Pss:": 0}
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                words = line.split()
                if words[0] in sizes:
                    sizes[words[0]] = int(words[1]) * 1024
    except OSError:
        pass
    return sizes[b"Rss:"], sizes[b"Pss:"]


def _watch(roots, begun, samples, done):
    while not done.wait(SAMPLE_SECONDS):
        tree = {pid: _memory(pid) for pid in set().union(*map(_tree, roots))}
        rss = sum(memory[0] for memory in tree.values())
        if rss:
            root_rss = sum(tree[root][0] for root in roots)
            pss = sum(memory[1] for memory in tree.values())
            samples.append(Sample(time.monotonic() - begun, root_rss, rss, pss))


def run(*commands, memory=False, environment=None):
    """Starts the commands together and waits for all. Looking at memory costs CPU: ask for it in runs of its own."""
    samples, done, watcher = [], threading.Event(), None
    with tempfile.TemporaryFile() as log:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.monotonic()
        processes = [
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(environment or {})}
            )
            for command in commands
        ]
        if memory:
            roots = [process.pid for process in processes]
            watcher = threading.Thread(target=_watch, args=(roots, begun, samples, done), daemon=True)
            watcher.start()
        statuses = [process.wait() for process in processes]
        wall = time.monotonic() - begun
        if watcher:
            done.set()
            watcher.join()
        _reap_the_left_over()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        for command, status in zip(commands, statuses):
            if status != 0:
                log.seek(0)
                text = log.read().decode(errors="replace")[-2000:]
                sys.exit(f"error: {' '.join(command)} ended with {status}\n{text}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, samples)


def _reap_the_left_over(limit_seconds=5):
    deadline = time.monotonic() + limit_seconds
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)
        except ChildProcessError:
            return
