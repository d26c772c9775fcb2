// Waiting: is it safe? Count and size first, then what needs a person, then what goes by itself.

import PlumblineModel
import SwiftUI

struct WaitingView: View {
  @State var model: WaitingModel
  let app: AppModel
  let photographs: @MainActor () -> Void

  @Environment(\.theme) private var theme

  var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Size.gutter) {
        Reading(shown: model.waiting, coming: theme.words["reading"]) { waiting in
          Text(verbatim: theme.words.safe(waiting, model.status, now: app.phone.now())).font(.body)
          ForEach(waiting.refused, id: \.action) { item in RefusedCard(model: model, item: item) }
          ForEach(waiting.conflicts) { conflict in ConflictCard(model: model, conflict: conflict) }
          if !waiting.items.isEmpty { sending(waiting) }
        }
        if let fault = model.fault { FaultNote(fault: fault) }
        if let sent = model.sent {
          Note(tone: .calm, title: theme.words.round(sent))
        }
      }
      .padding(Size.gutter)
    }
    .navigationTitle(Text(verbatim: theme.words["waiting.title"]))
    .safeAreaInset(edge: .bottom) { actions }
    .ground(theme)
    .task(id: app.changes.mark(WaitingModel.topics)) { await model.load() }
  }

  private func sending(_ waiting: WaitingModel.Waiting) -> some View {
    VStack(alignment: .leading, spacing: 0) {
      HStack {
        Image(systemName: "circle.dashed").accessibilityHidden(true)
        Text(verbatim: theme.words["custody.here"])
        Spacer()
        Text(verbatim: theme.format.number(waiting.items.count))
      }
      .font(.body.weight(theme.strong))
      .frame(minHeight: Size.least)
      .accessibilityElement(children: .combine)
      ForEach(waiting.items) { item in
        Rule()
        WaitsRow(model: model, item: item, now: app.phone.now())
      }
    }
  }

  private var actions: some View {
    VStack(spacing: Size.gap) {
      if let sent = model.waiting.value?.sent, sent.photos > 0 {
        OpenRow(action: photographs) {
          CustodyMark(state: sent.verified == sent.photos ? .verified : .received, here: true)
          Text(verbatim: theme.words.sent(sent)).font(.body.weight(theme.strong))
        }
      }
      if let copy = model.copy {
        CopyShare(copy: copy)
      }
      HStack(spacing: Size.gap) {
        if model.isSending {
          WideButton(title: theme.words["stop"], symbol: "stop.circle", height: Size.primary) { model.stop() }
        } else {
          WideButton(title: theme.words["waiting.try"], symbol: "arrow.up.circle", isFilled: true, height: Size.primary)
          {
            Task { await model.tryNow() }
          }
        }
        WideButton(title: theme.words["waiting.hand_over"], symbol: "tray.and.arrow.up", height: Size.primary) {
          Task { await model.handOver() }
        }
        .disabled(model.isCopying)
      }
    }
    .padding(Size.gutter)
    .background(theme.ink.canvas.color)
  }
}

/// One thing that waits.
private struct WaitsRow: View {
  let model: WaitingModel
  let item: WaitingModel.Item
  let now: Int64

  @State private var bytes: Data?
  @Environment(\.theme) private var theme

  var body: some View {
    HStack(spacing: Size.gap) {
      if item.kind == "photo" { Picture(bytes: bytes).frame(width: 52, height: 48) }
      VStack(alignment: .leading, spacing: 4) {
        Text(verbatim: theme.words.title(item)).font(.body.weight(theme.strong))
        Text(verbatim: theme.words.rest(item, now: now)).foregroundStyle(theme.ink.text2.color)
      }
      Spacer(minLength: 0)
      if let upload = item.upload { Text(verbatim: theme.format.bytes(upload.bytes)) }
    }
    .frame(minHeight: Size.least)
    .accessibilityElement(children: .combine)
    .task { bytes = await model.thumbnail(item) }
  }
}

/// What the server did not take: why, and what to do.
private struct RefusedCard: View {
  let model: WaitingModel
  let item: WaitingItem

  @State private var isAsked = false
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(alignment: .leading, spacing: Size.gap) {
      Note(tone: .wrong, title: theme.words.refused(item), text: item.fault.map { theme.words.say($0).cause })
      WideButton(title: theme.words["waiting.dismiss"], symbol: "xmark") { isAsked = true }
        .confirmationDialog(
          theme.words["waiting.dismiss.ask"], isPresented: $isAsked, titleVisibility: .visible
        ) {
          Button(theme.words["waiting.dismiss"], role: .destructive) { Task { await model.dismiss(item) } }
          Button(theme.words["cancel"], role: .cancel) {}
        } message: {
          Text(verbatim: theme.words[item.state == "held" ? "waiting.refused.safe" : "waiting.dismiss.refused"])
        }
    }
  }
}

/// All values of a field that people wrote without seeing each other's.
private struct ConflictCard: View {
  let model: WaitingModel
  let conflict: Conflict

  @State private var reason = ""
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(alignment: .leading, spacing: Size.gap) {
      Label(theme.words.title(conflict), systemImage: "arrow.triangle.branch").font(.headline)
        .accessibilityAddTraits(.isHeader)
      Text(verbatim: theme.words["conflicts.stays"]).foregroundStyle(theme.ink.text2.color)
      if conflict.owesReason { Entry(title: theme.words["record.reason"], text: $reason) }
      ForEach(conflict.values.indices, id: \.self) { index in
        let value = conflict.values[index]
        VStack(alignment: .leading, spacing: 8) {
          Text(verbatim: theme.words.value(value)).font(.body.weight(theme.strong))
          if index == conflict.values.count - 1 { Text(verbatim: theme.words["conflicts.shows"]) }
          WideButton(title: theme.words["conflicts.keep"], symbol: "checkmark") {
            Task { await model.choose(value, of: conflict, reason: reason) }
          }
          .disabled(conflict.owesReason && reason.isEmpty)
          .accessibilityLabel(Text(verbatim: theme.words["conflicts.keep_this", ["value": theme.words.value(value)]]))
        }
        .padding(16)
        .overlay {
          RoundedRectangle(cornerRadius: Size.radius).strokeBorder(
            theme.ink.edge.color, lineWidth: Size.edge(theme.look))
        }
      }
    }
  }
}
