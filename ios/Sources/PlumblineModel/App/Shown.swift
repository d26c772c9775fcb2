// What a screen shows of something that is read: nothing yet, the value, or the last value with what stood in the way.

/// A value as it was last read.
public struct Shown<Value: Sendable>: Sendable {
  public private(set) var value: Value?
  public private(set) var fault: Fault?
  // Readings overlap: a person acts while a screen is being read.
  private var begun = 0
  private var taken = 0

  public init() {}

  /// True before the first answer.
  public var isComing: Bool { value == nil && fault == nil }

  /// Begins a reading: its number, to be given with its answer.
  mutating func begin() -> Int {
    begun += 1
    return begun
  }

  /// Takes the answer of a reading; what was shown stays where that is a fault, and where a reading that began later has
  /// answered before. The answer is awaited before, never in the call: the value is held from there on. True where the value
  /// is the answer's.
  @discardableResult
  mutating func take(_ result: Result<Value, Fault>, of reading: Int) -> Bool {
    guard reading > taken else { return false }
    taken = reading
    switch result {
    case .success(let value):
      (self.value, fault) = (value, nil)
      return true
    case .failure(let fault):
      self.fault = fault
      return false
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
