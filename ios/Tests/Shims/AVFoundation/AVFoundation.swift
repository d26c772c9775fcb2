// A shim of AVFoundation: declarations for a type check on Linux; never run.

@_exported import Foundation
import UIKit

public struct AVMediaType: Sendable { public static let video = Self() }
public struct AVVideoCodecType: Sendable { public static let jpeg = Self() }
public let AVVideoCodecKey = ""

public final class AVCaptureDevice: @unchecked Sendable {
  public enum Position: Int, Sendable { case unspecified, back, front }
  public enum FlashMode: Int, Sendable { case off, on, auto }
  public struct DeviceType: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let builtInWideAngleCamera = Self(rawValue: ""), builtInDualCamera = Self(rawValue: "")
    public static let builtInDualWideCamera = Self(rawValue: ""), builtInTripleCamera = Self(rawValue: "")
  }
  public final class DiscoverySession {
    public init(deviceTypes: [DeviceType], mediaType: AVMediaType?, position: Position) {}
    public var devices: [AVCaptureDevice] { fatalError() }
  }
  public static func requestAccess(for type: AVMediaType) async -> Bool { fatalError() }
  public var deviceType: DeviceType { fatalError() }
  public var constituentDevices: [AVCaptureDevice] { fatalError() }
  public var virtualDeviceSwitchOverVideoZoomFactors: [NSNumber] { fatalError() }
  public var minAvailableVideoZoomFactor: CGFloat { fatalError() }
  public var maxAvailableVideoZoomFactor: CGFloat { fatalError() }
  public var videoZoomFactor: CGFloat {
    get { fatalError() }
    set {}
  }
  public var hasFlash: Bool { fatalError() }
  public func lockForConfiguration() throws {}
  public func unlockForConfiguration() {}
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
  public var flashMode: AVCaptureDevice.FlashMode {
    get { fatalError() }
    set {}
  }
}
public final class AVCapturePhoto { public func fileDataRepresentation() -> Data? { fatalError() } }
public protocol AVCapturePhotoCaptureDelegate: NSObjectProtocol {
  func photoOutput(_ output: AVCapturePhotoOutput, didFinishProcessingPhoto photo: AVCapturePhoto, error: (any Error)?)
}
public final class AVCapturePhotoOutput: AVCaptureOutput {
  public var supportedFlashModes: [AVCaptureDevice.FlashMode] { fatalError() }
  public func capturePhoto(with settings: AVCapturePhotoSettings, delegate: any AVCapturePhotoCaptureDelegate) {}
}

public enum AVLayerVideoGravity: Sendable { case resizeAspect, resizeAspectFill }
public final class AVCaptureVideoPreviewLayer: CALayer {
  public init(session: AVCaptureSession) {}
  public var videoGravity = AVLayerVideoGravity.resizeAspect
}
