// Unlock: a name, what waits, and face, finger or passcode.

import PlumblineModel
import SwiftUI

struct UnlockView: View {
  @State var model: UnlockModel
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(alignment: .leading, spacing: Size.gutter) {
      Spacer()
      Text(verbatim: model.name).font(.title.weight(theme.strong)).accessibilityAddTraits(.isHeader)
      Text(
        verbatim: model.waiting > 0
          ? theme.words.count("unlock.waiting", model.waiting) : theme.words["unlock.none_waiting"]
      )
      .foregroundStyle(theme.ink.text2.color)
      if case .refused(let proof) = model.state, let key = UnlockView.key(proof) {
        Note(tone: .attention, title: theme.words[key], text: theme.words["\(key).way"])
      }
      Spacer()
      WideButton(title: theme.words["unlock.act"], symbol: "lock.open", isFilled: true, height: Size.primary) {
        Task { await model.unlock() }
      }
    }
    .padding(Size.gutter)
    .task { await model.unlock() }
  }

  private static func key(_ proof: Proof) -> String? {
    switch proof {
    case .owner: nil
    case .nobody: "unlock.refused"
    case .changed: "unlock.changed"
    case .unprotected: "unlock.no_lock"
    }
  }
}
