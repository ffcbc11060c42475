import Testing

/// The built programs as a user runs them. One test at a time: each loads the whole machine.
@Suite("End to end", .serialized)
struct EndToEnd {}
