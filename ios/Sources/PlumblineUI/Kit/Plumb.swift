// The plumb line, lying: a day's work as it went, with the bob at now.

import PlumblineModel
import SwiftUI

struct DayLine: View {
  let spans: [DaySpan]
  let now: Int64

  @Environment(\.theme) private var theme

  var body: some View {
    if let from = spans.first?.from {
      GeometryReader { area in
        let width = area.size.width
        let at = { (moment: Int64) in Double(moment - from) / Double(max(now - from, 60_000)) * (width - 12) }
        ZStack(alignment: .bottomLeading) {
          Rectangle().fill(theme.ink.edge.color).frame(width: width, height: Size.edge(theme.look))
          ForEach(spans.indices, id: \.self) { index in
            let span = spans[index]
            if span.what == .work {
              Rectangle()
                .fill(theme.look == .sunlight ? theme.ink.text.color : theme.ink.chartEdge.color)
                .frame(width: max(at(span.to ?? now) - at(span.from), 2), height: 14)
                .offset(x: at(span.from))
            }
          }
          Image(systemName: "arrowtriangle.down.fill")
            .font(.caption)
            .foregroundStyle(theme.ink.accent.color)
            .offset(x: at(now) - 6, y: 10)
        }
      }
      .frame(height: 28)
      .accessibilityHidden(true)
    }
  }
}
