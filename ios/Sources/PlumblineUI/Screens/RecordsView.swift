// Records to fill in: kinds above, records below, one form for all of them.

import PlumblineModel
import SwiftUI

struct RecordsView: View {
  @State var model: RecordsModel
  let app: AppModel

  @State private var form: RecordModel?
  @Environment(\.theme) private var theme

  var body: some View {
    NavigationStack {
      ScrollView {
        Strip(app: app)
        VStack(alignment: .leading, spacing: Size.gap) {
          Reading(shown: model.kinds, coming: theme.words["reading"]) { kinds in
            if kinds.isEmpty {
              Empty(title: theme.words["records.no_kinds"])
            } else {
              ForEach(kinds, id: \.name) { kind in
                ChoiceRow(title: theme.words.kind(kind.name), isChosen: kind == model.kind) {
                  model.kind = kind
                  Task { await model.load() }
                }
              }
              Rule()
              list
            }
          }
        }
        .padding(Size.gutter)
      }
      .searchable(text: $model.text, prompt: Text(verbatim: theme.words["records.search"]))
      .onSubmit(of: .search) { Task { await model.load() } }
      .navigationTitle(Text(verbatim: theme.words["tab.records"]))
      .safeAreaInset(edge: .bottom) {
        WideButton(
          title: theme.words["records.new", ["kind": model.kind.map { theme.words.kind($0.name) } ?? ""]],
          symbol: "plus", isFilled: true, height: Size.primary
        ) { form = model.new() }
        .disabled(model.kind == nil || model.sites.isEmpty)
        .padding(Size.gutter)
      }
      .ground(theme)
    }
    .sheet(item: $form) { form in RecordForm(model: form).environment(\.theme, theme) }
    .task(id: app.changes.mark(model.topics)) { await model.load() }
  }

  private var list: some View {
    Reading(shown: model.records, coming: theme.words["reading"]) { records in
      if records.isEmpty {
        model.text.isEmpty
          ? Empty(title: theme.words["records.none"], text: theme.words["records.none.way"])
          : Empty(title: theme.words["records.no_match"], text: theme.words["records.no_match.way"])
      }
      ForEach(records, id: \.id) { record in
        OpenRow {
          form = model.open(record)
        } content: {
          VStack(alignment: .leading, spacing: 4) {
            Text(verbatim: model.title(record)).font(.body.weight(theme.strong)).lineLimit(2)
            if record.pending { Text(verbatim: theme.words["custody.here"]).foregroundStyle(theme.ink.text2.color) }
            if !record.conflicts.isEmpty { Label(theme.words["conflicts.one"], systemImage: "arrow.triangle.branch") }
          }
        }
        Rule()
      }
    }
  }
}

/// A form of any kind.
struct RecordForm: View {
  @Bindable var model: RecordModel
  @Environment(\.theme) private var theme
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      ScrollView {
        VStack(alignment: .leading, spacing: Size.gutter) {
          if model.isNew, model.sites.count > 1 {
            VStack(alignment: .leading) {
              Text(verbatim: theme.words.kind("project")).font(.headline)
              ForEach(model.sites) { site in
                ChoiceRow(title: site.name, isChosen: site == model.site) { model.site = site }
              }
            }
          } else if let site = model.site {
            Text(verbatim: site.name).foregroundStyle(theme.ink.text2.color)
          }
          ForEach($model.rows) { $row in FieldRow(row: $row) }
          if model.owesReason {
            Entry(title: theme.words["record.reason"], text: $model.reason)
          }
          if let fault = model.fault { FaultNote(fault: fault) }
        }
        .padding(Size.gutter)
      }
      .navigationTitle(Text(verbatim: theme.words.kind(model.kind.name)))
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button(theme.words["cancel"]) { dismiss() } }
      }
      .safeAreaInset(edge: .bottom) {
        WideButton(title: theme.words["record.save"], symbol: "checkmark", isFilled: true, height: Size.primary) {
          Task {
            await model.save()
            if model.isSaved { dismiss() }
          }
        }
        .disabled(!model.canSave)
        .padding(Size.gutter)
      }
      .ground(theme)
    }
  }
}

private struct FieldRow: View {
  @Binding var row: RecordModel.Row
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(alignment: .leading, spacing: 8) {
      switch row.entry {
      case .text(let text):
        ForEach(row.kept, id: \.self) { Text(verbatim: $0) }
        Entry(title: title, text: Binding(get: { text }, set: { row.entry = .text($0) }))
      case .number(let text):
        Entry(title: title, text: Binding(get: { text }, set: { row.entry = .number($0) })).keyboardType(.numberPad)
      case .lines(let lines):
        Entry(
          title: title,
          text: Binding(
            get: { lines.joined(separator: "\n") },
            set: { row.entry = .lines($0.split(separator: "\n").map(String.init)) }))
      case .flag(let flag):
        Toggle(isOn: Binding(get: { flag }, set: { row.entry = .flag($0) })) { Text(verbatim: title) }
          .frame(minHeight: Size.least)
      case .choice(let choice):
        Text(verbatim: title).font(.headline)
        ForEach(row.field.choices, id: \.self) { one in
          ChoiceRow(title: theme.words.choice(one), isChosen: one == choice) { row.entry = .choice(one) }
        }
      }
    }
    .disabled(row.isFixed)
  }

  private var title: String {
    let name = theme.words.field(row.field.name)
    return row.field.first ? name : theme.words["records.optional", ["field": name]]
  }
}

/// A named field for text.
struct Entry: View {
  let title: String
  @Binding var text: String
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(alignment: .leading, spacing: 4) {
      Text(verbatim: title).font(.headline).accessibilityHidden(true)
      TextField(title, text: $text, axis: .vertical)
        .padding(16)
        .frame(minHeight: Size.least)
        .overlay {
          RoundedRectangle(cornerRadius: Size.radius).strokeBorder(
            theme.ink.edge.color, lineWidth: Size.edge(theme.look))
        }
    }
  }
}
