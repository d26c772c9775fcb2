// The moment between the screen and suspension: the core must have let go of its files before the system stops the app.

import PlumblineModel
import UIKit

@MainActor
public enum Suspension {
  /// Gives the system what waits, lets the core rest, and holds the system off until it does.
  public static func leave(_ app: AppModel) async {
    await hold { Background.ask(hasWaiting: await !app.leave()) }
  }

  /// Holds the system off until the work has ended. It is cancelled where that takes longer than the system waits.
  static func hold(_ work: @escaping @MainActor () async -> Void) async {
    let working = Task { await work() }
    let task = UIApplication.shared.beginBackgroundTask(withName: "pause") { working.cancel() }
    await working.value
    UIApplication.shared.endBackgroundTask(task)
  }
}
