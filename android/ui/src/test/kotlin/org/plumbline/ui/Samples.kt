package org.plumbline.ui

import org.plumbline.core.Agreed
import org.plumbline.core.ChangeView
import org.plumbline.core.CheckedBytes
import org.plumbline.core.Connection
import org.plumbline.core.Custody
import org.plumbline.core.CustodyStep
import org.plumbline.core.CustodyView
import org.plumbline.core.Datum
import org.plumbline.core.DaySpan
import org.plumbline.core.DayState
import org.plumbline.core.ExportAllView
import org.plumbline.core.FieldView
import org.plumbline.core.HereView
import org.plumbline.core.KindView
import org.plumbline.core.MomentView
import org.plumbline.core.PhotoCheckView
import org.plumbline.core.PhotoView
import org.plumbline.core.PlaceView
import org.plumbline.core.RecordView
import org.plumbline.core.RoomView
import org.plumbline.core.Source
import org.plumbline.core.SpanWhat
import org.plumbline.core.StatusView
import org.plumbline.core.StorageView
import org.plumbline.core.TimeKnown
import org.plumbline.core.VerdictView
import org.plumbline.core.WeekPerson
import org.plumbline.core.WeekState
import org.plumbline.model.Ask
import org.plumbline.model.CameraState
import org.plumbline.model.Conflict
import org.plumbline.model.ConflictsState
import org.plumbline.model.Copy
import org.plumbline.model.Crew
import org.plumbline.model.EnrolState
import org.plumbline.model.Entry
import org.plumbline.model.Here
import org.plumbline.model.HoursDay
import org.plumbline.model.HoursProject
import org.plumbline.model.HoursState
import org.plumbline.model.Invitation
import org.plumbline.model.Item
import org.plumbline.model.Line
import org.plumbline.model.Mate
import org.plumbline.model.NowState
import org.plumbline.model.OnClock
import org.plumbline.model.Optics
import org.plumbline.model.PhotoGroup
import org.plumbline.model.PhotographState
import org.plumbline.model.PhotographsState
import org.plumbline.model.Place
import org.plumbline.model.Project
import org.plumbline.model.Punch
import org.plumbline.model.RecordState
import org.plumbline.model.RecordsState
import org.plumbline.model.Refusal
import org.plumbline.model.Sent
import org.plumbline.model.Setting
import org.plumbline.model.SettingsState
import org.plumbline.model.Shown
import org.plumbline.model.Undo
import org.plumbline.model.UnlockState
import org.plumbline.model.Version
import org.plumbline.model.WaitingState
import org.plumbline.protocol.Fault
import java.time.LocalDate
import java.time.LocalTime
import java.time.ZoneId

/** A day at Harbor Outfall 2, as the models would show it. */
object Samples {
    val zone: ZoneId = ZoneId.systemDefault()
    val day: LocalDate = LocalDate.now()
    const val ana = "01a"
    const val teo = "01b"
    val names = mapOf(ana to "Ana Lucía Paredes", teo to "Teo Marsh", "01c" to "Rosa Delgado")

    fun at(time: String, of: LocalDate = day): Long = of.atTime(LocalTime.parse(time)).atZone(zone).toInstant().toEpochMilli()

    val now = at("13:52")
    val harbor = Project("p1", "Harbor Outfall 2", "HO-2", zone, listOf("Laborer: Pipelayer", "Laborer: General", "Operator: Backhoe"))
    val mill = Project("p2", "Mill Creek Culvert", "MC-7", zone, listOf("Laborer: General"))
    val offline = Line(Connection.OFFLINE, at("11:20"), 7)
    val online = Line(Connection.ONLINE, at("13:50"), 0)
    val fix = Place.Known(PlaceView(476_000_000, -1_223_000_000, 488, false, "gnss"), now - 3_000)
    private val inside = VerdictView("inside", 1200, 488, false)

    /** Where the phone is, on the site, with the time that the server told. */
    fun here(verdict: VerdictView = inside, place: Place = fix, known: TimeKnown = TimeKnown.EXACT, doubt: Long = 2_000) =
        Here(place, HereView(MomentView(now, now - doubt, now + doubt, "anchored"), known, doubt, verdict), now)

