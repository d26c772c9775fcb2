package org.plumbline.model

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import org.plumbline.core.PlaceView
import org.plumbline.core.TimeKnown
import org.plumbline.core.VerdictView
import org.plumbline.protocol.Uuid
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull

private const val LONG_SINCE = 300_000L

/** What the core would state before a shot or a punch, as the app's own models show it. */
class HereTest : FieldTest() {
    private fun put(accuracy: Long, latE7: Long = 476_000_000, mock: Boolean = false, at: Long = System.currentTimeMillis()) {
        phone.device.place.value = Place.Known(PlaceView(latE7, -1_223_000_000, accuracy, mock, "gnss"), at)
    }

    private suspend fun enrolled(): Pair<Uuid, Uuid> {
        val fenced = office.project("Harbor Outfall 2", radius = 10_000)
        val open = office.project("Mill Street culvert")
        phone.enrol(office.invite("Nico", listOf(fenced, open)))
        return fenced to open
    }

    private suspend fun CameraModel.says(verdict: String, mock: Boolean = false): VerdictView =
        checkNotNull(phone.see(this) { state -> state.here.view?.verdict.let { it?.verdict == verdict && it.mock == mock } }.here.view).verdict

    @Test
    fun the_camera_says_before_the_shot_what_the_core_would_state() = runBlocking(Dispatchers.Default) {
        val (fenced, open) = enrolled()
        put(500)
        phone.app.camera()
        val camera = phone.page<Page.Camera>().model
        val ready = phone.see(camera) { it.project?.id == fenced && it.here.view?.verdict?.verdict == "inside" }
        assertEquals(500, ready.here.view?.verdict?.accuracyCm)
        assertEquals(TimeKnown.EXACT, ready.here.time, "the server just told the time: ${ready.here.view?.at}")

        put(500, latE7 = 476_100_000)
        camera.says("outside")
        put(20_000)
        assertNotNull(camera.says("cannot_tell").distanceCm)
        put(500, mock = true)
        camera.says("inside", mock = true)
        put(500, at = System.currentTimeMillis() - LONG_SINCE)
        camera.says("no_place")
        phone.device.place.value = Place.Off
        phone.see(camera) { it.here.place == Place.Off && it.here.view?.verdict?.verdict == "no_place" }

        // Where the project has no fence there is nothing to judge by.
        put(500)
        camera.says("inside")
        camera.choose(camera.shown.value.state.projects.first { it.id == open })
        assertNull(camera.says("cannot_tell").distanceCm)
    }

    @Test
    fun now_says_where_the_next_punch_would_be() = runBlocking(Dispatchers.Default) {
        enrolled()
        put(500)
        val now = phone.page<Page.Now>().model
        phone.see(now) { it.clock == OnClock.Off && it.here.view?.verdict?.verdict == "inside" }
        put(500, latE7 = 476_100_000)
        phone.see(now) { it.here.view?.verdict?.verdict == "outside" }
        assertNull(now.shown.value.state.verdict, "nothing was punched")
    }

    @Test
    fun a_photograph_keeps_what_the_camera_said_of_its_place() = runBlocking(Dispatchers.Default) {
        val (fenced, _) = enrolled()
        put(500, mock = true)
        phone.app.camera()
        val camera = phone.page<Page.Camera>().model
        phone.see(camera) { it.ready && it.project?.id == fenced }
        val said = camera.says("inside", mock = true)
        camera.shoot()
        val taken = checkNotNull(phone.see(camera) { it.last != null && !it.busy }.last)
        phone.app.photograph(taken.id)
        assertEquals(said, phone.see(phone.page<Page.Photograph>().model) { it.verdict != null }.verdict)
    }

    @Test
    fun the_lens_is_set_from_the_screen_and_anew_for_each_visit() = runBlocking(Dispatchers.Default) {
        enrolled()
        phone.app.camera()
        val camera = phone.page<Page.Camera>().model
        assertEquals(phone.film.optics, camera.shown.value.state.optics)
        camera.zoom(2f)
        camera.flash(true)
        assertEquals(Setting(2f, true), camera.shown.value.state.setting)
        phone.app.back()
        phone.app.camera()
        assertEquals(listOf(Setting(), Setting(2f), Setting(2f, true), Setting()), phone.film.settings.toList())
    }
}
