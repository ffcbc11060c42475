import Foundation
import Glibc
import Synchronization

/// A program that runs as a process of its own, its output in files so that no pipe can hold it up.
final class RunningProgram: Sendable {
  struct Outcome: Sendable {
    /// Of a process that ended by itself.
    var code: Int32?
    /// What ended it otherwise.
    var signal: Int32?
    var output: String
    var error: String
    var seconds: Double

    /// The lines of the output, each a JSON object.
    func events() throws -> [RunEvent] { try RunEvent.lines(of: output) }
  }

  let pid: pid_t
  private let words: String
  private let began = ContinuousClock.now
  private let ended: AsyncStream<Void>
  /// What waitpid(2) gave, once it has ended.
  private let status = Mutex<Int32?>(nil)
  private let isOverdue = Atomic(false)
  private let files: (output: URL, error: URL)

  /// No test's command takes nearly as long on a busy machine.
  private static let secondsMax = 120
  private static let count = Atomic(0)

  init(_ path: String, _ arguments: [String], in workspace: Workspace) throws {
    let number = RunningProgram.count.wrappingAdd(1, ordering: .relaxed).newValue
    let log = URL(filePath: workspace.logs).appending(path: "\(number)")
    files = (log.appendingPathExtension("output"), log.appendingPathExtension("error"))
    words = arguments.joined(separator: " ")
    let continuation: AsyncStream<Void>.Continuation
    (ended, continuation) = AsyncStream.makeStream()
    pid = try RunningProgram.spawn(
      [path] + arguments, output: files.output.path, error: files.error.path, directory: workspace.path)
    // A thread of its own: waiting must not take one from the tests.
    Thread.detachNewThread { [self] in
      reap()
      continuation.finish()
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(RunningProgram.secondsMax)) { [weak self] in
      guard let self, isRunning else { return }
      isOverdue.store(true, ordering: .relaxed)
      send(SIGKILL)
    }
  }

  var isRunning: Bool { status.withLock { $0 == nil } }
  /// What it has written so far.
  var output: String { RunningProgram.text(files.output) }

  /// Sends a signal, unless it has ended.
  func send(_ signal: Int32) {
    status.withLock { if $0 == nil { _ = kill(pid, signal) } }
  }

  /// Waits for its end.
  func outcome() async throws -> Outcome {
    for await _ in ended {}
    let status = status.withLock { $0 } ?? 0
    if isOverdue.load(ordering: .relaxed) {
      throw Failure("“\(words)” did not end in \(RunningProgram.secondsMax) s: \(RunningProgram.text(files.error))")
    }
    let signal = status & 0x7F
    let elapsed = began.duration(to: .now)
    return Outcome(
      code: signal == 0 ? (status >> 8) & 0xFF : nil, signal: signal == 0 ? nil : signal,
      output: output, error: RunningProgram.text(files.error), seconds: elapsed / .seconds(1))
  }

  /// Waits until `condition` holds; `false` where the program ended first.
  func wait(until condition: () throws -> Bool) async throws -> Bool {
    while true {
      if try condition() { return true }
      guard isRunning else { return try condition() }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  private func reap() {
    // The pid stays taken until it is reaped, which happens only while nobody sends it a signal.
    var information = siginfo_t()
    while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    status.withLock { status in
      var ended: Int32 = 0
      _ = waitpid(pid, &ended, 0)
      status = ended
    }
  }

  /// posix_spawn(3), because Foundation's Process hands on the signal mask of the calling thread, in which a test's
  /// thread blocks SIGTERM, and waits for grandchildren too.
  private static func spawn(
    _ arguments: [String], output: String, error: String, directory: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, error, flags, 0o600)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (nothing, everything) = (sigset_t(), sigset_t())
    sigemptyset(&nothing)
    sigfillset(&everything)
    posix_spawnattr_setsigmask(&attributes, &nothing)
    posix_spawnattr_setsigdefault(&attributes, &everything)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // Settings of whoever runs the tests must not reach the program.
    let variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MAGPIE_") }
    // env(1) changes into the directory and becomes the program, its pid the same.
    let words = (["/usr/bin/env", "-C", directory] + arguments).map { strdup($0) } + [nil]
    let environment = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + environment { free(text) } }
    var pid: pid_t = 0
    let failure = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, words, environment)
    guard failure == 0 else { throw Failure("\(arguments[0]) cannot be started: error \(failure)") }
    return pid
  }

  private static func text(_ file: URL) -> String {
    String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
  }
}
