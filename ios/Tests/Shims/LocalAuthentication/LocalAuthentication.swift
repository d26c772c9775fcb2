// A shim of LocalAuthentication: declarations for a type check on Linux; never run.

@_exported import Security

public enum LAPolicy: Int, Sendable { case deviceOwnerAuthenticationWithBiometrics = 1, deviceOwnerAuthentication }
public enum LAAccessControlOperation: Int, Sendable { case createItem, useItem }

public final class LAContext: @unchecked Sendable {
  public init() {}
  public func canEvaluatePolicy(_ policy: LAPolicy, error: UnsafeMutablePointer<NSError?>?) -> Bool { fatalError() }
  @discardableResult
  public func evaluatePolicy(_ policy: LAPolicy, localizedReason: String) async throws -> Bool { fatalError() }
  @discardableResult
  public func evaluateAccessControl(
    _ control: SecAccessControl, operation: LAAccessControlOperation, localizedReason: String
  ) async throws -> Bool { fatalError() }
  public var evaluatedPolicyDomainState: Data? { fatalError() }
}
