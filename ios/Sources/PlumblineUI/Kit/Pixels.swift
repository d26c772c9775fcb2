// Bytes of a picture as a picture.

import SwiftUI
import UIKit

extension Image {
  /// None where these bytes are no picture that the phone can draw.
  init?(jpeg bytes: Data) {
    guard let image = UIImage(data: bytes) else { return nil }
    self.init(uiImage: image)
  }
}
