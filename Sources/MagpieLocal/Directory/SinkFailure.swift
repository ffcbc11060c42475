import Glibc
import MagpieCore

/// The error codes of the writing side.
enum SinkFailure {
  /// `what` happened because of `failure`.
  static func error(_ failure: SystemFailure, _ what: String) -> MagpieError {
    switch failure.code {
    case EISDIR, ENOTDIR, EEXIST, ENOTEMPTY, ELOOP:
      MagpieError(.sinkConflict, "\(what): something else stands in its place (\(failure)); move it away")
    case ENOSPC, EDQUOT:
      MagpieError(.sinkFull, "\(what): \(failure); free space and run the same command again")
    case EACCES, EPERM, EROFS:
      MagpieError(.sinkDenied, "\(what): \(failure); check the permissions of the destination")
    case ENAMETOOLONG, EINVAL, EILSEQ:
      MagpieError(.sinkName, "\(what): the file system does not take this name (\(failure))")
    default:
      MagpieError(.sinkUnwritable, "\(what): \(failure)")
    }
  }
}
