// Keeps the core awake while somebody needs it: the screen, or work in the background. When nobody does, it lets go of every
// file lock, because a suspended app that holds one is killed.

/// Who needs the core.
public enum Need: Hashable, Sendable {
  case screen
  case background
}

/// Counts who needs the core, and pauses and resumes it one after the other, never both at once.
public actor Awake {
  private let pause: @Sendable () async throws -> Void
  private let resume: @Sendable () async throws -> Void
  private var needs: Set<Need>
  private var isAwake = true
  private var turn: Task<Void, any Error>?

  /// The core is awake, because of `first`.
  public init(
    _ first: Set<Need>, pause: @escaping @Sendable () async throws -> Void,
    resume: @escaping @Sendable () async throws -> Void
  ) {
    needs = first
    self.pause = pause
    self.resume = resume
  }

  /// Returns when the core is awake. Who cannot have it does not keep it awake later.
  public func need(_ need: Need) async throws {
    needs.insert(need)
    do {
      try await settle()
    } catch {
      needs.remove(need)
      throw error
    }
  }

  /// Returns when the core has let go, if this was the last one.
  public func release(_ need: Need) async throws {
    needs.remove(need)
    try await settle()
  }

  public func isNeeded(by need: Need) -> Bool { needs.contains(need) }

  private func settle() async throws {
    let before = turn
    let mine = Task {
      _ = await before?.result
      try await self.step()
    }
    turn = mine
    try await mine.value
  }

  private func step() async throws {
    let wanted = !needs.isEmpty
    guard wanted != isAwake else { return }
    try await wanted ? resume() : pause()
    isAwake = wanted
  }
}
