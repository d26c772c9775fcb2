// My hours: the own week, day by day, with a signature under it.

import PlumblineModel
import SwiftUI

struct HoursView: View {
  @State var model: HoursModel
  let app: AppModel

  @Environment(\.theme) private var theme

  var body: some View {
    NavigationStack {
      ScrollView {
        Strip(app: app)
        VStack(alignment: .leading, spacing: Size.gutter) {
          weeks
          Reading(shown: model.week, coming: theme.words["reading"]) { week in
            if week.isEmpty {
              Empty(title: theme.words["hours.none"], text: theme.words["hours.none.way"])
            } else {
              ForEach(week.sheets) { sheet in SheetCard(model: model, week: week, sheet: sheet) }
            }
          }
          if let fault = model.fault { FaultNote(fault: fault) }
          if let copy = model.copy {
            CopyShare(copy: copy)
          } else {
            WideButton(title: theme.words["hours.copy.act"], symbol: "square.and.arrow.down") {
              Task { await model.takeCopy() }
            }
          }
        }
        .disabled(model.isBusy)
        .padding(Size.gutter)
      }
      .refreshable { await model.load() }
      .navigationTitle(Text(verbatim: theme.words["tab.hours"]))
      .ground(theme)
    }
    .task(id: app.changes.mark(HoursModel.topics)) { await model.load() }
  }

  private var weeks: some View {
    HStack {
      step("chevron.left", "hours.before", -1)
      Spacer()
      if let days = model.week.value?.days, let first = days.first, let last = days.last {
        Text(verbatim: theme.words["hours.range", ["from": theme.format.date(first), "to": theme.format.date(last)]])
          .font(.headline)
      }
      Spacer()
      step("chevron.right", "hours.after", 1)
    }
  }

  private func step(_ symbol: String, _ key: String, _ weeks: Int) -> some View {
    Button {
      Task { await model.turn(weeks) }
    } label: {
      Image(systemName: symbol).frame(width: Size.least, height: Size.least)
    }
    .accessibilityLabel(Text(verbatim: theme.words[key]))
  }
}

/// A week on a project.
private struct SheetCard: View {
  let model: HoursModel
  let week: HoursModel.Week
  let sheet: HoursModel.Sheet

  @State private var isDisputing = false
  @State private var text = ""
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(alignment: .leading, spacing: Size.gap) {
      Text(verbatim: sheet.site?.name ?? "").font(.title3.weight(theme.strong)).accessibilityAddTraits(.isHeader)
      ForEach(week.days.indices, id: \.self) { day in
        HStack {
          Text(verbatim: theme.format.day(week.days[day]))
          if sheet.isCorrected(day) {
            Image(systemName: "pencil").accessibilityLabel(Text(verbatim: theme.words["hours.corrected"]))
          }
          Spacer()
          Text(verbatim: theme.words.hours(sheet, day)).monospacedDigit()
        }
        .frame(minHeight: 32)
        .accessibilityElement(children: .combine)
      }
      Rule()
      HStack {
        Text(verbatim: theme.words["hours.total"])
        Spacer()
        Text(verbatim: theme.format.duration(sheet.person.seconds)).monospacedDigit()
      }
      .font(.headline)
      .accessibilityElement(children: .combine)
      Text(verbatim: theme.words.state(sheet.person)).font(.body.weight(theme.strong))
      actions
    }
    .padding(16)
    .background(theme.ink.surface.color, in: RoundedRectangle(cornerRadius: Size.radius))
    .overlay {
      RoundedRectangle(cornerRadius: Size.radius).strokeBorder(theme.ink.line.color, lineWidth: Size.edge(theme.look))
    }
  }

  @ViewBuilder private var actions: some View {
    switch sheet.person.state {
    case .open, .changed:
      WideButton(title: signing, symbol: "signature", isFilled: true, height: Size.primary) {
        Task { await model.sign(sheet) }
      }
      dispute
    case .disputed:
      if let said = sheet.person.disputed { Text(verbatim: said) }
      WideButton(title: signing, symbol: "signature") { Task { await model.sign(sheet) } }
      WideButton(title: theme.words["hours.dispute.settled"], symbol: "arrow.uturn.backward") {
        Task { await model.dispute(sheet, nil) }
      }
    case .signed:
      WideButton(title: theme.words["hours.unsign"], symbol: "arrow.uturn.backward") {
        Task { await model.takeBack(sheet) }
      }
      dispute
    case .approved: dispute
    }
  }

  private var signing: String {
    theme.words["hours.sign", ["hours": theme.format.duration(sheet.person.seconds)]]
  }

  @ViewBuilder private var dispute: some View {
    if isDisputing {
      Entry(title: theme.words["hours.dispute.what"], text: $text)
      WideButton(title: theme.words["hours.dispute.send"], symbol: "exclamationmark.bubble") {
        Task {
          await model.dispute(sheet, text)
          isDisputing = false
        }
      }
      .disabled(text.isEmpty)
    } else {
      WideButton(title: theme.words["hours.dispute"], symbol: "exclamationmark.bubble") { isDisputing = true }
    }
  }
}
