// Colours and sizes, as plain numbers: the one place where they are said. ContrastTests holds their contrasts.

/// A colour of sRGB, `0xRRGGBB`.
public struct Ink: Equatable, Sendable, ExpressibleByIntegerLiteral {
  public let rgb: UInt32

  public init(integerLiteral rgb: UInt32) { self.rgb = rgb }

  /// Red, green and blue, each from 0 to 1.
  public var parts: (red: Double, green: Double, blue: Double) {
    func part(_ shift: UInt32) -> Double { Double((rgb >> shift) & 0xff) / 255 }
    return (part(16), part(8), part(0))
  }
}

/// The looks that a phone has. Sunlight is black on white without tints, for who works outdoors.
public enum Look: String, CaseIterable, Sendable, Codable {
  case light, dark, sunlight
}

/// The colours of a look, by what they are for.
public struct Palette: Equatable, Sendable {
  public let canvas, surface, hover: Ink
  /// For decoration: it need not be seen. An edge of something that is pressed must be.
  public let line, edge: Ink
  /// `text3` never stands on a tint.
  public let text, text2, text3: Ink
  /// Accent means "act here", "selected" or "now", never a status.
  public let accent, onAccent, selection: Ink
  public let ok, okTint, attention, attentionTint, wrong, wrongTint: Ink
  public let chartEdge, chartFill: Ink

  public static func of(_ look: Look) -> Palette {
    switch look {
    case .light: .light
    case .dark: .dark
    case .sunlight: .sunlight
    }
  }

  static let light = Palette(
    canvas: 0xfafaf9, surface: 0xffffff, hover: 0xeeede9, line: 0xe1e0db, edge: 0x888680,
    text: 0x1c1b16, text2: 0x51504a, text3: 0x6b6963,
    accent: 0x224fc0, onAccent: 0xffffff, selection: 0xe5edfc,
    ok: 0x0e6936, okTint: 0xe2f6e6, attention: 0x8d5406, attentionTint: 0xfef0d4,
    wrong: 0xb32322, wrongTint: 0xffebe8, chartEdge: 0x4a69b5, chartFill: 0xdbe3f5)

  static let dark = Palette(
    canvas: 0x121315, surface: 0x18191c, hover: 0x222428, line: 0x292b2f, edge: 0x71747c,
    text: 0xedeef0, text2: 0xb5b7bd, text3: 0x92959c,
    accent: 0x83abf4, onAccent: 0x10131c, selection: 0x1e2d4c,
    ok: 0x72cf8e, okTint: 0x162f1e, attention: 0xedbb64, attentionTint: 0x382810,
    wrong: 0xf28881, wrongTint: 0x451e1c, chartEdge: 0x7f9de0, chartFill: 0x26365c)

  static let sunlight = Palette(
    canvas: 0xffffff, surface: 0xffffff, hover: 0xe8e8e8, line: 0x484848, edge: 0x0b0b0b,
    text: 0x000000, text2: 0x222222, text3: 0x353535,
    accent: 0x0c33a0, onAccent: 0xffffff, selection: 0xdee8fd,
    ok: 0x034e21, okTint: 0xffffff, attention: 0x6a3a06, attentionTint: 0xffffff,
    wrong: 0x920b0d, wrongTint: 0xffffff, chartEdge: 0x000000, chartFill: 0xe8e8e8)
}

/// Sizes in points. Targets are for gloves.
public enum Size {
  public static let primary = 80.0
  public static let action = 64.0
  public static let least = 56.0
  public static let shutter = 104.0
  public static let gap = 12.0
  public static let radius = 14.0
  public static let imageRadius = 4.0
  public static let gutter = 24.0
  public static func edge(_ look: Look) -> Double { look == .sunlight ? 2 : 1 }
}
