// A shim of BackgroundTasks: declarations for a type check on Linux; never run.

@_exported import Foundation

open class BGTask {
  public var expirationHandler: (() -> Void)?
  public func setTaskCompleted(success: Bool) {}
}
open class BGTaskRequest {
  public init(identifier: String) {}
  public var earliestBeginDate: Date?
}
public final class BGAppRefreshTaskRequest: BGTaskRequest {}
public final class BGProcessingTaskRequest: BGTaskRequest {
  public var requiresNetworkConnectivity = false
  public var requiresExternalPower = false
}
public final class BGTaskScheduler: Sendable {
  public static let shared = BGTaskScheduler()
  @discardableResult
  public func register(
    forTaskWithIdentifier: String, using queue: DispatchQueue?, launchHandler: @escaping (BGTask) -> Void
  ) -> Bool {
    fatalError()
  }
  public func submit(_ request: BGTaskRequest) throws {}
}
