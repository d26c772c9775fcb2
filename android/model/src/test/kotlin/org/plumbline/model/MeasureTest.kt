package org.plumbline.model

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import org.plumbline.core.CaptureRequest
import org.plumbline.core.ClockRequest
import org.plumbline.core.ListRequest
import org.plumbline.core.Source
import org.plumbline.mobile.Client
import java.io.File
import kotlin.system.measureNanoTime

private const val TURNS = 200
private const val CAPTURES = 10
private const val OPENINGS = 5

/** What a call costs from Kotlin, printed and never judged: a machine that does other things is no measure. */
class MeasureTest {
    private suspend fun median(turns: Int, what: suspend () -> Unit): Double {
        val times = List(turns) {
            val begun = System.nanoTime()
            what()
            System.nanoTime() - begun
        }
        return times.sorted()[turns / 2] / 1e6
    }

    @Test
    fun calls_from_kotlin_are_timed() = runBlocking(Dispatchers.Default) {
        val folder = temporary()
        val server = Server(File(folder, "server"))
        val office = Office(File(folder, "office"), server)
        val project = office.project("Harbor Outfall 2")
        val phone = Phone(File(folder, "phone").apply { mkdirs() }, server.port)
        phone.enrol(office.invite("Nico", listOf(project)))
        phone.road.cut()
        val client = phone.client
        val start = System.currentTimeMillis() - TURNS * 60_000L
        for (n in 0 until TURNS) {
            val what = if (n % 2 == 0) "in" else "out"
            client.clock(ClockRequest(what = what, project = project, at = start + n * 60_000L))
        }
        val picture = File(folder, "picture.jpg").apply { writeBytes(jpeg(1)) }
        val keys = Keys()
        val open: suspend () -> Unit = {
            Client.open(File(folder, "beside").path, keys).use { it.pause() }
        }
        open()
        client.status()
        val lines = listOf(
            "status" to median(TURNS) { client.status() },
            "newest 50 punches" to median(TURNS) { client.list(ListRequest(kind = "punch", limit = 50u)) },
            "capture of a small JPEG, durable" to median(CAPTURES) {
                client.capture(CaptureRequest(path = picture.path, project = project, source = Source.CAMERA))
            },
            "opening a store that is there" to median(OPENINGS) { open() },
        )
        val together = measureNanoTime { List(TURNS) { async { client.status() } }.awaitAll() }
        for ((what, ms) in lines) println("measured: $what: %.2f ms".format(ms))
        println("measured: status, as many at once as there are: ${(TURNS * 1e9 / together).toInt()} a second")
        phone.close()
        office.close()
        server.close()
        folder.deleteRecursively()
        Unit
    }
}
