package org.plumbline.model

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Test
import org.plumbline.core.ClockRequest
import org.plumbline.core.Custody
import org.plumbline.core.Datum
import org.plumbline.core.Event
import org.plumbline.core.HoursRequest
import org.plumbline.core.OriginalRequest
import org.plumbline.core.RecordRequest
import org.plumbline.core.RecordView
import org.plumbline.core.WeekState
import org.plumbline.core.WriteRequest
import org.plumbline.mobile.Cancel
import org.plumbline.mobile.ShellFault
import org.plumbline.protocol.Fault
import org.plumbline.protocol.Lock
import java.io.File
import java.time.DayOfWeek
import java.time.LocalDate
import java.time.LocalTime
import java.time.ZoneOffset
import java.time.temporal.TemporalAdjusters
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertTrue

private const val EIGHT_HOURS = 8 * 3600L

/**
 * What a crew's phone must do, by the app's own models over the real core, against the real server. The same list, named
 * alike, is in mobile-bindings/tests and ios/Tests: `cargo xtask tidy` holds the three equal.
 */
class ScenariosTest : FieldTest() {
    private val harbor = office.project("Harbor Outfall 2")
    private val lastMonday = LocalDate.now(ZoneOffset.UTC).with(TemporalAdjusters.previous(DayOfWeek.MONDAY)).minusWeeks(1)

    private fun scenario(what: suspend () -> Unit) = runBlocking(Dispatchers.Default) { what() }

    private suspend fun enrolled(vararg projects: String = arrayOf(harbor)) = phone.enrol(office.invite("Nico", projects.toList()))

    /** A whole day's work, typed by hand. */
    private suspend fun day(of: LocalDate, from: LocalTime = LocalTime.of(7, 0)) {
        val at = of.atTime(from).toInstant(ZoneOffset.UTC).toEpochMilli()
        phone.client.clock(ClockRequest(what = "in", project = harbor, classification = "Laborer", at = at))
        phone.client.clock(ClockRequest(what = "out", project = harbor, at = at + EIGHT_HOURS * 1000))
    }

    private suspend fun seconds() = phone.client.hours(HoursRequest()).rows.map { it.seconds }

    /** Clocks in by the two taps. */
    private suspend fun clockIn(now: NowModel) {
        phone.see(now) { it.project != null }
        now.ask(Punch.In)
        now.choose(checkNotNull(now.shown.value.state.project), "Laborer")
        now.confirm()
        phone.see(now) { it.clock == OnClock.Working }
    }

    @Test
    fun aPhoneEnrolsByItsInviteAndOpensAgainWithoutASignal() = scenario {
        phone.app.start()
        val outside = assertIs<Phase.Outside>(phone.app.phase.value).model
        outside.link("plumbline:nothing")
        outside.add()
        assertEquals("link", assertIs<Fault.Invalid>(phone.hear(outside)).field)

        val link = phone.byRoad(office.invite("Nico", listOf(harbor)))
        phone.app.link(link)
        assertEquals("127.0.0.1", outside.shown.value.state.invitation?.server)
        phone.road.cut()
        outside.add()
        phone.see(outside) { it.saved && !it.busy }
        phone.road.restore()
        outside.add()
        phone.inside()
        val status = phone.client.status()
        assertEquals(listOf("enrolled", "Nico", "worker"), listOf(status.state, status.memberName, status.role))

        phone.road.cut()
        phone.again()
        val door = assertIs<Phase.AtTheDoor>(phone.app.phase.value).model
        phone.look(door)
        assertEquals("Ortega Lindqvist", phone.see(door) { it.name == "Nico" }.organisation)
        phone.device.answer = Presence.Refused
        door.unlock()
        phone.see(door) { it.answer == Presence.Refused }
        phone.device.answer = Presence.Shown
        phone.unlock()
        val now = phone.page<Page.Now>().model
        assertEquals(listOf("Harbor Outfall 2"), phone.see(now) { it.project != null }.projects.map { it.name })
        assertFailsWith<Fault.Offline> { phone.client.sync() }
    }

