// Choices in the app's own defaults.

import Foundation
import PlumblineModel

public final class DefaultsSettings: SettingsStore {
  public init() {}

  public func text(_ key: String) -> String? { UserDefaults.standard.string(forKey: key) }
  public func keep(_ key: String, _ text: String?) { UserDefaults.standard.set(text, forKey: key) }
}
