// The phone, as it is.

import Foundation
import PlumblineModel
import UIKit

extension Phone {
  /// This phone. The core cannot read a name of the boot from the system; `kern.bootsessionuuid` is one.
  @MainActor public static func real() throws -> Phone {
    let settings = DefaultsSettings()
    return Phone(
      home: try Folders.store(), shots: try Folders.shots(), exports: try Folders.exports(),
      label: UIDevice.current.name, boot: bootSession(), keystore: Keychain(service: "org.plumbline"),
      presence: OwnerPresence(settings: settings), places: PhonePlaces(),
      carrier: BackgroundSession(.uploads), settings: settings)
  }

  private static func bootSession() -> String? {
    var length = 0
    guard sysctlbyname("kern.bootsessionuuid", nil, &length, nil, 0) == 0, length > 1 else { return nil }
    var text = [UInt8](repeating: 0, count: length)
    guard sysctlbyname("kern.bootsessionuuid", &text, &length, nil, 0) == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  }
}
