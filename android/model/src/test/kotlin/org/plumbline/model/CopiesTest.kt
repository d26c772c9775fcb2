package org.plumbline.model

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import org.plumbline.core.ClockRequest
import org.plumbline.protocol.Fault
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Copies that leave the phone, by the app's own models over the real core. */
class CopiesTest : FieldTest() {
    private suspend fun punched() {
        val harbor = office.project("Harbor Outfall 2")
        phone.enrol(office.invite("Nico", listOf(harbor)))
        phone.road.cut()
        phone.client.clock(ClockRequest(what = "in", project = harbor, classification = "Laborer"))
    }

    @Test
    fun what_waits_is_handed_over_without_a_signal() = runBlocking(Dispatchers.Default) {
        punched()
        phone.app.waiting()
        val waiting = phone.page<Page.Waiting>().model
        phone.see(waiting) { it.items.size == 1 }
        waiting.handOver()
        val copy = checkNotNull(phone.see(waiting) { it.copy != null && !it.copying }.copy)
        assertTrue(File(copy.folder, "records/punch.jsonl").readLines().single().contains("Laborer"))
        assertTrue(copy.offered)
        assertEquals(listOf(File(copy.folder)), phone.device.shared.toList())
        waiting.share()
        phone.until { phone.device.shared.size == 2 }
        assertEquals(1, phone.client.waiting().size, "what was handed over still waits")
    }

    @Test
    fun a_copy_stays_where_it_is_when_no_other_app_can_have_it() = runBlocking(Dispatchers.Default) {
        punched()
        phone.device.shares = { throw Fault.StorageFull() }
        phone.app.waiting()
        val waiting = phone.page<Page.Waiting>().model
        waiting.handOver()
        assertIs<Fault.StorageFull>(phone.hear(waiting))
        val kept = checkNotNull(phone.see(waiting) { it.copy != null && !it.copying }.copy)
        assertFalse(kept.offered)
        assertTrue(File(kept.folder, "records").isDirectory)

        // One's hours are copied the same way, into a folder of their own.
        phone.device.shares = { false }
        phone.app.show(Tab.Hours)
        val hours = phone.page<Page.Hours>().model
        hours.copy()
        val other = checkNotNull(phone.see(hours) { it.copy != null && !it.copying }.copy)
        assertFalse(other.offered)
        assertTrue(other.folder != kept.folder && File(other.folder, "records").isDirectory)
        assertNull(hours.shown.value.fault)
    }
}
