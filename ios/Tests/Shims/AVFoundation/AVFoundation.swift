// A shim of AVFoundation: declarations for a type check on Linux; never run.

@_exported import Foundation
import UIKit

public struct AVMediaType: Sendable { public static let video = Self() }
public struct AVVideoCodecType: Sendable { public static let jpeg = Self() }
public let AVVideoCodecKey = ""

public final class AVCaptureDevice: @unchecked Sendable {
  public enum Position: Int, Sendable { case unspecified, back, front }
  public struct DeviceType: Sendable { public static let builtInWideAngleCamera = Self() }
  public static func requestAccess(for type: AVMediaType) async -> Bool { fatalError() }
  public static func `default`(_ type: DeviceType, for media: AVMediaType?, position: Position) -> AVCaptureDevice? {
    fatalError()
  }
}

open class AVCaptureInput {}
open class AVCaptureOutput: NSObject {}
public final class AVCaptureDeviceInput: AVCaptureInput { public init(device: AVCaptureDevice) throws {} }

public final class AVCaptureSession: @unchecked Sendable {
  public struct Preset: Sendable { public static let photo = Self() }
  public init() {}
  public var sessionPreset = Preset.photo
  public var isRunning: Bool { fatalError() }
  public func startRunning() {}
  public func stopRunning() {}
  public func beginConfiguration() {}
  public func commitConfiguration() {}
  public func canAddInput(_ input: AVCaptureInput) -> Bool { fatalError() }
  public func canAddOutput(_ output: AVCaptureOutput) -> Bool { fatalError() }
  public func addInput(_ input: AVCaptureInput) {}
  public func addOutput(_ output: AVCaptureOutput) {}
}

public final class AVCapturePhotoSettings {
  public init(format: [String: Any]?) {}
  public var uniqueID: Int64 { fatalError() }
}
public final class AVCapturePhoto { public func fileDataRepresentation() -> Data? { fatalError() } }
public protocol AVCapturePhotoCaptureDelegate: NSObjectProtocol {
  func photoOutput(_ output: AVCapturePhotoOutput, didFinishProcessingPhoto photo: AVCapturePhoto, error: (any Error)?)
}
public final class AVCapturePhotoOutput: AVCaptureOutput {
  public func capturePhoto(with settings: AVCapturePhotoSettings, delegate: any AVCapturePhotoCaptureDelegate) {}
}

public enum AVLayerVideoGravity: Sendable { case resizeAspect, resizeAspectFill }
public final class AVCaptureVideoPreviewLayer: CALayer {
  public init(session: AVCaptureSession) {}
  public var videoGravity = AVLayerVideoGravity.resizeAspect
}
