// Whether the light about the phone is the sun's. No app may read the light sensor of an iPhone; the system turns the screen to
// its brightest by it, and that can be seen.

import Foundation
import UIKit

@MainActor
public enum Daylight {
  /// Over this the screen is as bright as it gets only in the sun.
  private static let bright = 0.95

  /// Each change, from the present one on; ends with its task.
  public static func follow() -> AsyncStream<Bool> {
    AsyncStream { continuation in
      continuation.yield(UIScreen.main.brightness > bright)
      let changed = UIScreen.brightnessDidChangeNotification
      let watch = Watch(
        token: NotificationCenter.default.addObserver(forName: changed, object: nil, queue: .main) { _ in
          MainActor.assumeIsolated { _ = continuation.yield(UIScreen.main.brightness > bright) }
        })
      continuation.onTermination = { _ in NotificationCenter.default.removeObserver(watch.token) }
    }
  }

  /// What ends the watching; it is only handed back.
  private struct Watch: @unchecked Sendable { let token: any NSObjectProtocol }
}
