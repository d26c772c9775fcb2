// What a screen shows of something that is read: nothing yet, the value, or the last value with what stood in the way.

/// A value as it was last read.
public struct Shown<Value: Sendable>: Sendable {
  public private(set) var value: Value?
  public private(set) var fault: Fault?

  public init() {}

  /// True before the first answer.
  public var isComing: Bool { value == nil && fault == nil }

  /// Takes an answer; what was shown stays where that is a fault. The answer is awaited before, never in the call: the value
  /// is held from there on.
  mutating func take(_ result: Result<Value, Fault>) {
    switch result {
    case .success(let value): (self.value, fault) = (value, nil)
    case .failure(let fault): self.fault = fault
    }
  }
}

/// Runs a call of the core; what it throws is a fault.
@MainActor
func asking<Value: Sendable>(_ call: @MainActor () async throws -> Value) async -> Result<Value, Fault> {
  do {
    return .success(try await call())
  } catch {
    return .failure(Fault(error))
  }
}
