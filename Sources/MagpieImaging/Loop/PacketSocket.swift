import Glibc
import MagpieCore

/// The decoder's end of its SOCK_SEQPACKET socket: one message, one packet.
struct PacketSocket {
  enum Received {
    case request(DecoderRequest)
    /// The node has gone or has closed its end.
    case end
    /// What came is no request.
    case malformed
  }

  let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: DecoderProtocol.packetBytesMax)

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Waits for the next packet.
  mutating func receive() -> Received {
    let descriptor = self.descriptor
    while true {
      // MSG_TRUNC returns a packet's true length even where it does not fit.
      let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_TRUNC)) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return .end }
      guard count <= buffer.count, let request = DecoderRequest(packet: buffer[..<count]) else { return .malformed }
      return .request(request)
    }
  }

  /// Returns false where nobody is left to read it.
  func send(_ reply: DecoderReply) -> Bool {
    let packet = reply.packet
    while true {
      let count = packet.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0, errno == EINTR { continue }
      return count == packet.count
    }
  }
}
