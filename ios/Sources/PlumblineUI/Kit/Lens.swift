// What a lens is set by: its factors in one pill, and its flash. Both are for gloves, and say aloud how they stand.

import PlumblineModel
import SwiftUI

/// The factors of the lens; the chosen one stands out.
struct ZoomPill: View {
  let zooms: [Double]
  let chosen: Double
  let choose: @MainActor (Double) -> Void
  @Environment(\.theme) private var theme

  var body: some View {
    HStack(spacing: 0) {
      ForEach(zooms, id: \.self) { times in
        let isChosen = times == chosen
        Button {
          choose(times)
        } label: {
          Text(verbatim: isChosen ? theme.words.zoom(times) : theme.format.times(times))
            .font(.body.weight(theme.strong))
            .lineLimit(1)
            .minimumScaleFactor(0.5)
            .frame(width: Size.least, height: Size.least)
            .foregroundStyle(isChosen ? Color.black : Color.white)
            .background(isChosen ? Color.white : Color.clear, in: Circle())
            .contentShape(Circle())
        }
        .buttonStyle(.plain)
        .accessibilityLabel(Text(verbatim: theme.words.zoomAloud(times)))
        .accessibilityAddTraits(isChosen ? .isSelected : [])
      }
    }
    .padding(4)
    .background(Color.black, in: Capsule())
    .accessibilityElement(children: .contain)
  }
}

/// The flash of the next pictures, on or off.
struct FlashButton: View {
  let isOn: Bool
  let action: @MainActor () -> Void
  @Environment(\.theme) private var theme

  var body: some View {
    Button(action: action) {
      Image(systemName: isOn ? "bolt.fill" : "bolt.slash")
        .font(.title2)
        .frame(width: Size.action, height: Size.action)
        .foregroundStyle(isOn ? Color.black : Color.white)
        .background(isOn ? Color.white : Color.clear, in: Circle())
        .overlay { Circle().strokeBorder(theme.ink.edge.color, lineWidth: 2) }
        .contentShape(Circle())
    }
    .buttonStyle(.plain)
    .accessibilityLabel(Text(verbatim: theme.words.flash(isOn)))
    .accessibilityAddTraits(isOn ? .isSelected : [])
  }
}