    /** The phone says no place, and no server told the time since it was started. */
    val nowhere = Here(
        Place.Off,
        HereView(MomentView(now, null, null, "wall_clock"), TimeKnown.UNCHECKED, null, VerdictView("no_place", null, null, false)),
        now,
    )
    private const val work = "Laborer: Pipelayer"
    private val spans = listOf(
        DaySpan(at("06:55"), at("11:00"), SpanWhat.WORK, work),
        DaySpan(at("11:00"), at("11:30"), SpanWhat.BREAK, null),
        DaySpan(at("11:30"), null, SpanWhat.WORK, work),
    )
    private val crew = Crew(
        "Pipe crew",
        listOf(
            Mate("m1", "Beto Ruiz", DayState.WORKING, at("06:58"), at("11:20")),
            Mate("m2", "Carla Nuñez", DayState.ON_BREAK, at("07:01"), at("11:02")),
            Mate("m3", "Dmitri Volkov", DayState.MISSING, null, null),
            Mate("m4", "Elena Fox", DayState.OFF, null, null),
        ),
    )
    val working = NowState(
        OnClock.Working, listOf(harbor, mill), harbor, work, now, at("06:55"), (6 * 60 + 27) * 60L, spans, inside, here(), crew, offline,
    )
    val off = NowState(OnClock.Off, listOf(harbor, mill), harbor, null, at("06:50"), here = here(), line = online)
    val asking = off.copy(ask = Ask(Punch.In, harbor, work))
    val undoing = working.copy(undo = Undo(Punch.In, at("06:55"), null, listOf("r1")), crew = null)
    private val broken = spans.take(1) + DaySpan(at("11:00"), null, SpanWhat.BREAK, null)
    val onBreak = working.copy(clock = OnClock.Break, spans = broken, crew = null, here = nowhere.copy(place = Place.Denied), line = online)

    fun photo(id: String, caption: String?, time: String, state: Custody, of: LocalDate = day, by: String = ana) = PhotoView(
        id, "p1", by, "9f2c1d64aa018be75c3300d1f0a4c9e8712b6d5f00ab34cd9911ee77c0ffee42", 3_723_140u, "image/jpeg", Source.CAMERA,
        MomentView(at(time, of), at(time, of) - 2000, at(time, of) + 2000, "anchored"), caption, emptyList(),
        fix.view, state, true, true, null, state == Custody.LOCAL, false, "",
    )

    val photographs = PhotographsState(
        listOf(
            PhotoGroup(
                day,
                listOf(
                    photo("f1", "Path, far end", "13:52", Custody.LOCAL),
                    photo("f2", "Fir at 14+80", "12:44", Custody.LOCAL),
                    photo("f3", null, "09:40", Custody.RECEIVED),
                ),
            ),
            PhotoGroup(
                day.minusDays(1),
                listOf(
                    photo("f4", "Pipe bedding, station 12+20", "15:02", Custody.VERIFIED, day.minusDays(1), teo),
                    photo("f5", "Trench box", "08:11", Custody.VERIFIED, day.minusDays(1)),
                ),
            ),
        ),
        true, true, names, ana,
    )
    val photograph = PhotographState(
        photo("f4", "Pipe bedding, station 12+20", "09:41", Custody.VERIFIED), harbor, names, inside,
        listOf(
            CustodyView(CustodyStep.TAKEN, at("09:41"), ana, "Ana's phone", null),
            CustodyView(CustodyStep.LOGGED, at("09:43"), null, "harbor.example:8443", 4121u),
            CustodyView(CustodyStep.RECEIVED, null, null, "harbor.example:8443", null),
            CustodyView(CustodyStep.VERIFIED, at("09:47"), null, "harbor.example:8443", 4130u),
        ),
    )
    val checked = photograph.copy(
        check = PhotoCheckView(CheckedBytes.SAME, photograph.photo!!.sha256, 4121u, 4130u, 5200u, now),
    )
    private val room = RoomView(14_000_000_000u, 11_000_000u, true)
    val camera =
        CameraState(
            listOf(harbor, mill), harbor, here(), room, photo("f3", null, "09:40", Custody.LOCAL), optics = Optics(listOf(0.6f, 1f, 2f), true),
        )

    /** Far from the fence, an hour unsure, zoomed and flashing: the longest lines. */
    val unsure = camera.copy(
        here = here(
            VerdictView("cannot_tell", 12_190, 12_500, true),
            Place.Known(fix.view.copy(accuracyCm = 12_500, mock = true), now - 61_000),
            TimeKnown.KNOWN,
            5_400_000,
        ),
        setting = Setting(2f, true),
    )
    val full = camera.copy(room = RoomView(212_000_000u, 262_000_000u, false), here = nowhere, optics = Optics())
    val waiting = WaitingState(
        listOf(
            Item("f1", "photo", "Path, far end", at("13:52"), 3_723_140u, false),
            Item("n1", "note", "Valve box buried at 15+00, asked Teo", at("13:41"), null, false),
            Item("u1", "punch", "break_end", at("11:30"), null, false),
            Item("u2", "punch", "break_start", at("11:00"), null, false),
            Item("f2", "photo", "Fir at 14+80", at("12:44"), 3_402_000u, true),
        ),
        listOf(Refusal("a1", "note", "Dec 8 report", at("12:10"), Fault.Invalid("text", "text"))),
        1, offline, Sent(23, 23),
    )
    val handed = waiting.copy(
        refusals = emptyList(), conflicts = 0, sent = Sent(23, 20),
        copy = Copy(
            "/storage/emulated/0/Android/data/org.plumbline.app/files/copies/plumbline-2026-12-10",
            ExportAllView(412u, 63u, 0u, 240_000_000u),
            offered = true,
        ),
    )

