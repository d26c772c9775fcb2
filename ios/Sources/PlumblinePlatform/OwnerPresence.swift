// Whether the phone's owner is there: face or finger, else the passcode. Where faces or fingers changed since the last time,
// only the passcode counts.

import Foundation
import LocalAuthentication
import PlumblineModel

public final class OwnerPresence: Presence {
  private let settings: any SettingsStore
  private static let known = "presence.domain"

  public init(settings: any SettingsStore) { self.settings = settings }

  public func prove(_ reason: String) async -> Proof {
    let context = LAContext()
    var error: NSError?
    guard context.canEvaluatePolicy(.deviceOwnerAuthentication, error: &error) else { return .unprotected }
    let domain = OwnerPresence.domain(context)
    let last = settings.text(OwnerPresence.known)
    if let last, let domain, last != domain { return await byPasscode(reason, domain) }
    do {
      try await context.evaluatePolicy(.deviceOwnerAuthentication, localizedReason: reason)
      settings.keep(OwnerPresence.known, domain)
      return .owner
    } catch {
      return .nobody
    }
  }

  /// Whoever changed the faces or fingers knew the passcode; it says so once more.
  private func byPasscode(_ reason: String, _ domain: String) async -> Proof {
    let context = LAContext()
    guard
      let access = SecAccessControlCreateWithFlags(
        nil, kSecAttrAccessibleWhenUnlockedThisDeviceOnly, .devicePasscode, nil)
    else { return .unprotected }
    do {
      try await context.evaluateAccessControl(access, operation: .useItem, localizedReason: reason)
      settings.keep(OwnerPresence.known, domain)
      return .owner
    } catch {
      return .changed
    }
  }

  /// A fingerprint of the enrolled faces or fingers, which tells nothing about them.
  private static func domain(_ context: LAContext) -> String? {
    var error: NSError?
    guard context.canEvaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, error: &error) else { return nil }
    return context.evaluatedPolicyDomainState?.base64EncodedString()
  }
}
