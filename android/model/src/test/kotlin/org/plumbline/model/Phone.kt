package org.plumbline.model

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import org.plumbline.core.Custody
import org.plumbline.core.Event
import org.plumbline.core.ListRequest
import org.plumbline.core.PhotosRequest
import org.plumbline.core.PlaceView
import org.plumbline.core.RecordView
import org.plumbline.mobile.Client
import org.plumbline.mobile.EventListener
import org.plumbline.mobile.Keystore
import org.plumbline.mobile.ShellFault
import org.plumbline.protocol.Fault
import java.awt.Color
import java.awt.image.BufferedImage
import java.io.File
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import javax.imageio.ImageIO

private const val LONGEST = 60_000L

/** Secrets in memory, that can be told to fail. */
class Keys : Keystore {
    val kept = ConcurrentHashMap<String, ByteArray>()

    @Volatile var fails: Throwable? = null

    private fun ready() = fails?.let { throw it } ?: Unit

    override fun load(name: String): ByteArray? = ready().let { kept[name] }

    override fun store(name: String, secret: ByteArray) = ready().also { kept[name] = secret }

    override fun remove(name: String) = ready().also { kept.remove(name) }

    override fun probe() = ready()
}

/** Ears that keep what they heard, and may throw at it. */
class Ears(private val next: EventListener? = null) : EventListener {
    val heard = CopyOnWriteArrayList<Event>()

    @Volatile var throws = false

    override fun onEvent(event: Event) {
        heard += event
        next?.onEvent(event)
        if (throws) throw ShellFault.Failed()
    }
}

/** A phone that lies on the site's fence line, and whose person is always there. */
class TestDevice(override val exports: File) : Device {
    override val place = MutableStateFlow<Place>(Place.Known(PlaceView(476_000_000, -1_223_000_000, 500, false, "gnss"), Long.MAX_VALUE / 2))
    override val label = "Nico's phone"
    var answer = Presence.Shown

    /** What was offered to other apps, and what becomes of that. */
    val shared = CopyOnWriteArrayList<File>()

    @Volatile var shares: () -> Boolean = { true }

    override suspend fun presence() = answer

    override suspend fun share(folder: File): Boolean = shares().also { shared += folder }
}

/** A camera that takes another picture each time, and keeps how it was set. */
class Film(private val folder: File) : Shutter {
    val settings = CopyOnWriteArrayList<Setting>()
    private var taken = 0
    override val optics = Optics(listOf(1f, 2f), flash = true)

    override fun set(to: Setting) {
        settings += to
    }

    override suspend fun shoot() = File(folder, "camera.jpg").apply { writeBytes(jpeg(taken++)) }
}

/** The app on a worker's phone: its own models over the real core, with a road to the real server. */
class Phone(private val folder: File, port: Int) : AutoCloseable {
    val keys = Keys()
    val road = Road(port)
    val device = TestDevice(File(folder, "exports"))
    var ears = Ears()
    val film = Film(folder)
    private var scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    lateinit var client: Client
    var app = build()
        private set

    private fun build(): AppModel {
        val open: suspend (EventListener) -> Client = { listener ->
            ears = Ears(listener)
            Client.open(File(folder, "home").path, keys, ears).also { client = it }
        }
        return AppModel(Parts(open, keys, device, film, Preferences(File(folder, "choices"))), scope)
    }

    /** Enrols by a link, and comes in. */
    suspend fun enrol(link: String) {
        app.start()
        val outside = app.phase.value as Phase.Outside
        app.link(byRoad(link))
        outside.model.add()
        inside()
    }

    /** The same link, by this phone's own road. */
    fun byRoad(link: String) = link.replace(Regex("at=127\\.0\\.0\\.1:\\d+"), "at=127.0.0.1:${road.port}")

    /** Puts the app away and opens it again: everything that is not durable is gone. */
    suspend fun again() {
        app.close()
        scope.cancel()
        scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
        app = build()
        app.start()
    }

    /** Through the door. */
    suspend fun unlock() {
        (app.phase.value as Phase.AtTheDoor).model.unlock()
        inside()
    }

    suspend fun inside(): Phase.Inside = withTimeout(LONGEST) { app.phase.first { it is Phase.Inside } as Phase.Inside }

    /** The page on top, looked at from now on. */
    suspend inline fun <reified P : Page> page(): P = (inside().page as P).also { look(it.model) }

    fun look(model: ScreenModel<*>) {
        scope.launch { model.watch() }
    }

    /** Waits for what a screen will show. */
    suspend fun <S : Any> see(model: ScreenModel<S>, what: (S) -> Boolean): S =
        checkNotNull(withTimeoutOrNull(LONGEST) { model.shown.first { !it.loading && what(it.state) }.state }) { "${model.shown.value}" }

    /** Waits for what stands in a screen's way. */
    suspend fun hear(model: ScreenModel<*>): Fault = withTimeout(LONGEST) { checkNotNull(model.shown.first { it.fault != null }.fault) }

    /** Waits for what no screen shows. */
    suspend fun until(what: () -> Boolean) = withTimeout(LONGEST) { while (!what()) delay(10) }

    /** Rounds until nothing waits and every photograph is verified, as the loop makes them in its own time. */
    suspend fun settle() = withTimeout(LONGEST) {
        while (true) {
            val synced = quietly { client.sync() }
            val photos = client.photos(PhotosRequest()).photos
            if (synced?.waiting == 0uL && photos.all { it.state == Custody.VERIFIED }) return@withTimeout
            // The server reads again what it was given in its own time.
            delay(10)
        }
    }

    suspend fun records(kind: String): List<RecordView> = client.list(ListRequest(kind = kind, limit = 200u)).records

    override fun close() {
        // As the app does: what is still being read by then has nobody to be shown to.
        runBlocking { app.close() }
        scope.cancel()
        road.close()
    }
}

/** A JPEG of a site that never was, another for each number. */
fun jpeg(number: Int): ByteArray {
    val image = BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB)
    val graphics = image.createGraphics()
    graphics.color = Color(40 * number % 256, 120, 90)
    graphics.fillRect(0, 0, 320, 240)
    graphics.color = Color.WHITE
    graphics.fillOval(20 + 10 * (number % 20), 60, 90, 90)
    graphics.dispose()
    return java.io.ByteArrayOutputStream().also { ImageIO.write(image, "jpg", it) }.toByteArray()
}
