package org.plumbline.model

import org.plumbline.core.ActionRequest
import org.plumbline.core.Custody
import org.plumbline.core.Datum
import org.plumbline.core.PhotoDaysRequest
import org.plumbline.core.WaitingView
import org.plumbline.protocol.Fault
import org.plumbline.protocol.Hash
import org.plumbline.protocol.RecordId
import org.plumbline.protocol.Uuid
import java.io.File
import java.time.LocalDate
import java.time.ZoneId

/** What waits: an action, a photograph's bytes, or both. */
data class Item(
    val record: RecordId,
    val kind: String,
    val title: String?,
    val made: Long?,
    val bytes: ULong?,
    val logged: Boolean,
)

/** An action that was not accepted: what it is about, and why. */
data class Refusal(val action: Hash, val kind: String, val title: String?, val made: Long, val fault: Fault?)

/** One's own photographs of today that the server has, and how many of them it read again. */
data class Sent(val photos: Long = 0, val verified: Long = 0)

/** What waits to be sent. */
data class WaitingState(
    val items: List<Item> = emptyList(),
    val refusals: List<Refusal> = emptyList(),
    val conflicts: Int = 0,
    val line: Line = Line(),
    val sent: Sent = Sent(),
    val trying: Boolean = false,
    val copying: Boolean = false,
    val copy: Copy? = null,
) {
    val bytes: ULong get() = items.fold(0uL) { sum, item -> sum + (item.bytes ?: 0uL) }
}

/** What can be done about what waits. */
interface WaitingDeeds {
    /** Runs a round now. */
    fun tryNow()

    /** Takes what was not accepted off the list. */
    fun dismiss(action: Hash)

    /** Writes a copy of all that this person may see, for whoever takes it over by hand, and offers it to other apps. */
    fun handOver()

    /** Offers the copy once more. */
    fun share()
}

/** What is only on this phone yet, what was not accepted, what is in conflict, and what went today. */
class WaitingModel(core: Core, private val zone: ZoneId = ZoneId.systemDefault()) :
    ScreenModel<WaitingState>(core, WaitingState()), WaitingDeeds {
    override suspend fun read() {
        val status = core.client.status()
        val (refused, waiting) = core.client.waiting().partition { it.state == "held" || it.state == "refused" }
        val uploads = core.client.uploads()
        val conflicts = core.client.conflicts().size
        val sent = sentToday(status.member)
        val sizes = uploads.associate { it.photo to it.bytes }
        val actions = waiting.groupBy { it.record }.map { (record, of) ->
            val last = of.last()
            Item(record, last.kind, title(of), last.made, sizes[record], of.all { it.state == "logged" })
        }
        val known = actions.map { it.record }.toSet()
        val bytes = uploads.filter { it.photo !in known }.map { Item(it.photo, "photo", null, null, it.bytes, true) }
        update {
            it.copy(
                items = (actions + bytes).sortedByDescending { item -> item.made ?: 0 },
                refusals = refused.map { of -> Refusal(of.action, of.kind, title(listOf(of)), of.made, of.fault) },
                conflicts = conflicts,
                line = Line(status.connection, status.contact, status.waiting.toLong()),
                sent = sent,
            )
        }
    }

    override fun tryNow() {
        update { it.copy(trying = true) }
        act {
            try {
                core.client.sync()
            } finally {
                update { it.copy(trying = false) }
            }
        }
    }

    override fun dismiss(action: Hash) {
        act { core.client.dismiss(ActionRequest(action = action)) }
    }

    override fun handOver() {
        if (state.copying) return
        update { it.copy(copying = true, copy = null) }
        act { core.takeAlong { copy -> update { it.copy(copying = false, copy = copy) } } }
    }

    override fun share() {
        val copy = state.copy ?: return
        act { core.device.share(File(copy.folder)) }
    }

    private suspend fun sentToday(me: Uuid?): Sent {
        val from = LocalDate.now(zone).atStartOfDay(zone).toInstant().toEpochMilli()
        val (received, verified) = listOf(Custody.RECEIVED, Custody.VERIFIED).map { state ->
            core.client.photoDays(PhotoDaysRequest(by = me, from = from, state = state, zone = zone.id)).sumOf { it.count }.toLong()
        }
        return Sent(received + verified, verified)
    }

    private fun title(of: List<WaitingView>): String? = TITLES.firstNotNullOfOrNull { field ->
        of.asReversed().firstNotNullOfOrNull { (it.fields[field] as? Datum.Text)?.v1 }
    }

    private companion object {
        /** Fields by which a person knows a record again. */
        val TITLES = listOf("caption", "text", "name", "what")
    }
}
