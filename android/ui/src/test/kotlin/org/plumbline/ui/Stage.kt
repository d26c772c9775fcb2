@file:OptIn(ExperimentalComposeUiApi::class)

package org.plumbline.ui

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.ExperimentalComposeUiApi
import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.Canvas
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.Paint
import androidx.compose.ui.unit.Density
import org.jetbrains.skia.EncodedImageFormat
import org.plumbline.model.Language
import org.plumbline.model.Look
import org.plumbline.model.Tab
import org.plumbline.model.Words
import org.plumbline.ui.desktop.Inter
import org.plumbline.ui.parts.LocalPictures
import org.plumbline.ui.parts.Pictures
import org.plumbline.ui.parts.Tabs
import org.plumbline.ui.theme.PlumblineTheme
import java.io.File
import java.lang.reflect.Proxy

/** What may be asked of a screen and is not of interest. */
inline fun <reified T> nothing(): T {
    val none = Proxy.newProxyInstance(T::class.java.classLoader, arrayOf(T::class.java)) { self, method, given ->
        when (method.name) {
            "equals" -> self === given?.firstOrNull()
            "hashCode" -> System.identityHashCode(self)
            "toString" -> "nothing"
            else -> Unit
        }
    }
    return none as T
}

/** A picture that stands for a photograph: a slope and a sky, another for each name. */
fun pictureOf(name: String): ImageBitmap {
    val picture = ImageBitmap(64, 48)
    val canvas = Canvas(picture)

    fun band(from: Float, to: Float, color: Color) = canvas.drawRect(Rect(0f, from, 64f, to), Paint().apply { this.color = color })
    val hue = (name.hashCode() and 0xff) / 255f * 120f + 60f
    band(0f, 20f, Color.hsv(210f, 0.15f, 0.9f))
    band(20f, 34f, Color.hsv(hue, 0.35f, 0.55f))
    band(34f, 48f, Color.hsv(35f, 0.25f, 0.45f))
    return picture
}

/** A screen as a phone shows it: in a look and a language, with its tab bar where it has one. */
@Composable
fun Phone(look: Look = Look.Light, language: Language = Language.English, tab: Tab? = null, content: @Composable () -> Unit) {
    PlumblineTheme(look, Words.of(language), Inter) {
        CompositionLocalProvider(LocalPictures provides Pictures { pictureOf(it) }) {
            Column {
                Box(Modifier.weight(1f)) { content() }
                if (tab != null) Tabs(tab) {}
            }
        }
    }
}

/** Draws what a phone of usual size would show into `target/screens/android/<name>.png`. */
fun draw(name: String, text: Float = 1f, content: @Composable () -> Unit) {
    val scale = 2f
    val scene = ImageComposeScene((412 * scale).toInt(), (892 * scale).toInt(), Density(scale, text), content = content)
    try {
        scene.render(0)
        scene.render(500_000_000)
        val picture = checkNotNull(scene.render(1_000_000_000).encodeToData(EncodedImageFormat.PNG)).bytes
        val file = File(System.getProperty("plumbline.screens"), "$name.png")
        file.parentFile.mkdirs()
        file.writeBytes(picture)
        check(picture.size > 6_000) { "$name is blank: ${picture.size} bytes" }
    } finally {
        scene.close()
    }
}
