// A shim of CryptoKit: declarations for a type check on Linux; never run.

@_exported import Foundation

public enum SHA256 {
  public typealias Digest = [UInt8]
  public static func hash(data: Data) -> Digest { fatalError() }
}
