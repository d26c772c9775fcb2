// One thing after the other: what begins later waits until all before it has ended.

/// Gives turns.
@MainActor
final class Turns {
  private var last: Task<Bool, Never>?

  /// Stops what is under way.
  func stop() { last?.cancel() }

  /// Works when the turn comes. Who is cancelled while waiting for it stops what they wait for, too: their time is up.
  func take(_ work: @escaping @MainActor () async -> Bool) async -> Bool {
    let before = last
    let mine = Task {
      _ = await before?.outcome
      return await work()
    }
    last = mine
    return await mine.outcome
  }
}

extension Task where Failure == Never {
  /// Its value. Who is cancelled while waiting for it cancels it.
  fileprivate var outcome: Success {
    get async {
      await withTaskCancellationHandler {
        await value
      } onCancel: {
        cancel()
      }
    }
  }
}
