// The camera: one still picture at a time, written whole into a protected file of the app before anything else touches it.

import AVFoundation
import Foundation
import PlumblineModel

/// Our own camera. Its session runs while the camera screen is there.
public final class Camera: NSObject, Shutter, @unchecked Sendable {
  /// Why there is no picture.
  public enum Trouble: Error { case notAllowed, notThere, noPicture }

  // All of it is touched on this queue alone.
  private let queue = DispatchQueue(label: "camera")
  private let output = AVCapturePhotoOutput()
  private lazy var device = Camera.best()
  private var times = 1.0
  private var isReady = false
  private var deliveries: [Int64: Delivery] = [:]

  public let session = AVCaptureSession()

  override public init() { super.init() }

  /// Asks the person where that is needed, and starts the picture.
  public func begin() async throws {
    guard await AVCaptureDevice.requestAccess(for: .video) else { throw Trouble.notAllowed }
    try await onQueue {
      if !self.isReady { try self.connect() }
      self.session.startRunning()
    }
  }

  public func end() {
    queue.async { self.session.stopRunning() }
  }

  /// What the lens can; nothing where the person does not allow the camera.
  public func lens() async -> Lens {
    guard await AVCaptureDevice.requestAccess(for: .video) else { return .plain }
    return await withCheckedContinuation { waiting in
      queue.async { waiting.resume(returning: self.device.map { Lens($0) } ?? .plain) }
    }
  }

  public func zoom(to times: Double) async throws {
    try await onQueue {
      if self.isReady { try self.device?.zoom(to: times) }
      self.times = times
    }
  }

  public func shoot(into folder: URL, flash: Bool) async throws -> URL {
    let data = try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Data, any Error>) in
      queue.async {
        guard self.session.isRunning else { return waiting.resume(throwing: Trouble.notThere) }
        let settings = AVCapturePhotoSettings(format: [AVVideoCodecKey: AVVideoCodecType.jpeg])
        // A mode that is not supported is an exception.
        if flash, self.output.supportedFlashModes.contains(.on) { settings.flashMode = .on }
        let id = settings.uniqueID
        let delivery = Delivery { result in
          self.queue.async { self.deliveries[id] = nil }
          waiting.resume(with: result)
        }
        self.deliveries[id] = delivery
        self.output.capturePhoto(with: settings, delegate: delivery)
      }
    }
    let file = folder.appendingPathComponent("\(UUID().uuidString).jpg")
    try data.write(to: file, options: [.atomic, .completeFileProtectionUnlessOpen])
    return file
  }

  private func connect() throws {
    guard let device else { throw Trouble.notThere }
    try join(AVCaptureDeviceInput(device: device))
    isReady = true
    // The preset gave the device another format, and with it its own first factor: of several lenses, the widest.
    try? device.zoom(to: times)
  }

  private func join(_ input: AVCaptureDeviceInput) throws {
    session.beginConfiguration()
    defer { session.commitConfiguration() }
    session.sessionPreset = .photo
    guard session.canAddInput(input), session.canAddOutput(output) else { throw Trouble.notThere }
    session.addInput(input)
    session.addOutput(output)
  }

  /// The camera on the back with the most lenses.
  private static func best() -> AVCaptureDevice? {
    let types: [AVCaptureDevice.DeviceType] = [
      .builtInTripleCamera, .builtInDualWideCamera, .builtInDualCamera, .builtInWideAngleCamera,
    ]
    let found = AVCaptureDevice.DiscoverySession(deviceTypes: types, mediaType: .video, position: .back).devices
    return types.lazy.compactMap { type in found.first { $0.deviceType == type } }.first
  }

  private func onQueue(_ work: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Void, any Error>) in
      queue.async { waiting.resume(with: Result(catching: work)) }
    }
  }
}

extension Lens {
  fileprivate init(_ device: AVCaptureDevice) {
    let reach = device.minAvailableVideoZoomFactor...device.maxAvailableVideoZoomFactor
    self.init(zooms: Lens.choices.filter { reach.contains(device.wide * $0) }, hasFlash: device.hasFlash)
  }
}

extension AVCaptureDevice {
  /// The device's factor at which its wide lens is whole. Its own 1 is its widest lens, and from one lens to the next it
  /// switches over at the next of these factors.
  fileprivate var wide: CGFloat {
    guard let at = constituentDevices.firstIndex(where: { $0.deviceType == .builtInWideAngleCamera }), at > 0 else {
      return 1
    }
    return virtualDeviceSwitchOverVideoZoomFactors[at - 1].doubleValue
  }

  /// Zooms to so many times the wide lens.
  fileprivate func zoom(to times: Double) throws {
    try lockForConfiguration()
    videoZoomFactor = min(max(wide * times, minAvailableVideoZoomFactor), maxAvailableVideoZoomFactor)
    unlockForConfiguration()
  }
}

/// Receives one picture.
private final class Delivery: NSObject, AVCapturePhotoCaptureDelegate {
  private let done: @Sendable (Result<Data, any Error>) -> Void

  init(done: @escaping @Sendable (Result<Data, any Error>) -> Void) { self.done = done }

  func photoOutput(_ output: AVCapturePhotoOutput, didFinishProcessingPhoto photo: AVCapturePhoto, error: (any Error)?)
  {
    if let error { return done(.failure(error)) }
    done(photo.fileDataRepresentation().map(Result.success) ?? .failure(Camera.Trouble.noPicture))
  }
}
