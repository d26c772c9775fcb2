// Work in the background: a short round now and then, a long one while the phone charges, one when the system carried what it
// was given. The system says when and for how long; a round that is cut off loses nothing, and the next one goes on where it was.

import BackgroundTasks
import Foundation
import PlumblineModel

@MainActor
public enum Background {
  public static let refresh = "org.plumbline.refresh"
  public static let upload = "org.plumbline.upload"

  private static var app: AppModel?
  private static var rest: (() -> Void)?

  /// To be called before the app has finished launching.
  public static func register(_ app: AppModel) {
    self.app = app
    for name in [refresh, upload] {
      BGTaskScheduler.shared.register(forTaskWithIdentifier: name, using: .main) { task in
        let handed = Handed(task: task)
        MainActor.assumeIsolated { run(handed, app) }
      }
    }
  }

  /// The system woke the app because of what it carried. `rest` is called once that was taken up.
  public static func wake(_ rest: @escaping () -> Void) { self.rest = rest }

  /// The system has said all that it had to say of what it carried.
  static func takeUp() async {
    let rest = rest
    self.rest = nil
    if let app {
      await Suspension.hold { ask(hasWaiting: await !app.workInBackground()) }
    }
    rest?()
  }

  /// Asks for both; also whenever the app goes to the background with something that waits.
  static func ask(hasWaiting: Bool) {
    let soon = BGAppRefreshTaskRequest(identifier: refresh)
    soon.earliestBeginDate = Date(timeIntervalSinceNow: 15 * 60)
    try? BGTaskScheduler.shared.submit(soon)
    guard hasWaiting else { return }
    let long = BGProcessingTaskRequest(identifier: upload)
    long.requiresNetworkConnectivity = true
    try? BGTaskScheduler.shared.submit(long)
  }

  private static func run(_ handed: Handed, _ app: AppModel) {
    let work = Task { @MainActor in
      let isDone = await app.workInBackground()
      ask(hasWaiting: !isDone)
      handed.task.setTaskCompleted(success: isDone)
    }
    handed.task.expirationHandler = { work.cancel() }
  }

  /// The system's task, handed to the main actor, where it stays.
  private struct Handed: @unchecked Sendable { let task: BGTask }
}
