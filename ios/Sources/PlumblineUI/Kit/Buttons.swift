// Buttons for gloves. One filled button a view; nothing needs a swipe or a long press.

import PlumblineModel
import SwiftUI

/// A wide button: filled where it is what the screen is for, with an edge elsewhere.
struct WideButton: View {
  let title: String
  let symbol: String
  var isFilled = false
  var height = Size.action
  let action: @MainActor () -> Void

  @Environment(\.theme) private var theme
  @Environment(\.isEnabled) private var isEnabled

  var body: some View {
    Button(action: action) {
      Label(title, systemImage: symbol)
        .font(.title3.weight(theme.strong))
        .multilineTextAlignment(.center)
        .padding(.horizontal, Size.gap)
        .frame(maxWidth: .infinity, minHeight: height)
        .foregroundStyle(front)
        .background(isFilled ? back : theme.ink.surface.color, in: shape)
        .overlay { shape.strokeBorder(isFilled ? Color.clear : theme.ink.edge.color, lineWidth: Size.edge(theme.look)) }
        .contentShape(shape)
    }
    .buttonStyle(.plain)
  }

  private var shape: RoundedRectangle { RoundedRectangle(cornerRadius: Size.radius) }
  private var back: Color { isEnabled ? theme.ink.accent.color : theme.ink.hover.color }
  private var front: Color {
    if !isEnabled { return theme.ink.text2.color }
    return isFilled ? theme.ink.onAccent.color : theme.ink.text.color
  }
}

/// A row that opens something.
struct OpenRow<Content: View>: View {
  let action: @MainActor () -> Void
  @ViewBuilder let content: () -> Content

  @Environment(\.theme) private var theme

  var body: some View {
    Button(action: action) {
      HStack(spacing: Size.gap) {
        content()
        Spacer(minLength: 0)
        Image(systemName: "chevron.right").accessibilityHidden(true)
      }
      .frame(minHeight: Size.least)
      .contentShape(Rectangle())
    }
    .buttonStyle(.plain)
    .foregroundStyle(theme.ink.text.color)
  }
}

/// A choice among a few.
struct ChoiceRow: View {
  let title: String
  let isChosen: Bool
  let action: @MainActor () -> Void

  @Environment(\.theme) private var theme

  var body: some View {
    Button(action: action) {
      HStack(spacing: Size.gap) {
        Image(systemName: isChosen ? "largecircle.fill.circle" : "circle")
          .foregroundStyle(isChosen ? theme.ink.accent.color : theme.ink.edge.color)
          .accessibilityHidden(true)
        Text(verbatim: title).font(.body.weight(isChosen ? theme.strong : theme.regular))
        Spacer(minLength: 0)
      }
      .frame(minHeight: Size.least)
      .contentShape(Rectangle())
    }
    .buttonStyle(.plain)
    .accessibilityAddTraits(isChosen ? .isSelected : [])
  }
}
