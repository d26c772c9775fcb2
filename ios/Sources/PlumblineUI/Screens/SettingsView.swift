// Settings: language, look, this phone, what it stores, and the way out.

import PlumblineModel
import SwiftUI

struct SettingsView: View {
  @State var model: SettingsModel
  @Environment(\.theme) private var theme

  var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Size.gutter) {
        part("settings.language") {
          ChoiceRow(title: theme.words["settings.language.phone"], isChosen: model.settings.language == nil) {
            model.settings.language = nil
          }
          ForEach(Language.allCases, id: \.self) { language in
            ChoiceRow(
              title: theme.words["settings.language.\(language.rawValue)"],
              isChosen: model.settings.language == language
            ) {
              model.settings.language = language
            }
          }
        }
        part("settings.look") {
          ForEach(LookChoice.allCases, id: \.self) { look in
            ChoiceRow(title: theme.words["settings.look.\(look.rawValue)"], isChosen: model.settings.look == look) {
              model.settings.look = look
            }
          }
        }
        part("settings.phone") {
          if let status = model.status {
            fact("kind.member", status.memberName)
            fact("kind.organisation", status.organisationName)
            fact("settings.server", status.server)
            fact("settings.contact", theme.words.connection(status))
          }
          if let device = model.device { fact("enrol.label", device.label) }
        }
        part("settings.storage") {
          if let storage = model.storage {
            let used = storage.store + storage.originals + storage.thumbnails + storage.aside
            let values = ["used": theme.format.bytes(used), "free": theme.format.bytes(storage.free)]
            Text(verbatim: theme.words["settings.storage.used", values])
          }
        }
        if let fault = model.fault { FaultNote(fault: fault) }
        leaving
      }
      .padding(Size.gutter)
    }
    .navigationTitle(Text(verbatim: theme.words["settings.title"]))
    .ground(theme)
    .task { await model.load() }
  }

  @ViewBuilder private var leaving: some View {
    switch model.leaving {
    case .no:
      WideButton(title: theme.words["settings.sign_out"], symbol: "rectangle.portrait.and.arrow.right") {
        model.leaving = .asked
      }
    case .asked:
      Note(tone: .attention, title: theme.words["settings.sign_out"], text: theme.words["settings.sign_out.what"])
      WideButton(title: theme.words["settings.sign_out.act"], symbol: "trash") {
        Task { await model.signOut(givingUp: false) }
      }
      .disabled(model.isBusy)
      WideButton(title: theme.words["cancel"], symbol: "xmark") { model.leaving = .no }
    case .unsent(let count):
      Note(tone: .wrong, title: theme.words.count("settings.unsent", count), text: theme.words["settings.unsent.way"])
      WideButton(title: theme.words["settings.unsent.stay"], symbol: "xmark") { model.leaving = .no }
      WideButton(title: theme.words.count("settings.unsent.give_up", count), symbol: "trash") {
        Task { await model.signOut(givingUp: true) }
      }
      .disabled(model.isBusy)
    }
  }

  private func part(_ key: String, @ViewBuilder content: () -> some View) -> some View {
    VStack(alignment: .leading, spacing: 4) {
      Text(verbatim: theme.words[key]).font(.title3.weight(theme.strong)).accessibilityAddTraits(.isHeader)
      content()
    }
  }

  private func fact(_ key: String, _ value: String) -> some View {
    VStack(alignment: .leading, spacing: 2) {
      Text(verbatim: theme.words[key]).font(.callout).foregroundStyle(theme.ink.text2.color)
      Text(verbatim: value).font(.body)
    }
    .frame(minHeight: 44)
    .accessibilityElement(children: .combine)
  }
}
