package org.plumbline.ui.desktop

import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.toComposeImageBitmap
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.platform.Font
import org.jetbrains.skia.Image

/** Inter, out of the class path: on a phone the same files are resources of the app. */
val Inter: FontFamily = FontFamily(listOf(400, 500, 600, 700).map { Font("font/inter_$it.ttf", FontWeight(it)) })

/** A JPEG or PNG as a picture, or nothing where it is none. */
fun decode(bytes: ByteArray): ImageBitmap? = runCatching { Image.makeFromEncoded(bytes).toComposeImageBitmap() }.getOrNull()
