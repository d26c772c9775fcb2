// A shim of os: declarations for a type check on Linux; never run.

public struct OSLogPrivacy: Sendable { public static let `public` = Self(), `private` = Self() }

public struct OSLogMessage: ExpressibleByStringInterpolation {
  public struct StringInterpolation: StringInterpolationProtocol {
    public init(literalCapacity: Int, interpolationCount: Int) {}
    public mutating func appendLiteral(_ literal: String) {}
    public mutating func appendInterpolation(_ text: @autoclosure @escaping () -> String, privacy: OSLogPrivacy) {}
  }
  public init(stringLiteral text: String) {}
  public init(stringInterpolation: StringInterpolation) {}
}

public struct Logger: Sendable {
  public init(subsystem: String, category: String) {}
  public func warning(_ message: OSLogMessage) {}
}