    @Test
    fun hoursClockedOfflineArriveOnceAfterTheSignalReturns() = scenario {
        enrolled()
        phone.road.cut()
        day(lastMonday)
        assertFailsWith<Fault.Offline> { phone.client.sync() }
        assertEquals(listOf(EIGHT_HOURS), seconds())
        phone.app.waiting()
        val waiting = phone.page<Page.Waiting>().model
        assertEquals(2, phone.see(waiting) { it.items.isNotEmpty() }.items.size)
        waiting.tryNow()
        assertIs<Fault.Offline>(phone.hear(waiting))
        assertTrue(office.records("punch").isEmpty())

        phone.road.restore()
        waiting.tryNow()
        phone.see(waiting) { it.items.isEmpty() && !it.trying }
        phone.settle()
        phone.settle()
        assertEquals(listOf("in", "out"), office.records("punch").map { it.field("what") }.sortedBy { it })
    }

    @Test
    fun twoTapsClockInAndUndoTakesItBack() = scenario {
        enrolled()
        val now = phone.page<Page.Now>().model
        phone.see(now) { it.project != null && it.clock == OnClock.Off }
        now.ask(Punch.In)
        assertTrue(phone.records("punch").isEmpty(), "one tap clocks nobody")
        clockIn(now)
        val undo = checkNotNull(now.shown.value.state.undo)
        assertEquals(1, undo.records.size)
        assertEquals(listOf("in"), phone.records("punch").map { it.text("what") })

        now.undo()
        phone.see(now) { it.clock == OnClock.Off && it.undo == null }
        assertTrue(phone.records("punch").isEmpty())
        phone.settle()
        // The office sees what happened: it was made, and taken back.
        assertEquals(listOf(true), office.records("punch").map { it.getValue("withdrawn").jsonPrimitive.boolean })
    }

    @Test
    fun switchingWorkIsAnOutAndAnInAtOneMoment() = scenario {
        val mill = office.project("Mill Street culvert")
        enrolled(harbor, mill)
        // Punches follow each other here faster than any thumb: a round between them may set the clock back by some milliseconds.
        phone.road.cut()
        val now = phone.page<Page.Now>().model
        phone.see(now) { it.projects.size == 2 }
        now.ask(Punch.In)
        now.choose(now.shown.value.state.projects.first { it.id == harbor }, "Laborer")
        now.confirm()
        phone.see(now) { it.clock == OnClock.Working && it.undo != null }
        now.ask(Punch.Switch)
        now.choose(now.shown.value.state.projects.first { it.id == mill }, "Foreman")
        now.confirm()
        phone.see(now) { it.project?.id == mill && it.classification == "Foreman" }
        val (first, out, next) = phone.records("punch").sortedBy { stated(it) * 10 + if (it.text("what") == "in") 1 else 0 }
        assertEquals(listOf("in", "out", "in"), listOf(first, out, next).map { it.text("what") })
        assertEquals(listOf(harbor, harbor, mill), listOf(first, out, next).map { it.project })
        assertEquals(stated(out), stated(next))

        // Another classification on the same project is one punch.
        now.ask(Punch.Switch)
        now.choose(checkNotNull(now.shown.value.state.project), "Laborer")
        now.confirm()
        phone.see(now) { it.classification == "Laborer" }
        assertEquals(4, phone.records("punch").size)
    }

