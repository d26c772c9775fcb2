// The app: makes the model of this phone, shows its screens, and tells it when it goes, comes back, is opened by a link, and
// finds a network.

import Foundation
import PlumblineModel
import PlumblinePlatform
import PlumblineUI
import SwiftUI
import UIKit

@main
struct PlumblineApp: App {
  @UIApplicationDelegateAdaptor(Delegate.self) private var delegate
  @State private var begun: Result<AppModel, any Error>

  init() {
    logTo(log: SystemLog())
    let begun = Result { AppModel(phone: try Phone.real()) }
    // The system wants to know of work in the background before the app has finished launching.
    if case .success(let app) = begun { Background.register(app) }
    _begun = State(initialValue: begun)
  }

  var body: some Scene {
    WindowGroup {
      switch begun {
      case .success(let app): Screens(app: app)
      case .failure(let error): NoFolders(error: error)
      }
    }
  }
}

/// Hears that the system carried parts while the app rested or did not run.
private final class Delegate: NSObject, UIApplicationDelegate {
  func application(
    _ application: UIApplication, handleEventsForBackgroundURLSession identifier: String,
    completionHandler: @escaping () -> Void
  ) {
    Background.wake(completionHandler)
  }
}

/// The screens, and what happens to the app as a whole.
private struct Screens: View {
  let app: AppModel

  @State private var camera = Camera()
  @State private var isBright = false
  @Environment(\.scenePhase) private var phase

  var body: some View {
    RootView(app: app, tools: tools, isBright: isBright)
      // What stands on the screen is nobody's business in the app switcher.
      .overlay { if phase != .active { Cover() } }
      .task { await app.open() }
      .task { for await _ in networkCame() { app.networkCame() } }
      .task { for await light in Daylight.follow() { isBright = light } }
      .onOpenURL { app.take(link: $0.absoluteString) }
      .onChange(of: phase) { _, now in
        Task {
          switch now {
          case .background: await Suspension.leave(app)
          case .active: await app.comeBack()
          case .inactive: break
          @unknown default: break
          }
        }
      }
  }

  private var tools: Tools {
    Tools(shutter: camera) { pressed in
      let words = app.words
      return AnyView(
        Finder(
          camera: camera, refused: words["camera.no_lens"], plumb: { words.plumb($0) }, pressed: pressed))
    }
  }
}

private struct Cover: View {
  var body: some View {
    Color.black.frame(maxWidth: .infinity, maxHeight: .infinity).accessibilityHidden(true)
  }
}

/// The system gives the app no place for its data: nothing can begin.
private struct NoFolders: View {
  let error: any Error

  var body: some View {
    let words = Words(Language.preferred(Locale.preferredLanguages))
    VStack(spacing: 16) {
      Text(verbatim: words["shut.title"]).font(.title2)
      Text(verbatim: error.localizedDescription)
    }
    .padding(24)
  }
}
