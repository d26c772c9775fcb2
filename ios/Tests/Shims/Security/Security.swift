// A shim of Security: declarations for a type check on Linux; never run.

@_exported import Foundation

public typealias OSStatus = Int32
// What Apple's bridging converts by itself is one type here.
public typealias CFTypeRef = AnyObject
public typealias CFString = String
public typealias CFDictionary = [String: Any]
public final class CFError {}

public let kSecClass = "", kSecClassGenericPassword = "", kSecAttrService = "", kSecAttrAccount = ""
public let kSecAttrSynchronizable = "", kSecUseDataProtectionKeychain = "", kSecReturnData = "", kSecMatchLimit = ""
public let kSecMatchLimitOne = "", kSecValueData = "", kSecAttrAccessible = ""
public let kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly = "", kSecAttrAccessibleWhenUnlockedThisDeviceOnly = ""

public let errSecSuccess: OSStatus = 0, errSecItemNotFound: OSStatus = -25300,
  errSecInteractionNotAllowed: OSStatus = -25308
public let errSecDecode: OSStatus = -26275, errSecAuthFailed: OSStatus = -25293, errSecDiskFull: OSStatus = -34
public let errSecNotAvailable: OSStatus = -25291, errSecMissingEntitlement: OSStatus = -34018

public func SecItemCopyMatching(_ query: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
  fatalError()
}
public func SecItemAdd(_ item: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus { fatalError() }
public func SecItemUpdate(_ query: CFDictionary, _ changes: CFDictionary) -> OSStatus { fatalError() }
public func SecItemDelete(_ query: CFDictionary) -> OSStatus { fatalError() }

public struct SecAccessControlCreateFlags: OptionSet, Sendable {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }
  public static let devicePasscode = Self(rawValue: 1)
}
public final class SecAccessControl: @unchecked Sendable {}
public func SecAccessControlCreateWithFlags(
  _ allocator: AnyObject?, _ protection: CFString, _ flags: SecAccessControlCreateFlags,
  _ error: UnsafeMutablePointer<CFError?>?
) -> SecAccessControl? { fatalError() }
