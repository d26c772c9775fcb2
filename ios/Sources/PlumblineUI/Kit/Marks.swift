// Status is shape and word; colour comes last. Each mark has a spoken label.

import PlumblineModel
import SwiftUI

/// Where a photograph's bytes are.
struct CustodyMark: View {
  let state: Custody
  let here: Bool
  @Environment(\.theme) private var theme

  var body: some View {
    Image(systemName: symbol)
      .foregroundStyle(state == .local ? theme.ink.text2.color : theme.ink.ok.color)
      .accessibilityLabel(Text(verbatim: theme.words[Words.custody(state, here: here)]))
  }

  private var symbol: String {
    switch state {
    case .local: "circle.dashed"
    case .received: "circle.lefthalf.filled"
    case .verified: "checkmark.circle.fill"
    }
  }
}

/// Where a punch was: a ring for the fence, a dot for the phone.
struct PlaceMark: View {
  let verdict: String
  @Environment(\.theme) private var theme

  var body: some View {
    ZStack {
      Circle().strokeBorder(style: StrokeStyle(lineWidth: 2, dash: isSure ? [] : [3, 3])).frame(width: 20, height: 20)
      if verdict == "no_place" {
        Image(systemName: "line.diagonal")
      } else {
        Circle().frame(width: 7, height: 7).offset(x: verdict == "outside" ? 14 : 0)
      }
    }
    .frame(width: 36, height: 24)
    .foregroundStyle(verdict == "inside" ? theme.ink.ok.color : theme.ink.attention.color)
    .accessibilityHidden(true)
  }

  private var isSure: Bool { verdict == "inside" || verdict == "outside" }
}

/// Where the phone is, before anything is recorded: against the fence where there is one.
struct HereMark: View {
  let standpoint: Standpoint
  @Environment(\.theme) private var theme

  var body: some View {
    if let verdict = standpoint.here?.verdict, standpoint.whereabouts.fix != nil, !verdict.isUnfenced {
      PlaceMark(verdict: verdict.verdict)
    } else {
      let isKnown = standpoint.whereabouts.fix != nil
      Image(systemName: isKnown ? "location" : "location.slash")
        .foregroundStyle(isKnown ? theme.ink.ok.color : theme.ink.attention.color)
        .accessibilityHidden(true)
    }
  }
}

/// A verdict and its accuracy: "Inside site, ±20 ft".
struct VerdictLine: View {
  let verdict: VerdictView
  @Environment(\.theme) private var theme

  var body: some View {
    HStack(spacing: 8) {
      PlaceMark(verdict: verdict.verdict)
      Text(verbatim: theme.words.place(verdict)).font(.body.weight(theme.strong))
    }
    .accessibilityElement(children: .combine)
  }
}

/// What the core would say of the place, and how well that is known: "Inside site", "±16 ft, 3 s old".
struct HereLine: View {
  let standpoint: Standpoint
  @Environment(\.theme) private var theme

  var body: some View {
    QualityLine(
      title: theme.words.place(standpoint.here?.verdict, at: standpoint.whereabouts),
      detail: standpoint.whereabouts.fix.map { theme.words.quality($0, now: standpoint.now) }
    ) { HereMark(standpoint: standpoint) }
  }
}

/// What the evidence would be worth: its mark, the word for it, and the figures.
struct QualityLine<Mark: View>: View {
  let title: String
  let detail: String?
  @ViewBuilder let mark: () -> Mark

  @Environment(\.theme) private var theme

  var body: some View {
    HStack(spacing: 8) {
      mark()
      VStack(alignment: .leading, spacing: 0) {
        Text(verbatim: title).font(.body.weight(theme.strong))
        if let detail { Text(verbatim: detail).font(.callout.monospacedDigit()) }
      }
    }
    .accessibilityElement(children: .combine)
  }
}
