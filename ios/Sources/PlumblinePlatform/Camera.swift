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

  public func shoot(into folder: URL) async throws -> URL {
    let data = try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Data, any Error>) in
      queue.async {
        guard self.session.isRunning else { return waiting.resume(throwing: Trouble.notThere) }
        let settings = AVCapturePhotoSettings(format: [AVVideoCodecKey: AVVideoCodecType.jpeg])
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
    guard let device = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back) else {
      throw Trouble.notThere
    }
    let input = try AVCaptureDeviceInput(device: device)
    session.beginConfiguration()
    defer { session.commitConfiguration() }
    session.sessionPreset = .photo
    guard session.canAddInput(input), session.canAddOutput(output) else { throw Trouble.notThere }
    session.addInput(input)
    session.addOutput(output)
    isReady = true
  }

  private func onQueue(_ work: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Void, any Error>) in
      queue.async { waiting.resume(with: Result(catching: work)) }
    }
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
