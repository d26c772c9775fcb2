package org.plumbline.model

import org.plumbline.core.CellRequest
import org.plumbline.core.CellView
import org.plumbline.core.DisputeWeekRequest
import org.plumbline.core.SignWeekRequest
import org.plumbline.core.WeekPerson
import org.plumbline.core.WeekRequest
import org.plumbline.core.WeekRow
import org.plumbline.protocol.Uuid
import java.io.File
import java.time.DayOfWeek
import java.time.LocalDate
import java.time.temporal.TemporalAdjusters

/** A day of the week that is shown: seconds as stated, and what the evidence supports. */
data class HoursDay(val date: LocalDate, val seconds: Long, val low: Long, val high: Long?, val corrected: Boolean, val off: Boolean)

/** A project's part of one's week. */
data class HoursProject(val project: Project, val person: WeekPerson, val days: List<HoursDay>)

/** One's own week. */
data class HoursState(
    val monday: LocalDate = LocalDate.now().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)),
    val today: LocalDate = LocalDate.now(),
    val days: List<HoursDay> = emptyList(),
    val projects: List<HoursProject> = emptyList(),
    val seconds: Long = 0,
    val overtime: Long = 0,
    val open: LocalDate? = null,
    val cells: List<Pair<Project, CellView>> = emptyList(),
    val disputing: Uuid? = null,
    val copying: Boolean = false,
    val copy: Copy? = null,
) {
    val thisWeek: Boolean get() = !monday.isAfter(today) && today.isBefore(monday.plusWeeks(1))
}

/** What can be done with one's own hours. */
interface HoursDeeds {
    fun week(monday: LocalDate)

    /** Opens a day, or closes it. */
    fun day(date: LocalDate)

    fun sign(of: HoursProject)

    fun unsign(of: HoursProject)

    /** Asks what is wrong, or stops asking. */
    fun disputing(project: Uuid?)

    /** Says what is wrong; nothing takes it back. */
    fun dispute(of: HoursProject, text: String?)

    /** Writes a copy of all that this person may see, for them to keep, and offers it to other apps. */
    fun copy()

    /** Offers the copy once more. */
    fun share()
}

/** One's own hours: a week, its days with their punches, the signature, and a copy to keep. */
class HoursModel(core: Core) : ScreenModel<HoursState>(core, HoursState()), HoursDeeds {
    private var asOf: String? = null

    override suspend fun read() {
        val me = core.client.status().member ?: return
        val projects = core.names.projects().associateBy { it.id }
        val week = core.client.week(WeekRequest(date = state.monday.toString()))
        asOf = week.asOf
        val dates = week.days.map(LocalDate::parse)
        val rows = week.rows.filter { it.worker == me }
        val mine = week.people.filter { it.worker == me }.map { person ->
            val project = projects[person.project] ?: Project(person.project, "")
            HoursProject(project, person, days(dates, rows.filter { it.project == person.project }))
        }
        val open = state.open
        val cells = if (open == null) emptyList() else mine.map { it.project to cell(me, it.project, open) }
        update {
            it.copy(
                today = LocalDate.now(),
                days = days(dates, rows),
                projects = mine,
                seconds = mine.sumOf { of -> of.person.seconds },
                overtime = mine.sumOf { of -> of.person.overtime },
                cells = cells.filter { (_, cell) -> cell.punches.isNotEmpty() },
            )
        }
    }

    override fun week(monday: LocalDate) {
        update { HoursState(monday = monday) }
        act {}
    }

    override fun day(date: LocalDate) {
        update { it.copy(open = date.takeIf { day -> day != it.open }, cells = emptyList()) }
        act {}
    }

    override fun sign(of: HoursProject) = signing(of, of.person.seconds)

    override fun unsign(of: HoursProject) = signing(of, null)

    private fun signing(of: HoursProject, seconds: Long?) {
        act { core.client.signWeek(SignWeekRequest(project = of.project.id, date = state.monday.toString(), seconds = seconds, asOf = asOf)) }
    }

    override fun disputing(project: Uuid?) = update { it.copy(disputing = project) }

    override fun dispute(of: HoursProject, text: String?) {
        act {
            core.client.disputeWeek(DisputeWeekRequest(project = of.project.id, date = state.monday.toString(), text = text, asOf = asOf))
            update { it.copy(disputing = null) }
        }
    }

    override fun copy() {
        if (state.copying) return
        update { it.copy(copying = true, copy = null) }
        act { core.takeAlong { copy -> update { it.copy(copying = false, copy = copy) } } }
    }

    override fun share() {
        val copy = state.copy ?: return
        act { core.device.share(File(copy.folder)) }
    }

    private suspend fun cell(me: Uuid, project: Project, date: LocalDate) =
        core.client.cell(CellRequest(worker = me, project = project.id, date = date.toString()))
}

private fun days(dates: List<LocalDate>, rows: List<WeekRow>): List<HoursDay> = dates.mapIndexed { at, date ->
    val highs = rows.map { it.high[at] }
    HoursDay(
        date = date,
        seconds = rows.sumOf { it.seconds[at] },
        low = rows.sumOf { it.low[at] },
        high = if (null in highs) null else highs.sumOf { it ?: 0 },
        corrected = rows.any { it.corrected[at] },
        off = rows.any { it.off[at] },
    )
}
