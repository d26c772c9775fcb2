// Where this phone stands: the place that it knows, and what the core would state of a punch or photograph made here and now.
// The core is asked before anything is recorded: with each place, with each other site, and again as the place grows old.

import Foundation
import Observation

@MainActor @Observable
public final class Standpoint {
  static let pause = Duration.seconds(5)

  public private(set) var whereabouts = Whereabouts.searching
  /// What the core would state; none before its first answer, and where it gave none.
  public private(set) var here: HereView?
  /// Whose fence the place is judged by.
  public var site: Site?

  private let app: AppModel
  private let client: Client
  private var asked = 0
  private var answered = 0
  private var answeredAt: Int64 = 0

  init(app: AppModel, client: Client) {
    self.app = app
    self.client = client
  }

  /// Now, by this phone.
  public var now: Int64 { app.phone.now() }

  /// Now, by the core: as it stated it, and what went by since.
  public var clock: Int64? { here.map { $0.at.stated + (now - answeredAt) } }

  /// A place that says where this is; an old one says where somebody was.
  var place: PlaceView? { whereabouts.fix.flatMap { $0.isFresh(at: now) ? $0.place : nil } }

  /// Follows where the phone is; ends with its task.
  func follow() async {
    let aging = Task { [weak self, wait = app.phone.wait] in
      while (try? await wait(Standpoint.pause)) != nil, !Task.isCancelled, let self { await self.ask() }
    }
    defer { aging.cancel() }
    for await now in app.phone.places.follow() {
      whereabouts = now
      await ask()
    }
  }

  /// Asks the core what it would state.
  func ask() async {
    asked += 1
    let (turn, request) = (asked, HereRequest(project: site?.id, place: place))
    let answer = try? await client.here(request: request)
    // What was asked later may have been answered before.
    guard turn > answered else { return }
    (answered, here, answeredAt) = (turn, answer, now)
  }
}
