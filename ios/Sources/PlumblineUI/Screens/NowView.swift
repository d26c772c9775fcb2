// Now: state above, actions in the lower half.

import PlumblineModel
import SwiftUI

struct NowView: View {
  @State var model: NowModel
  let app: AppModel
  let client: Client
  let tools: Tools
  let photographs: @MainActor () -> Void

  @State private var way: [Way] = []
  @State private var hasCamera = false
  @Environment(\.theme) private var theme

  /// Where one gets from here.
  enum Way: Hashable { case waiting, crew, settings }

  var body: some View {
    NavigationStack(path: $way) {
      ScrollView {
        VStack(alignment: .leading, spacing: 0) {
          Strip(app: app) { way.append(.waiting) }
          Reading(shown: model.today, coming: theme.words["reading"]) { today in
            ClockFace(model: model, today: today)
            if !today.crew.isEmpty {
              Rule()
              OpenRow {
                way.append(.crew)
              } content: {
                CrewLine(crew: today.crew)
              }.padding(.horizontal, Size.gutter)
              Rule()
            }
          }
          if let fault = model.fault { FaultNote(fault: fault).padding(Size.gutter) }
        }
      }
      .refreshable { await model.load() }
      .safeAreaInset(edge: .bottom) { ClockButtons(model: model) { hasCamera = true } }
      .toolbar {
        ToolbarItem(placement: .primaryAction) {
          Button {
            way.append(.settings)
          } label: {
            Image(systemName: "gearshape").frame(minWidth: Size.least, minHeight: 44)
          }
          .accessibilityLabel(Text(verbatim: theme.words["settings.title"]))
        }
      }
      .navigationDestination(for: Way.self) { way in
        switch way {
        case .waiting:
          WaitingView(model: WaitingModel(app: app, client: client), app: app, photographs: photographs)
        case .crew: CrewView(model: model)
        case .settings: SettingsView(model: SettingsModel(app: app, client: client))
        }
      }
      .ground(theme)
    }
    .sheet(item: $model.asked) { _ in AskedSheet(model: model).environment(\.theme, theme) }
    .fullScreenCover(isPresented: $hasCamera) {
      CameraView(model: CameraModel(app: app, client: client), tools: tools).environment(\.theme, theme)
    }
    .task(id: app.changes.mark(NowModel.topics)) { await model.load() }
    .task { await model.follow() }
    .task(id: model.proposed) { await model.stand() }
  }
}

/// Where, since when, how long, and whether inside.
private struct ClockFace: View {
  let model: NowModel
  let today: Today

  @ScaledMetric(relativeTo: .largeTitle) private var figure = 62.0
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(alignment: .leading, spacing: Size.gap) {
      if let site = today.site ?? model.proposed {
        VStack(alignment: .leading, spacing: 4) {
          Text(verbatim: site.name).font(.title2.weight(theme.strong))
          if let classification = today.classification { Text(verbatim: classification).font(.body) }
        }
        .accessibilityElement(children: .combine)
      }
      TimelineView(.everyMinute) { _ in
        VStack(alignment: .leading, spacing: 4) {
          Text(verbatim: theme.words.clockLine(today)).font(.body.weight(theme.strong))
          Text(verbatim: theme.format.duration(model.worked))
            .font(.system(size: figure, weight: theme.strong).monospacedDigit())
            .minimumScaleFactor(0.5)
            .lineLimit(1)
          if !today.spans.isEmpty { DayLine(spans: today.spans, now: model.now) }
        }
        .accessibilityElement(children: .combine)
      }
      if today.sites.isEmpty {
        Note(tone: .attention, title: theme.words["now.no_project"], text: theme.words["now.no_project.way"])
      }
      if let verdict = model.verdict {
        VerdictLine(verdict: verdict)
      } else if model.standpoint.whereabouts == .off {
        Text(verbatim: "\(theme.words["place.off"]). \(theme.words["place.still"])").foregroundStyle(
          theme.ink.text2.color)
      } else if today.state == .off {
        // Its age, too.
        TimelineView(.periodic(from: Date(timeIntervalSince1970: 0), by: 5)) { _ in
          HereLine(standpoint: model.standpoint)
        }
      }
    }
    .frame(maxWidth: .infinity, alignment: .leading)
    .padding(Size.gutter)
  }
}

