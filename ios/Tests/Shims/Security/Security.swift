// A shim of Security: declarations for a type check on Linux; never run.

@_exported import Foundation
@_exported import FoundationNetworking

public typealias OSStatus = Int32
// What Apple's bridging converts by itself is one type here.
public typealias CFTypeRef = AnyObject
public typealias CFString = String
public typealias CFDictionary = [String: Any]
public typealias CFArray = [AnyObject]
public typealias CFData = Data
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

public final class SecCertificate {}
public final class SecTrust {}
public func SecCertificateCopyData(_ certificate: SecCertificate) -> CFData { fatalError() }
public func SecTrustCopyCertificateChain(_ trust: SecTrust) -> CFArray? { fatalError() }
public func SecTrustSetAnchorCertificates(_ trust: SecTrust, _ anchors: CFArray?) -> OSStatus { fatalError() }
public func SecTrustSetAnchorCertificatesOnly(_ trust: SecTrust, _ only: Bool) -> OSStatus { fatalError() }
public func SecTrustEvaluateWithError(_ trust: SecTrust, _ error: UnsafeMutablePointer<CFError?>?) -> Bool {
  fatalError()
}

// Foundation's in truth, on Apple's systems alone.
public enum tls_protocol_version_t { case TLSv13 }
extension URLSessionConfiguration {
  public static func background(withIdentifier identifier: String) -> URLSessionConfiguration { fatalError() }
  public var tlsMinimumSupportedProtocolVersion: tls_protocol_version_t {
    get { fatalError() }
    set {}
  }
}
extension URLProtectionSpace { public var serverTrust: SecTrust? { fatalError() } }
extension URLCredential { public convenience init(trust: SecTrust) { fatalError() } }
