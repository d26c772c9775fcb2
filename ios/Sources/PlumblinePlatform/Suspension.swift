// The moment between the screen and suspension: the core must have let go of its files before the system stops the app.

import PlumblineModel
import UIKit

@MainActor
public enum Suspension {
  /// Lets the core rest, and holds the system off until it does.
  public static func leave(_ app: AppModel) async {
    let task = UIApplication.shared.beginBackgroundTask(withName: "pause", expirationHandler: nil)
    await app.leave()
    UIApplication.shared.endBackgroundTask(task)
  }
}
