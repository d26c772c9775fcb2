// The strip: how it stands with the server. Without it people fear that what they entered is lost.

import PlumblineModel
import SwiftUI

/// Shown while something waits or there is no contact. On Now it opens what waits; elsewhere it only says so.
struct Strip: View {
  let app: AppModel
  var open: (@MainActor () -> Void)?

  @Environment(\.theme) private var theme

  var body: some View {
    if let status = app.status, status.waiting > 0 || status.connection != .online {
      Group {
        if let open {
          OpenRow(action: open) { words(status) }
        } else {
          HStack(spacing: Size.gap) { words(status) }.frame(maxWidth: .infinity, minHeight: 44, alignment: .leading)
        }
      }
      .padding(.horizontal, Size.gutter)
      .background(theme.ink.surface.color)
      Rule()
    }
  }

  @ViewBuilder private func words(_ status: StatusView) -> some View {
    Image(systemName: theme.words.symbol(status.connection)).accessibilityHidden(true)
    Text(verbatim: theme.words.connection(status)).font(.body.weight(theme.strong))
  }
}
