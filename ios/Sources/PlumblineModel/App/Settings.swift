// What a person chose on this phone: language, look, and where they work.

import Foundation
import Observation

/// The look: of a name, or as the phone and the light have it.
public enum LookChoice: String, CaseIterable, Sendable {
  case system, light, dark, sunlight
}

/// Choices, kept on this phone.
@MainActor @Observable
public final class Settings {
  /// None: as the phone has it.
  public var language: Language? { didSet { store.keep("language", language?.rawValue) } }
  public var look: LookChoice { didSet { store.keep("look", look.rawValue) } }
  /// Where this person worked last, so that the next clock-in needs no choice.
  var project: String? { didSet { store.keep("project", project) } }
  var classification: String? { didSet { store.keep("classification", classification) } }

  private let store: any SettingsStore

  public init(_ store: any SettingsStore) {
    self.store = store
    language = store.text("language").flatMap(Language.init)
    look = store.text("look").flatMap(LookChoice.init) ?? .system
    project = store.text("project")
    classification = store.text("classification")
  }

  /// The look to show, where the system is dark or not and the light about it is bright or not.
  public func look(isDark: Bool, isBright: Bool) -> Look {
    switch look {
    case .system: isBright ? .sunlight : isDark ? .dark : .light
    case .light: .light
    case .dark: .dark
    case .sunlight: .sunlight
    }
  }
}
