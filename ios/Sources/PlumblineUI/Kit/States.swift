// What a screen says when there is nothing yet, nothing at all, or something in the way: cause, then way on.

import PlumblineModel
import SwiftUI

/// A note on a ground of its own.
struct Note: View {
  enum Tone { case calm, attention, wrong }

  let tone: Tone
  let title: String
  var text: String?

  @Environment(\.theme) private var theme

  var body: some View {
    HStack(alignment: .firstTextBaseline, spacing: Size.gap) {
      Image(systemName: symbol).foregroundStyle(front).accessibilityHidden(true)
      VStack(alignment: .leading, spacing: 4) {
        Text(verbatim: title).font(.body.weight(theme.strong))
        if let text { Text(verbatim: text).font(.body) }
      }
      Spacer(minLength: 0)
    }
    .padding(16)
    .foregroundStyle(theme.ink.text.color)
    .background(back, in: RoundedRectangle(cornerRadius: Size.radius))
    .overlay { RoundedRectangle(cornerRadius: Size.radius).strokeBorder(front, lineWidth: Size.edge(theme.look)) }
    .accessibilityElement(children: .combine)
  }

  private var symbol: String {
    switch tone {
    case .calm: "info.circle"
    case .attention: "exclamationmark.triangle"
    case .wrong: "xmark.octagon"
    }
  }
  private var front: Color {
    switch tone {
    case .calm: theme.ink.edge.color
    case .attention: theme.ink.attention.color
    case .wrong: theme.ink.wrong.color
    }
  }
  private var back: Color {
    switch tone {
    case .calm: theme.ink.surface.color
    case .attention: theme.ink.attentionTint.color
    case .wrong: theme.ink.wrongTint.color
    }
  }
}

/// A copy that was written: what is not in it, that anybody can read it, and the way to give it away.
struct CopyShare: View {
  let copy: Copy
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(alignment: .leading, spacing: 4) {
      if copy.missing > 0 { Text(verbatim: theme.words.count("hours.copy.missing", Int(copy.missing))) }
      Text(verbatim: theme.words["hours.copy.clear"])
      ShareLink(item: copy.folder) {
        Text(verbatim: theme.words["share"]).frame(maxWidth: .infinity, minHeight: Size.least)
      }
    }
  }
}

/// A fault in words.
struct FaultNote: View {
  let fault: Fault
  @Environment(\.theme) private var theme

  var body: some View {
    let words = theme.words.say(fault)
    Note(tone: fault == .Offline ? .attention : .wrong, title: words.cause, text: words.wayOn)
  }
}

/// Something that is read: a word while it comes, what is in the way, and what is shown.
struct Reading<Value: Sendable, Content: View>: View {
  let shown: Shown<Value>
  let coming: String
  @ViewBuilder let content: (Value) -> Content

  @Environment(\.theme) private var theme

  var body: some View {
    if let fault = shown.fault { FaultNote(fault: fault) }
    if let value = shown.value {
      content(value)
    } else if shown.isComing {
      HStack(spacing: Size.gap) {
        ProgressView()
        Text(verbatim: coming).foregroundStyle(theme.ink.text2.color)
      }
      .frame(maxWidth: .infinity, minHeight: Size.least)
      .accessibilityElement(children: .combine)
    }
  }
}

/// Nothing at all.
struct Empty: View {
  let title: String
  var text: String?

  @Environment(\.theme) private var theme

  var body: some View {
    VStack(spacing: 8) {
      Text(verbatim: title).font(.title3.weight(theme.strong))
      if let text { Text(verbatim: text).foregroundStyle(theme.ink.text2.color) }
    }
    .multilineTextAlignment(.center)
    .frame(maxWidth: .infinity)
    .padding(Size.gutter)
  }
}

/// A line across, for decoration.
struct Rule: View {
  @Environment(\.theme) private var theme

  var body: some View {
    Rectangle().fill(theme.ink.line.color).frame(height: Size.edge(theme.look)).accessibilityHidden(true)
  }
}
