package org.plumbline.model

import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import org.plumbline.core.CellRequest
import org.plumbline.core.ClockRequest
import org.plumbline.core.Connection
import org.plumbline.core.DayMember
import org.plumbline.core.DayProject
import org.plumbline.core.DayRequest
import org.plumbline.core.DaySpan
import org.plumbline.core.DayState
import org.plumbline.core.ListRequest
import org.plumbline.core.SpanWhat
import org.plumbline.core.VerdictView
import org.plumbline.core.WithdrawRequest
import org.plumbline.protocol.RecordId
import org.plumbline.protocol.Uuid
import java.time.LocalDate
import java.time.ZoneId

/** How it stands with the person's own clock. */
enum class OnClock { Off, Working, Break }

/** What of a clock can be tapped; the names are the core's. */
enum class Punch(val what: String) {
    In("in"),
    Out("out"),
    BreakStart("break_start"),
    BreakEnd("break_end"),
    Switch("switch"),
}

/** A punch that waits for its second tap. Whose it is stands there where it is not one's own. */
data class Ask(
    val punch: Punch,
    val project: Project?,
    val classification: String?,
    val worker: Uuid? = null,
    val name: String? = null,
)

/** A punch that can still be taken back, until a moment of the phone's clock. */
data class Undo(val punch: Punch, val at: Long, val name: String?, val records: List<RecordId>)

/** Somebody of the crew. */
data class Mate(val member: Uuid, val name: String, val state: DayState, val since: Long?, val heard: Long?)

/** The crew that this person leads. */
data class Crew(val name: String, val mates: List<Mate>) {
    /** How many are on the clock. */
    val working: Int get() = mates.count { it.state == DayState.WORKING || it.state == DayState.ON_BREAK }

    /** When the one who was heard last was heard. */
    val heard: Long? get() = mates.mapNotNull { it.heard }.maxOrNull()
}

/** The way to the server, and what waits for it. */
data class Line(val connection: Connection = Connection.UNKNOWN, val contact: Long? = null, val waiting: Long = 0)

/** The clock, and what stands around it. */
data class NowState(
    val clock: OnClock = OnClock.Off,
    val projects: List<Project> = emptyList(),
    val project: Project? = null,
    val classification: String? = null,
    val now: Long = 0,
    val since: Long? = null,
    val worked: Long = 0,
    val spans: List<DaySpan> = emptyList(),
    val verdict: VerdictView? = null,
    val here: Here = Here(),
    val crew: Crew? = null,
    val line: Line = Line(),
    val ask: Ask? = null,
    val undo: Undo? = null,
) {
    val zone: ZoneId get() = project?.zone ?: ZoneId.systemDefault()
}

/** What can be done on Now. */
interface NowDeeds {
    /** The first tap: asks for the second. */
    fun ask(punch: Punch)

    /** The first tap of a foreman for somebody of the crew. */
    fun askFor(mate: Mate, punch: Punch)

    /** Chooses where and as what, between the taps. */
    fun choose(project: Project, classification: String?)

    /** The second tap. */
    fun confirm()

    /** Away from the question without a punch. */
    fun cancel()

    /** A punch of a break: one tap, which can be undone. */
    fun punch(punch: Punch)

    /** Takes the last punch back; that is recorded too. */
    fun undo()
}

/** The clock: state, hours of today, place, crew, and the two taps. */
class NowModel(core: Core) : ScreenModel<NowState>(core, NowState()), NowDeeds {
    private var chosen: Project? = null

    override suspend fun watch() = coroutineScope {
        launch { core.here(shown.map { it.state.project?.id }).collect { here -> update { it.copy(here = here) } } }
        launch {
            while (isActive) {
                delay(TICK)
                refresh()
            }
        }
        super.watch()
    }

    override suspend fun read() {
        val status = core.client.status()
        val projects = core.names.projects()
        val today = LocalDate.now((state.project ?: projects.firstOrNull())?.zone ?: ZoneId.systemDefault())
        val day = core.client.day(DayRequest(date = today.toString()))
        val mine = day.projects.mapNotNull { at -> own(at, status.member)?.let { at to it } }
        val active = mine.firstOrNull { (_, me) -> me.state.onClock != OnClock.Off }
        val last = mine.maxByOrNull { (_, me) -> me.spans.maxOfOrNull { it.from } ?: 0 }
        val at = (active ?: last)?.first?.project
        val project = projects.find { it.id == at } ?: chosen ?: projects.firstOrNull()
        val spans = mine.flatMap { it.second.spans }.sortedBy { it.from }
        val clock = active?.second?.state?.onClock ?: OnClock.Off
        val crew = crew(day.projects, status.member)
        val verdict = project?.let { verdict(status.member, it, today) }
        val classification = spans.lastOrNull { it.what == SpanWhat.WORK }?.classification ?: lastWork(status.member, project)
        update {
            it.copy(
                clock = clock,
                projects = projects,
                project = project,
                classification = classification,
                now = day.now,
                since = if (clock == OnClock.Off) null else shift(spans),
                worked = mine.sumOf { (at, me) -> worked(me.spans, at, day.now) } / 1000,
                spans = spans,
                verdict = verdict,
                crew = crew,
                line = Line(status.connection, status.contact, status.waiting.toLong()),
            )
        }
    }