    @Test
    fun aPhotographTakenOfflineArrivesOnceAndIsVerified() = scenario {
        enrolled()
        phone.road.cut()
        phone.app.camera()
        val camera = phone.page<Page.Camera>().model
        phone.see(camera) { it.ready }
        camera.shoot()
        val taken = checkNotNull(phone.see(camera) { it.last != null }.last)
        assertEquals(Custody.LOCAL, taken.state)
        assertTrue(!File(folder, "phone/camera.jpg").exists(), "the camera's own file is gone once the sealed one is durable")
        phone.app.photograph(taken.id)
        val page = phone.page<Page.Photograph>().model
        assertEquals(1, phone.see(page) { it.photo != null }.steps.size)

        phone.road.restore()
        phone.settle()
        val verified = phone.see(page) { it.photo?.state == Custody.VERIFIED && it.photo?.thumbnail == true }
        assertEquals(4, verified.steps.size)
        phone.app.waiting()
        phone.see(phone.page<Page.Waiting>().model) { it.items.isEmpty() && it.sent == Sent(1, 1) }
        assertTrue(phone.client.uploads().isEmpty())
        val arrived = office.records("photo").single()
        val part = phone.client.original(OriginalRequest(photo = taken.id, from = 0uL, length = 1_000_000u))
        assertEquals(taken.sha256, arrived.field("sha256"))
        assertArrayEquals(jpeg(0), part.bytes)
        val thumbnail = phone.client.thumbnail(RecordRequest(id = taken.id))
        assertEquals(0xff.toByte(), thumbnail[0])
    }

    @Test
    fun aWeekInATunnelOutlivesRestartsAndArrivesWhole() = scenario {
        enrolled()
        phone.road.cut()
        for (number in 0L..4L) {
            day(lastMonday.plusDays(number))
            phone.app.camera()
            val camera = phone.page<Page.Camera>().model
            val before = phone.see(camera) { it.ready }.last?.id
            camera.shoot()
            phone.see(camera) { !it.busy && it.last?.id != before }
            phone.app.record("note", null)
            val note = phone.page<Page.Record>().model
            phone.see(note) { it.entries.isNotEmpty() }
            note.write("text", "Day $number")
            note.save()
            phone.see(note) { it.saved }
            phone.again()
            phone.unlock()
            assertEquals(List(number.toInt() + 1) { EIGHT_HOURS }, seconds())
        }
        assertEquals(5, phone.client.uploads().size)
        phone.app.waiting()
        val waiting = phone.page<Page.Waiting>().model
        val items = phone.see(waiting) { it.items.isNotEmpty() }.items
        assertEquals(listOf(20, 5), listOf(items, items.filter { it.bytes != null }).map { it.size }, "a photograph is one thing")
        assertEquals(Sent(), waiting.shown.value.state.sent)

        phone.road.restore()
        phone.settle()
        assertEquals(listOf(10, 5, 5), listOf("punch", "note", "photo").map { office.records(it).size })
        assertTrue(phone.client.alarms().isEmpty())
    }

    @Test
    fun aConflictKeepsBothValuesUntilSomebodyChooses() = scenario {
        enrolled()
        val note = phone.client.write(WriteRequest(kind = "note", project = harbor, fields = mapOf("text" to Datum.Text("Concrete at two"))))
        phone.settle()
        office.sync()
        phone.road.cut()
        phone.app.record("note", note.id)
        val page = phone.page<Page.Record>().model
        phone.see(page) { it.entries.isNotEmpty() }
        page.write("text", "At three")
        page.save()
        phone.see(page) { it.saved }
        office.call("write") {
            put("kind", "note")
            put("record", note.id)
            putJsonObject("fields") { put("text", "Cancelled") }
        }
        office.sync()
        phone.road.restore()
        phone.settle()

        phone.app.conflicts()
        val conflicts = phone.page<Page.Conflicts>().model
        val conflict = phone.see(conflicts) { it.conflicts.isNotEmpty() }.conflicts.single()
        assertEquals(setOf("At three", "Cancelled"), conflict.versions.map { it.value.shown() }.toSet())
        conflicts.keep(conflict, conflict.versions.first { it.value.shown() == "At three" })
        phone.see(conflicts) { it.conflicts.isEmpty() }
        phone.settle()
        val atTheOffice = office.records("note").single()
        assertEquals("At three", atTheOffice.field("text"))
    }

