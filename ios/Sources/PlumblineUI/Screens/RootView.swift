// Which screen stands first: opening, what keeps the store shut, enrol, unlock, or the tabs.

import PlumblineModel
import SwiftUI

/// The whole app.
public struct RootView: View {
  let app: AppModel
  let tools: Tools
  let isBright: Bool

  @Environment(\.colorScheme) private var scheme

  /// `tools` are the views that only the platform has; `isBright` is true where the light about the phone is the sun's.
  public init(app: AppModel, tools: Tools, isBright: Bool) {
    self.app = app
    self.tools = tools
    self.isBright = isBright
  }

  public var body: some View {
    let theme = Theme(look: app.settings.look(isDark: scheme == .dark, isBright: isBright), words: app.words)
    Group {
      switch app.stage {
      case .opening: OpeningView()
      case .shut(let fault): ShutView(fault: fault) { Task { await app.open() } }
      case .enrol(let client): EnrolView(model: EnrolModel(app: app, client: client))
      case .locked(let client): UnlockView(model: UnlockModel(app: app, client: client))
      case .inside(let client): TabsView(app: app, client: client, tools: tools)
      }
    }
    .environment(\.theme, theme)
    .environment(\.locale, theme.format.locale)
    .tint(theme.ink.accent.color)
    .ground(theme)
  }
}

/// What only the platform can draw: the camera's picture, which also hears the volume keys.
public struct Tools {
  public let shutter: any Shutter
  public let finder: @MainActor (_ pressed: @escaping @MainActor () -> Void) -> AnyView

  public init(
    shutter: any Shutter, finder: @escaping @MainActor (_ pressed: @escaping @MainActor () -> Void) -> AnyView
  ) {
    self.shutter = shutter
    self.finder = finder
  }
}

private struct OpeningView: View {
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(spacing: Size.gap) {
      Spacer()
      ProgressView()
      Text(verbatim: theme.words["opening"])
      Spacer()
    }
  }
}

/// The store does not open: why, that nothing is lost, and to try again.
private struct ShutView: View {
  let fault: Fault
  let again: @MainActor () -> Void
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(spacing: Size.gutter) {
      Spacer()
      Text(verbatim: theme.words["shut.title"]).font(.title2.weight(theme.strong)).accessibilityAddTraits(.isHeader)
      FaultNote(fault: fault)
      Spacer()
      WideButton(
        title: theme.words["shut.again"], symbol: "arrow.clockwise", isFilled: true, height: Size.primary, action: again
      )
    }
    .padding(Size.gutter)
  }
}

/// The places of the app.
struct TabsView: View {
  let app: AppModel
  let client: Client
  let tools: Tools

  @State private var place = Place.now
  @Environment(\.theme) private var theme

  private enum Place { case now, photographs, records, hours }

  var body: some View {
    TabView(selection: $place) {
      NowView(model: NowModel(app: app, client: client), app: app, client: client, tools: tools) {
        place = .photographs
      }
      .tabItem { Label(theme.words["tab.now"], systemImage: "clock") }
      .tag(Place.now)
      PhotographsView(model: PhotographsModel(client: client), app: app, client: client)
        .tabItem { Label(theme.words["tab.photographs"], systemImage: "photo") }
        .tag(Place.photographs)
      RecordsView(model: RecordsModel(app: app, client: client), app: app)
        .tabItem { Label(theme.words["tab.records"], systemImage: "doc.text") }
        .tag(Place.records)
      HoursView(model: HoursModel(app: app, client: client), app: app)
        .tabItem { Label(theme.words["tab.hours"], systemImage: "calendar") }
        .tag(Place.hours)
    }
  }
}
