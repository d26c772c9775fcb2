// The Keychain: small secrets by name. They open after the first unlock since the phone started, so that work in the background
// can run, never leave this phone, and are in no backup.

import Foundation
import PlumblineModel
import Security

public final class Keychain: Keystore {
  private let service: String

  public init(service: String) { self.service = service }

  public func load(name: String) throws -> Data? {
    var query = item(name)
    query[kSecReturnData as String] = true
    query[kSecMatchLimit as String] = kSecMatchLimitOne
    var found: CFTypeRef?
    let status = SecItemCopyMatching(query as CFDictionary, &found)
    switch status {
    case errSecSuccess:
      // An item without its bytes is one that this phone no longer opens.
      guard let secret = found as? Data else { throw ShellFault.Invalidated }
      return secret
    case errSecItemNotFound: return nil
    default: throw Keychain.fault(status)
    }
  }

  public func store(name: String, secret: Data) throws {
    let kept: [String: Any] = [
      kSecValueData as String: secret,
      kSecAttrAccessible as String: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
    ]
    let status = SecItemUpdate(item(name) as CFDictionary, kept as CFDictionary)
    if status == errSecItemNotFound {
      try Keychain.check(SecItemAdd(item(name).merging(kept) { $1 } as CFDictionary, nil))
    } else {
      try Keychain.check(status)
    }
  }

  public func remove(name: String) throws {
    let status = SecItemDelete(item(name) as CFDictionary)
    if status != errSecItemNotFound { try Keychain.check(status) }
  }

  public func probe() throws {
    let name = "probe"
    try store(name: name, secret: Data([1]))
    guard try load(name: name) == Data([1]) else { throw ShellFault.Missing }
    try remove(name: name)
  }

  private func item(_ name: String) -> [String: Any] {
    [
      kSecClass as String: kSecClassGenericPassword,
      kSecAttrService as String: service,
      kSecAttrAccount as String: name,
      kSecAttrSynchronizable as String: false,
      kSecUseDataProtectionKeychain as String: true,
    ]
  }

  private static func check(_ status: OSStatus) throws {
    if status != errSecSuccess { throw fault(status) }
  }

  /// Missing, locked and invalidated are three different things, and none of them means "no key yet".
  private static func fault(_ status: OSStatus) -> ShellFault {
    switch status {
    case errSecInteractionNotAllowed: .Locked
    case errSecDecode, errSecAuthFailed: .Invalidated
    case errSecDiskFull: .StorageFull
    case errSecNotAvailable, errSecMissingEntitlement: .Missing
    default: .Failed
    }
  }
}
