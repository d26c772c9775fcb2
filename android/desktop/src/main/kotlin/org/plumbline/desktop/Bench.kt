package org.plumbline.desktop

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import org.plumbline.core.PlaceView
import org.plumbline.mobile.Keystore
import org.plumbline.mobile.ShellFault
import org.plumbline.model.Device
import org.plumbline.model.Place
import org.plumbline.model.Presence
import org.plumbline.model.Shutter
import java.awt.Color
import java.awt.GradientPaint
import java.awt.image.BufferedImage
import java.io.File
import java.io.IOException
import java.nio.file.Files
import java.nio.file.attribute.PosixFilePermissions
import javax.imageio.ImageIO

/** What stands in for the phone's parts, as far as a desktop can: each can be turned by hand in the panel. */
class Bench(private val folder: File, private val pictures: File?) : Device, Shutter {
    private val places = MutableStateFlow<Place>(Place.Searching)
    private var taken = 0

    /** What the person at the door will answer. */
    var answer = Presence.Shown

    override val place: StateFlow<Place> get() = places
    override val exports = File(folder, "copies")
    override val label = "Phone on ${System.getProperty("os.name")}"

    override suspend fun presence() = answer

    /** A desktop has no other apps that could take it: it is in its folder. */
    override suspend fun share(folder: File) = false

    fun put(place: Place) {
        places.value = place
    }

    /** A position, measured now. */
    fun put(latitude: Double, longitude: Double, accuracy: Double, mock: Boolean) = put(
        Place.Known(
            PlaceView((latitude * 1e7).toLong(), (longitude * 1e7).toLong(), (accuracy * 100).toLong(), mock, "gnss"),
            System.currentTimeMillis(),
        ),
    )

    /** The pictures that the lens will see, one after another. */
    val films: List<File> get() = pictures?.listFiles().orEmpty().filter { it.extension.lowercase() in setOf("jpg", "jpeg") }.sorted()

    /** The next one. */
    val next: File? get() = films.let { if (it.isEmpty()) null else it[taken % it.size] }

    override suspend fun shoot(): File {
        val file = File.createTempFile("shot", ".jpg", folder)
        next?.copyTo(file, overwrite = true) ?: ImageIO.write(painted(taken), "jpg", file)
        taken += 1
        return file
    }
}

/** A slope under a sky, where there is no folder of pictures. */
fun painted(number: Int): BufferedImage {
    val image = BufferedImage(1600, 1200, BufferedImage.TYPE_INT_RGB)
    val graphics = image.createGraphics()
    graphics.paint = GradientPaint(0f, 0f, Color(150, 190, 230), 0f, 700f, Color(225, 235, 240))
    graphics.fillRect(0, 0, 1600, 1200)
    graphics.color = Color.getHSBColor(0.25f + number % 5 * 0.03f, 0.4f, 0.5f)
    graphics.fillPolygon(intArrayOf(0, 900 + number % 7 * 90, 1600, 1600, 0), intArrayOf(760, 560, 820, 1200, 1200), 5)
    graphics.color = Color(110, 90, 70)
    graphics.fillRect(0, 980, 1600, 220)
    graphics.dispose()
    return image
}

/** Secrets in files that only this account reads: for a demonstration, and said to be one. A phone has its secure chip. */
class DemoVault(private val folder: File) : Keystore {
    override fun load(name: String): ByteArray? = file(name).takeIf(File::exists)?.readBytes()

    override fun store(name: String, secret: ByteArray) = try {
        folder.mkdirs()
        val file = file(name)
        if (!file.exists()) own?.let { Files.createFile(file.toPath(), it) }
        file.writeBytes(secret)
    } catch (_: IOException) {
        throw ShellFault.Failed()
    }

    override fun remove(name: String) {
        file(name).delete()
    }

    override fun probe() = store("probe", byteArrayOf(1)).also { remove("probe") }

    private fun file(name: String) = File(folder, name.replace('/', '.'))

    /** For this account alone, where the system has such a thing. */
    private val own = PosixFilePermissions.fromString("rw-------").takeIf { "posix" in folder.toPath().fileSystem.supportedFileAttributeViews() }
        ?.let { PosixFilePermissions.asFileAttribute(it) }
}
