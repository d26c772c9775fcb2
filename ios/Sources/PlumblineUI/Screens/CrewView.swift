// A foreman's crew: who is on the clock, and to clock them in or out.

import PlumblineModel
import SwiftUI

/// "Crew 6 of 7, last heard 11:20".
struct CrewLine: View {
  let crew: [CrewMember]
  @Environment(\.theme) private var theme

  var body: some View {
    HStack(spacing: 8) {
      Image(systemName: "person.2").accessibilityHidden(true)
      Text(verbatim: theme.words.crew(crew)).font(.body.weight(theme.strong))
    }
    .accessibilityElement(children: .combine)
  }
}

struct CrewView: View {
  let model: NowModel
  @Environment(\.theme) private var theme

  var body: some View {
    ScrollView {
      VStack(spacing: 0) {
        if let fault = model.fault { FaultNote(fault: fault).padding(.bottom, Size.gap) }
        ForEach(model.today.value?.crew ?? []) { member in
          HStack(spacing: Size.gap) {
            VStack(alignment: .leading, spacing: 4) {
              Text(verbatim: member.name).font(.body.weight(theme.strong))
              Text(verbatim: theme.words.state(member)).foregroundStyle(theme.ink.text2.color)
            }
            .accessibilityElement(children: .combine)
            Spacer(minLength: 0)
            Button(theme.words[member.isWorking ? "now.clock_out" : "now.clock_in"]) {
              Task { await model.clock(member) }
            }
            .font(.body.weight(theme.strong))
            .frame(minWidth: 96, minHeight: Size.least)
            .accessibilityLabel(Text(verbatim: theme.words.clock(member)))
          }
          .frame(minHeight: Size.action)
          Rule()
        }
        if model.done != nil {
          WideButton(title: theme.words["undo"], symbol: "arrow.uturn.backward") { Task { await model.undo() } }
            .padding(.top, Size.gutter)
        }
      }
      .disabled(model.isBusy)
      .padding(Size.gutter)
    }
    .navigationTitle(Text(verbatim: theme.words["crew.title"]))
    .ground(theme)
  }
}
