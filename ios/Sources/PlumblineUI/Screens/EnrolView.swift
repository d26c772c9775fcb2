// Enrol: who invites, what is collected, and one button.

import PlumblineModel
import SwiftUI

struct EnrolView: View {
  @State var model: EnrolModel
  @Environment(\.theme) private var theme

  var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Size.gutter) {
        Text(verbatim: theme.words["enrol.title"]).font(.title.weight(theme.strong)).accessibilityAddTraits(.isHeader)
        Text(verbatim: theme.words["enrol.sub"])
        TextField(theme.words["enrol.link"], text: $model.link, axis: .vertical)
          .autocorrectionDisabled()
          .textInputAutocapitalization(.never)
          .padding(16)
          .frame(minHeight: Size.least)
          .overlay {
            RoundedRectangle(cornerRadius: Size.radius).strokeBorder(
              theme.ink.edge.color, lineWidth: Size.edge(theme.look))
          }
        if let server = model.server {
          VStack(alignment: .leading, spacing: 4) {
            Text(verbatim: theme.words["enrol.leads"]).foregroundStyle(theme.ink.text2.color)
            Text(verbatim: server).font(.body.weight(theme.strong))
            if let digits = model.organization { Text(verbatim: theme.words["enrol.organization", ["digits": digits]]) }
            Text(verbatim: theme.words["enrol.not_sent"]).foregroundStyle(theme.ink.text2.color)
          }
          .accessibilityElement(children: .combine)
        }
        VStack(alignment: .leading, spacing: 4) {
          Entry(title: theme.words["enrol.label"], text: $model.label)
          Text(verbatim: theme.words["enrol.label.hint"]).foregroundStyle(theme.ink.text2.color)
        }
        Text(verbatim: theme.words["enrol.collected"]).foregroundStyle(theme.ink.text2.color)
        result
      }
      .padding(Size.gutter)
    }
    .safeAreaInset(edge: .bottom) {
      WideButton(
        title: theme.words[model.state == .enrolling ? "enrol.busy" : "enrol.add"], symbol: "iphone", isFilled: true,
        height: Size.primary
      ) { Task { await model.add() } }
      .disabled(!model.canAdd)
      .padding(Size.gutter)
    }
    .task(id: model.opened) { await model.load() }
    .task(id: model.chances) { await model.tryAgain() }
  }

  @ViewBuilder private var result: some View {
    switch model.state {
    case .asking: EmptyView()
    case .enrolling: ProgressView().frame(maxWidth: .infinity)
    case .saved: Note(tone: .attention, title: theme.words["enrol.saved"], text: theme.words["enrol.saved.way"])
    case .failed(let words): Note(tone: .wrong, title: words.cause, text: words.wayOn)
    }
  }
}