/// The buttons of the present state, the undo above them.
private struct ClockButtons: View {
  let model: NowModel
  let camera: @MainActor () -> Void
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(spacing: Size.gap) {
      if let done = model.done {
        HStack {
          Text(verbatim: theme.words["now.did.\(done.step.punch).short"]).font(.body.weight(theme.strong))
          Spacer()
          Button(theme.words["undo"]) { Task { await model.undo() } }
            .font(.title3.weight(theme.strong))
            .frame(minHeight: Size.least)
        }
        .padding(.horizontal, 16)
        .background(theme.ink.selection.color, in: RoundedRectangle(cornerRadius: Size.radius))
        .accessibilityElement(children: .contain)
      }
      switch model.today.value?.state {
      case nil: EmptyView()
      case .off:
        button("now.clock_in", "play.circle", isFilled: true) { model.ask(.clockIn) }
        button("now.photograph", "camera", action: camera)
      case .working:
        button("now.photograph", "camera", isFilled: true, action: camera)
        HStack(spacing: Size.gap) {
          button("now.break_start", "cup.and.saucer") { Task { await model.breakNow(.startBreak) } }
          button("now.switch", "arrow.left.arrow.right") { model.ask(.switchWork) }
        }
        button("now.clock_out", "rectangle.portrait.and.arrow.right") { model.ask(.clockOut) }
      case .onBreak:
        button("now.break_end", "play.circle", isFilled: true) { Task { await model.breakNow(.endBreak) } }
        button("now.clock_out", "rectangle.portrait.and.arrow.right") { model.ask(.clockOut) }
      }
    }
    .disabled(model.isBusy)
    .padding(Size.gutter)
    .background(theme.ink.canvas.color)
  }

  private func button(
    _ key: String, _ symbol: String, isFilled: Bool = false, action: @escaping @MainActor () -> Void
  ) -> some View {
    WideButton(
      title: theme.words[key], symbol: symbol, isFilled: isFilled, height: isFilled ? Size.primary : Size.action,
      action: action)
  }
}

/// What the first tap asked: where and as what; the second tap does it.
private struct AskedSheet: View {
  let model: NowModel
  @Environment(\.theme) private var theme

  var body: some View {
    if let asked = model.asked {
      ScrollView {
        VStack(alignment: .leading, spacing: Size.gap) {
          Text(verbatim: theme.words["now.ask.\(asked.step.punch)"])
            .font(.title2.weight(theme.strong))
            .accessibilityAddTraits(.isHeader)
          if asked.step != .clockOut {
            ForEach(model.today.value?.sites ?? []) { site in
              ChoiceRow(title: site.name, isChosen: site == asked.site) { model.choose(site) }
            }
            if let all = asked.site?.classifications, !all.isEmpty {
              Rule()
              Text(verbatim: theme.words["now.as"]).font(.headline)
              ForEach(all, id: \.self) { one in
                ChoiceRow(title: one, isChosen: one == asked.classification) { model.choose(classification: one) }
              }
            }
          }
        }
        .padding(Size.gutter)
      }
      .safeAreaInset(edge: .bottom) {
        VStack(spacing: Size.gap) {
          WideButton(
            title: theme.words["now.deed.\(asked.step.punch)"], symbol: "checkmark", isFilled: true,
            height: Size.primary
          ) { Task { await model.confirm() } }
          .disabled(!model.canConfirm)
          WideButton(title: theme.words["cancel"], symbol: "xmark") { model.cancel() }
        }
        .padding(Size.gutter)
      }
      .presentationDetents([.medium, .large])
      .ground(theme)
    }
  }
}
