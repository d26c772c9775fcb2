// The camera's picture on the screen, and the volume keys as a shutter: gloves find them.

import AVFoundation
import AVKit
import SwiftUI
import UIKit

/// What the camera sees. It runs while this is shown.
public struct Finder: View {
  let camera: Camera
  let refused: String
  let plumb: (Double) -> String
  let pressed: @MainActor () -> Void
  @State private var isRefused = false

  /// `refused`: what to say where the person does not allow the camera; `plumb`: what to say of a lean in degrees;
  /// `pressed`: a volume key was.
  public init(
    camera: Camera, refused: String, plumb: @escaping (Double) -> String, pressed: @escaping @MainActor () -> Void
  ) {
    self.camera = camera
    self.refused = refused
    self.plumb = plumb
    self.pressed = pressed
  }

  public var body: some View {
    ZStack {
      Preview(session: camera.session, pressed: pressed)
      if !isRefused { PlumbLine(says: plumb) }
      if isRefused { Text(verbatim: refused).padding(24).multilineTextAlignment(.center) }
    }
    .task {
      do { try await camera.begin() } catch { isRefused = true }
    }
    .onDisappear { camera.end() }
  }
}

private struct Preview: UIViewRepresentable {
  let session: AVCaptureSession
  let pressed: @MainActor () -> Void

  func makeUIView(context: Context) -> PreviewView { PreviewView(session: session, pressed: pressed) }

  func updateUIView(_ view: PreviewView, context: Context) {}
}

private final class PreviewView: UIView {
  private let picture: AVCaptureVideoPreviewLayer

  init(session: AVCaptureSession, pressed: @escaping @MainActor () -> Void) {
    picture = AVCaptureVideoPreviewLayer(session: session)
    super.init(frame: .zero)
    picture.videoGravity = .resizeAspect
    layer.addSublayer(picture)
    if #available(iOS 17.2, *) {
      addInteraction(AVCaptureEventInteraction { if $0.phase == .ended { pressed() } })
    }
  }

  @available(*, unavailable)
  required init?(coder: NSCoder) { nil }

  override func layoutSubviews() {
    super.layoutSubviews()
    picture.frame = bounds
  }
}
