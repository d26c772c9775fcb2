// What every view draws with: the look's colours, the language's words and formats. Views take them from the environment.

import PlumblineModel
import SwiftUI

/// A look in a language.
struct Theme {
  let look: Look
  let words: Words

  var ink: Palette { Palette.of(look) }
  var format: Format { Format(words.language) }

  /// Sunlight wants heavier letters.
  var strong: Font.Weight { look == .sunlight ? .bold : .semibold }
  var regular: Font.Weight { look == .sunlight ? .medium : .regular }
}

private struct ThemeKey: EnvironmentKey {
  static let defaultValue = Theme(look: .light, words: Words(.en))
}

extension EnvironmentValues {
  var theme: Theme {
    get { self[ThemeKey.self] }
    set { self[ThemeKey.self] = newValue }
  }
}

extension Ink {
  var color: Color { Color(red: parts.red, green: parts.green, blue: parts.blue) }
}

extension View {
  /// The ground that a screen stands on.
  func ground(_ theme: Theme) -> some View {
    frame(maxWidth: .infinity, maxHeight: .infinity, alignment: .top)
      .background(theme.ink.canvas.color)
      .foregroundStyle(theme.ink.text.color)
  }
}
