// The camera: dark in every look. Time and place quality stand above before the shot, the shutter below is for gloves.

import PlumblineModel
import SwiftUI

struct CameraView: View {
  @State var model: CameraModel
  let tools: Tools

  @State private var isChoosing = false
  @Environment(\.theme) private var theme
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    VStack(spacing: 0) {
      quality
      finder
      foot
    }
    .background(Color.black)
    .foregroundStyle(Color.white)
    .environment(\.theme, Theme(look: .dark, words: theme.words))
    .sheet(isPresented: $isChoosing) { SiteSheet(model: model).environment(\.theme, theme) }
    .task { await model.load() }
    .task { await model.follow() }
  }

  private var quality: some View {
    TimelineView(.periodic(from: Date(timeIntervalSince1970: 0), by: 1)) { _ in
      HStack(alignment: .top, spacing: Size.gutter) {
        TimeLine(standpoint: model.standpoint)
        HereLine(standpoint: model.standpoint)
      }
      .frame(maxWidth: .infinity, alignment: .leading)
      .padding(Size.gutter)
    }
  }

  @ViewBuilder private var finder: some View {
    ZStack {
      switch model.state {
      case .checking: ProgressView()
      case .full(let room):
        Note(
          tone: .wrong, title: theme.words["camera.full"],
          text: theme.words["camera.full.way", ["free": theme.format.bytes(room.free)]]
        ).padding(Size.gutter)
      case .failed(let fault): FaultNote(fault: fault).padding(Size.gutter)
      case .ready:
        tools.finder { shoot() }
          .accessibilityLabel(Text(verbatim: theme.words["camera.finder"]))
          .task { await model.take(up: tools.shutter) }
          .overlay(alignment: .bottom) { zoom }
      }
    }
    .frame(maxWidth: .infinity, maxHeight: .infinity)
  }

  @ViewBuilder private var zoom: some View {
    if model.lens.zooms.count > 1 {
      ZoomPill(zooms: model.lens.zooms, chosen: model.zoom) { times in
        Task { await model.zoom(to: times, tools.shutter) }
      }
      .padding(Size.gap)
    }
  }

  private func shoot() { Task { await model.shoot(tools.shutter) } }

  private var foot: some View {
    VStack(spacing: Size.gap) {
      Button {
        isChoosing = true
      } label: {
        HStack {
          Image(systemName: "link").accessibilityHidden(true)
          Text(verbatim: model.site?.name ?? theme.words["now.no_project"]).font(.body.weight(.semibold))
          Spacer(minLength: 0)
          Text(verbatim: theme.words["camera.change"]).font(.body.weight(.semibold))
        }
        .frame(minHeight: Size.least)
      }
      .buttonStyle(.plain)
      if let unsealed = model.unsealed {
        FaultNote(fault: unsealed.fault)
        WideButton(title: theme.words["camera.again"], symbol: "arrow.clockwise") { Task { await model.tryAgain() } }
      }
      HStack {
        Button {
          dismiss()
        } label: {
          Image(systemName: "xmark").font(.title2).frame(width: Size.action, height: Size.action)
        }
        .accessibilityLabel(Text(verbatim: theme.words["back"]))
        Spacer()
        ShutterButton(isSealing: model.isSealing) { shoot() }
          .disabled(!model.canShoot)
        Spacer()
        if model.lens.hasFlash {
          FlashButton(isOn: model.hasFlashOn) { model.switchFlash() }
        } else {
          Color.clear.frame(width: Size.action, height: Size.action)
        }
      }
      Text(verbatim: theme.words.camera(model)).font(.callout).multilineTextAlignment(.center)
    }
    .padding(Size.gutter)
  }
}

/// How well the time of a shot would be known, and the clock that it would have.
private struct TimeLine: View {
  let standpoint: Standpoint
  @Environment(\.theme) private var theme

  var body: some View {
    let known = standpoint.here?.known ?? .unchecked
    QualityLine(
      title: theme.words.time(known),
      detail: standpoint.clock.map { theme.words.clock($0, doubt: standpoint.here?.doubt) }
    ) {
      Image(systemName: known == .unchecked ? "clock.badge.questionmark" : "clock.badge.checkmark")
        .foregroundStyle(known == .unchecked ? theme.ink.attention.color : theme.ink.ok.color)
        .accessibilityHidden(true)
    }
    .accessibilityAddTraits(.updatesFrequently)
  }
}

private struct ShutterButton: View {
  let isSealing: Bool
  let action: @MainActor () -> Void

  @Environment(\.theme) private var theme
  @Environment(\.isEnabled) private var isEnabled

  var body: some View {
    Button(action: action) {
      ZStack {
        Circle().strokeBorder(Color.white, lineWidth: 6)
        Circle().fill(isEnabled ? Color.white : Color.gray).padding(12)
        if isSealing { ProgressView() }
      }
      .frame(width: Size.shutter, height: Size.shutter)
    }
    .buttonStyle(.plain)
    .accessibilityLabel(Text(verbatim: theme.words["camera.shoot"]))
  }
}

private struct SiteSheet: View {
  let model: CameraModel
  @Environment(\.theme) private var theme
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    ScrollView {
      VStack(alignment: .leading) {
        ForEach(model.sites) { site in
          ChoiceRow(title: site.name, isChosen: site == model.site) {
            Task { await model.choose(site) }
            dismiss()
          }
        }
      }
      .padding(Size.gutter)
    }
    .presentationDetents([.medium])
    .ground(theme)
  }
}
