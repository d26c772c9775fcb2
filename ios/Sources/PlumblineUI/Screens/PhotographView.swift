// A photograph: picture, when, where, hash, and its custody along the plumb line.

import PlumblineModel
import SwiftUI

struct PhotographView: View {
  @State var model: PhotographModel
  let app: AppModel

  @Environment(\.theme) private var theme

  var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Size.gutter) {
        Picture(bytes: model.picture).frame(minHeight: 220)
        Reading(shown: model.photo, coming: theme.words["reading"]) { photo in
          facts(photo)
          Rule()
          custody(photo)
        }
        if let fault = model.fault { FaultNote(fault: fault) }
        if let checked = model.checked { CheckNote(checked: checked) }
        WideButton(title: theme.words["photograph.check"], symbol: "checkmark.shield") { Task { await model.check() } }
          .disabled(model.isChecking)
        if let copy = model.copy {
          ShareLink(item: copy) { Text(verbatim: theme.words["share"]).frame(minHeight: Size.least) }
        } else {
          WideButton(title: theme.words["photograph.export"], symbol: "square.and.arrow.up") {
            Task { await model.export() }
          }
        }
      }
      .padding(Size.gutter)
    }
    .navigationTitle(Text(verbatim: theme.words["photographs.untitled"]))
    .ground(theme)
    .task(id: app.changes.mark(PhotographModel.topics)) { await model.load() }
  }

  private func facts(_ photo: PhotoView) -> some View {
    VStack(alignment: .leading, spacing: 8) {
      if let caption = photo.caption { Text(verbatim: caption).font(.title3.weight(theme.strong)) }
      Text(verbatim: "\(theme.format.day(photo.at.stated)), \(theme.format.moment(photo.at))")
      if let verdict = model.verdict { VerdictLine(verdict: verdict) }
      if photo.source == .import { Text(verbatim: theme.words["photograph.import"]) }
      Text(verbatim: "\(theme.words["photograph.size"]): \(theme.format.bytes(photo.bytes))")
      Text(verbatim: photo.sha256).font(.caption.monospaced()).textSelection(.enabled)
        .accessibilityLabel(Text(verbatim: theme.words["photograph.hash"]))
    }
  }

  private func custody(_ photo: PhotoView) -> some View {
    VStack(alignment: .leading, spacing: Size.gap) {
      Text(verbatim: theme.words["photograph.custody"]).font(.headline).accessibilityAddTraits(.isHeader)
      HStack(spacing: 8) {
        CustodyMark(state: photo.state, here: photo.here).accessibilityHidden(true)
        Text(verbatim: theme.words.custody(photo)).font(.body.weight(theme.strong))
      }
      .accessibilityElement(children: .combine)
      ForEach(model.custody.indices, id: \.self) { index in
        let step = model.custody[index]
        VStack(alignment: .leading, spacing: 2) {
          Text(verbatim: theme.words.step(step)).font(.body.weight(theme.regular))
          if let at = step.at {
            Text(verbatim: theme.format.when(at, now: app.phone.now())).foregroundStyle(theme.ink.text2.color)
          }
        }
        .padding(.leading, 16)
        .overlay(alignment: .leading) { Rectangle().fill(theme.ink.chartEdge.color).frame(width: 2) }
        .accessibilityElement(children: .combine)
      }
    }
  }
}

private struct CheckNote: View {
  let checked: PhotoCheckView
  @Environment(\.theme) private var theme

  var body: some View {
    switch checked.bytes {
    case .same: Note(tone: .calm, title: theme.words["photograph.same"], text: theme.words["photograph.same.way"])
    case .differ:
      Note(tone: .wrong, title: theme.words["photograph.differ"], text: theme.words["photograph.differ.way"])
    default:
      Note(tone: .attention, title: theme.words["photograph.not_here"], text: theme.words["photograph.not_here.way"])
    }
  }
}