    private fun field(name: String, form: String, merge: String = "last", max: Long? = 2000, owes: Boolean = false) =
        FieldView(name, form, null, max, emptyList(), null, merge, name == "text", false, owes, true)

    val note =
        KindView(
            "note",
            "site",
            true,
            "text",
            null,
            true,
            listOf(field("text", "text"), field("tags", "text", "set", 60), field("remarks", "text", "append")),
        )

    fun record(id: String, text: String, pending: Boolean = false, conflicts: Map<String, List<Datum>> = emptyMap()) =
        RecordView(id, "note", "p1", null, mapOf("text" to Datum.Text(text)), conflicts, pending, false, true, "")

    val records = RecordsState(
        listOf(note),
        listOf(
            record("n1", "Valve box buried at 15+00, asked Teo", pending = true),
            record("n2", "Water in the trench, pump since 08:10", conflicts = mapOf("text" to listOf(Datum.Text("Pump since 08:30")))),
            record("n3", "Delivery of 12 in. RCP, 40 lengths"),
        ),
        "", listOf(harbor),
    )
    private val delivered = mapOf("text" to Datum.Text("Delivery of 12 in. RCP, 40 lengths"))
    val form = RecordState(
        note, record("n3", "Delivery of 12 in. RCP, 40 lengths"), listOf(harbor), harbor,
        listOf(
            Entry(note.fields[0], "Delivery of 12 in. RCP, 41 lengths", "Delivery of 12 in. RCP, 40 lengths"),
            Entry(note.fields[1], "delivery\npipe", "delivery\npipe"),
            Entry(note.fields[2], "", ""),
        ),
        listOf(ChangeView("c1", 4001u, ana, "d1", "Ana's phone", at("09:10"), at("09:12"), delivered, null, "applied")),
        names,
    )
    val conflicts = ConflictsState(
        listOf(
            Conflict(
                record("n2", "Water in the trench, pump since 08:10"), "text",
                listOf(
                    Version(Datum.Text("Water in the trench, pump since 08:10"), ana, at("08:20"), true),
                    Version(Datum.Text("Water in the trench, pump since 08:30"), teo, at("08:41"), false),
                ),
                owesReason = false, mayChoose = true,
            ),
        ),
        names,
    )
    private val monday = LocalDate.of(2026, 12, 7)
    private val week = listOf(8 * 3600L, 8 * 3600L + 900, 7 * 3600L + 1620, 0L, 0L, 0L, 0L).mapIndexed { i, seconds ->
        HoursDay(monday.plusDays(i.toLong()), seconds, seconds - if (i == 2) 300 else 0, seconds, i == 1, i == 4)
    }
    val hours = HoursState(
        monday, monday.plusDays(2), week,
        listOf(
            HoursProject(
                harbor,
                WeekPerson(
                    ana, "p1", null,
                    week.sumOf {
                        it.seconds
                    },
                    0, WeekState.OPEN, null, null, null, "w1", emptyList(),
                ),
                week,
            ),
        ),
        week.sumOf { it.seconds },
    )
    val signed = hours.copy(
        projects = hours.projects.map {
            it.copy(person = it.person.copy(state = WeekState.SIGNED, signed = Agreed(it.person.seconds, ana, now, 12u)))
        },
    )
    val settings = SettingsState(
        StatusView(
            state = "enrolled",
            organisation = "ab12",
            organisationName = "Ortega Lindqvist",
            member = ana,
            memberName = "Ana Lucía Paredes",
            role = "worker",
            device = "3f9a77c0d2e41b58aa00",
            server = "harbor.example:8443",
            connection = Connection.ONLINE,
            contact = at("13:50"),
            generation = 1u,
            size = 5200u,
            root = "00",
            waiting = 0u,
            alarms = 0u,
        ),
        StorageView(21_000_000u, 410_000_000u, 8_000_000u, 0u, 14_000_000_000u, 112u),
    )
    val unlock = UnlockState("Ana Lucía Paredes", "Ortega Lindqvist", offline)
    val invited = EnrolState("plumbline://enrol?at=harbor.example:8443&ca=…", "Ana’s phone", Invitation("harbor.example", "ab12 34cd 56ef"))

    fun <S> shown(state: S, fault: Fault? = null) = Shown(state, loading = false, fault = fault)
}
