// The camera's picture on the screen.

import AVFoundation
import SwiftUI
import UIKit

/// What the camera sees. It runs while this is shown.
public struct Finder: View {
  let camera: Camera
  let refused: String
  @State private var isRefused = false

  /// `refused`: what to say where the person does not allow the camera.
  public init(camera: Camera, refused: String) {
    self.camera = camera
    self.refused = refused
  }

  public var body: some View {
    ZStack {
      Preview(session: camera.session)
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

  func makeUIView(context: Context) -> PreviewView { PreviewView(session: session) }

  func updateUIView(_ view: PreviewView, context: Context) {}
}

private final class PreviewView: UIView {
  private let picture: AVCaptureVideoPreviewLayer

  init(session: AVCaptureSession) {
    picture = AVCaptureVideoPreviewLayer(session: session)
    super.init(frame: .zero)
    picture.videoGravity = .resizeAspect
    layer.addSublayer(picture)
  }

  @available(*, unavailable)
  required init?(coder: NSCoder) { nil }

  override func layoutSubviews() {
    super.layoutSubviews()
    picture.frame = bounds
  }
}
