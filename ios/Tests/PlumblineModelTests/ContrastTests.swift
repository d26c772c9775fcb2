// The contrasts that the design promises, computed anew: text 4.5 (Sunlight 7), edges, icons and charts 3, each on every ground
// that it may stand on.

import Foundation
import PlumblineModel
import Testing

@Suite struct ContrastTests {
  @Test(arguments: Look.allCases) func everyColourCanBeReadOnWhatItStandsOn(look: Look) {
    let ink = Palette.of(look)
    let plain = [ink.canvas, ink.surface, ink.hover]
    let tints = [ink.okTint, ink.attentionTint, ink.wrongTint]
    let text = look == .sunlight ? 7.0 : 4.5
    let pairs: [(String, Ink, [Ink], Double)] = [
      ("text", ink.text, plain + [ink.selection] + tints, text),
      ("text2", ink.text2, plain + [ink.selection] + tints, text),
      ("text3", ink.text3, plain, text),
      ("accent", ink.accent, plain + [ink.selection], text),
      ("onAccent", ink.onAccent, [ink.accent], text),
      ("ok", ink.ok, plain + [ink.selection, ink.okTint], text),
      ("attention", ink.attention, plain + [ink.selection, ink.attentionTint], text),
      ("wrong", ink.wrong, plain + [ink.selection, ink.wrongTint], text),
      ("edge", ink.edge, plain, 3),
      ("chartEdge", ink.chartEdge, plain + [ink.chartFill], 3),
    ]
    for (name, fore, grounds, least) in pairs {
      for ground in grounds {
        #expect(contrast(fore, ground) >= least, "\(name) on \(String(ground.rgb, radix: 16)) in \(look)")
      }
    }
  }

  private func contrast(_ a: Ink, _ b: Ink) -> Double {
    let (light, dark) = (max(luminance(a), luminance(b)), min(luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)
  }

  /// Relative luminance by WCAG 2.
  private func luminance(_ ink: Ink) -> Double {
    func linear(_ part: Double) -> Double { part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4) }
    let (red, green, blue) = ink.parts
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }
}