    override fun ask(punch: Punch) = update {
        it.copy(ask = Ask(punch, it.project, it.classification ?: it.project?.classifications?.singleOrNull()))
    }

    override fun askFor(mate: Mate, punch: Punch) = update {
        it.copy(ask = Ask(punch, it.project, it.project?.classifications?.singleOrNull(), mate.member, mate.name))
    }

    override fun choose(project: Project, classification: String?) = update {
        it.copy(ask = it.ask?.copy(project = project, classification = classification))
    }

    override fun cancel() = update { it.copy(ask = null) }

    override fun confirm() {
        val ask = state.ask ?: return
        val project = ask.project ?: return
        val here = state.project?.id
        val moves = ask.punch == Punch.Switch && here != null && here != project.id
        cancel()
        clock(
            ask,
            ClockRequest(
                // To another project it is an out and an in at one moment.
                what = if (moves) Punch.In.what else ask.punch.what,
                project = project.id,
                classification = ask.classification.takeIf { ask.punch == Punch.In || ask.punch == Punch.Switch },
                worker = ask.worker,
                place = core.device.place.value.recent(System.currentTimeMillis()).takeIf { ask.worker == null },
                fromProject = here.takeIf { moves },
            ),
        )
    }

    override fun punch(punch: Punch) {
        val project = state.project ?: return
        val place = core.device.place.value.recent(System.currentTimeMillis())
        clock(Ask(punch, project, null), ClockRequest(what = punch.what, project = project.id, place = place))
    }

    private fun clock(ask: Ask, request: ClockRequest) {
        act {
            val records = core.client.clock(request).map { it.id }
            if (ask.worker == null) chosen = ask.project
            val undo = Undo(ask.punch, System.currentTimeMillis(), ask.name, records)
            update { it.copy(undo = undo) }
            core.scope.launch {
                delay(UNDO)
                update { if (it.undo == undo) it.copy(undo = null) else it }
            }
        }
    }

    override fun undo() {
        val undo = state.undo ?: return
        update { it.copy(undo = null) }
        act {
            val reason = core.words()("now.undo.reason")
            undo.records.asReversed().forEach { core.client.withdraw(WithdrawRequest(record = it, withdrawn = true, reason = reason)) }
        }
    }

    /** Where the person's last punch of the day was, against the fence: as the core judges it. */
    private suspend fun verdict(me: Uuid?, project: Project, today: LocalDate): VerdictView? {
        val cell = core.client.cell(CellRequest(worker = me ?: return null, project = project.id, date = today.toString()))
        return cell.punches.lastOrNull { !it.record.withdrawn }?.verdict
    }

    /** As what the person last worked on this project: what the second tap proposes. */
    private suspend fun lastWork(me: Uuid?, project: Project?): String? {
        val request = ListRequest(kind = "punch", concerns = me, project = project?.id ?: return null, limit = 10u)
        val last = core.client.list(request).records.firstNotNullOfOrNull { it.text("classification") }
        return last?.takeIf { it in project.classifications }
    }

    private suspend fun crew(projects: List<DayProject>, me: Uuid?): Crew? {
        val led = projects.flatMap { it.crews }.firstOrNull { it.crew != null && it.foreman != null && it.foreman == me } ?: return null
        val names = core.names.members()
        val mates = led.members.filter { it.member != me }.map {
            Mate(it.member, names[it.member].orEmpty(), it.state, shift(it.spans), it.heard)
        }
        return Crew(led.name, mates.sortedBy { it.name })
    }

    companion object {
        /** How long a punch can be taken back by one tap, in milliseconds. */
        const val UNDO = 10_000L
        private const val TICK = 15_000L
    }
}

private fun own(project: DayProject, me: Uuid?): DayMember? = project.crews.flatMap { it.members }.firstOrNull { it.member == me }

/** How long the day's work has lasted so far, in milliseconds: what of a shift lies in another day counts there. */
private fun worked(spans: List<DaySpan>, day: DayProject, now: Long): Long = spans.filter { it.what == SpanWhat.WORK }
    .sumOf { (minOf(it.to ?: now, day.to) - maxOf(it.from, day.from)).coerceAtLeast(0) }

/** When the shift began that the last span belongs to. */
private fun shift(spans: List<DaySpan>): Long? =
    spans.reduceRightOrNull { before, after -> if (before.to == after.from) before else after }?.from

private val DayState.onClock: OnClock
    get() = when (this) {
        DayState.WORKING -> OnClock.Working
        DayState.ON_BREAK -> OnClock.Break
        else -> OnClock.Off
    }