    @Test
    fun aCallThatIsCancelledEndsAsCancelledAndTheNextOneWorks() = scenario {
        enrolled()
        phone.road.cut()
        clockIn(phone.page<Page.Now>().model)
        phone.road.hush()
        Cancel().use { cancel ->
            phone.client.until(cancel).use { bounded ->
                withContext(Dispatchers.Default) {
                    val ended = async { runCatching { bounded.sync() } }
                    withContext(Dispatchers.IO) { phone.road.awaitAQuestion() }
                    cancel.cancel()
                    assertIs<Fault.Cancelled>(ended.await().exceptionOrNull())
                    assertFailsWith<Fault.Cancelled> { bounded.status() }
                }
            }
        }
        phone.road.restore()
        assertEquals(1uL, phone.client.status().waiting)
        phone.settle()
        assertEquals(1, office.records("punch").size)
    }

    @Test
    fun aKeystoreThatIsMissingLockedOrChangedIsThreeDifferentFaults() = scenario {
        enrolled()
        day(lastMonday)
        val shut: suspend () -> Fault = {
            phone.again()
            assertIs<Phase.Shut>(phone.app.phase.value).fault
        }
        val reasons = listOf(ShellFault.Missing() to Lock.MISSING, ShellFault.Locked() to Lock.LOCKED, ShellFault.Invalidated() to Lock.INVALIDATED)
        for ((thrown, why) in reasons) {
            phone.keys.fails = thrown
            assertEquals(why, assertIs<Fault.Locked>(shut()).why)
        }
        // What it throws past that is told from them, without a word of what it says.
        phone.keys.fails = IllegalStateException("a secret of the phone")
        assertEquals(16, assertIs<Fault.Internal>(shut()).trace.length)
        phone.keys.fails = null
        val name = phone.keys.kept.keys.first { it.endsWith("/database-key") }
        val kept = checkNotNull(phone.keys.kept[name])
        phone.keys.kept[name] = ByteArray(kept.size) { 7 }
        assertEquals(Lock.INVALIDATED, assertIs<Fault.Locked>(shut()).why)
        phone.keys.kept[name] = kept
        // None of it harmed anything.
        phone.again()
        phone.unlock()
        assertEquals(2, phone.client.waiting().size)
        phone.keys.kept.clear()
        assertEquals(Lock.MISSING, assertIs<Fault.Locked>(shut()).why)
    }

    @Test
    fun aListenerHearsWhatChangedAndOneThatThrowsHarmsNobody() = scenario {
        enrolled()
        phone.ears.heard.clear()
        day(lastMonday)
        assertTrue(phone.ears.heard.any { it is Event.Records && "punch" in it.kinds }, "${phone.ears.heard}")
        assertTrue(phone.ears.heard.any { it is Event.Outbox })
        phone.ears.throws = true
        day(lastMonday.plusDays(1))
        phone.settle()
        assertEquals(4, office.records("punch").size)
        assertEquals(listOf(EIGHT_HOURS, EIGHT_HOURS), seconds())
    }

    @Test
    fun aWorkerSignsAWeekAndTakesACopyAlong() = scenario {
        enrolled()
        day(lastMonday)
        phone.app.show(Tab.Hours)
        val hours = phone.page<Page.Hours>().model
        hours.week(lastMonday)
        val week = phone.see(hours) { it.monday == lastMonday && it.seconds == EIGHT_HOURS }
        assertEquals(WeekState.OPEN, week.projects.single().person.state)
        hours.sign(week.projects.single())
        phone.see(hours) { it.projects.single().person.state == WeekState.SIGNED }
        phone.settle()
        hours.copy()
        val copy = checkNotNull(phone.see(hours) { it.copy != null }.copy)
        val lines = File(copy.folder, "records/week.jsonl").readLines()
        assertTrue(lines.single().contains(EIGHT_HOURS.toString()), "the copy holds the signed hours: $lines")
        assertEquals(1, office.records("week").size)
    }
}

private fun stated(record: RecordView): Long = assertIs<Datum.Moment>(record.fields["at"]).v1.stated
