package org.plumbline.model

import org.junit.jupiter.api.Test
import org.plumbline.core.HereView
import org.plumbline.core.MomentView
import org.plumbline.core.TimeKnown
import org.plumbline.core.VerdictView
import org.plumbline.protocol.Fault
import org.plumbline.protocol.Lock
import java.io.File
import java.time.LocalDate
import java.time.ZoneOffset
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class WordsTest {
    private val english = Words.of(Language.English)
    private val spanish = Words.of(Language.Spanish)
    private val utc = ZoneOffset.UTC

    @Test
    fun both_languages_say_the_same_things() {
        assertEquals(english.keys, spanish.keys)
        val gaps = Regex("\\{\\w+}")
        for (key in english.keys) {
            val (a, b) = listOf(english, spanish).map { words -> gaps.findAll(words(key)).map { it.value }.toSortedSet() }
            assertEquals(a, b, key)
        }
    }

    @Test
    fun every_key_that_the_app_names_has_its_text() {
        val android = File(System.getProperty("plumbline.root"), "android")
        val named = Regex("""words(?:\(\))?(\.count)?\(\s*"([a-z_.]+)"""")
        val missing = android.walk().filter { it.path.contains("/src/main/") && it.extension == "kt" }.flatMap { file ->
            named.findAll(file.readText()).flatMap { (_, count, key) -> if (count.isEmpty()) listOf(key) else listOf("${key}_one", "${key}_other") }
        }.filter { it !in english.keys }.toSet()
        assertEquals(emptySet(), missing)
    }

    private operator fun MatchResult.component1() = groupValues[0]

    private operator fun MatchResult.component2() = groupValues[1]

    private operator fun MatchResult.component3() = groupValues[2]

    @Test
    fun every_fault_has_cause_and_way_on_in_both_languages() {
        val faults = listOf(
            Fault.Offline(), Fault.SignedOut(), Fault.Denied(), Fault.NotFound(), Fault.Invalid("link", "kind"), Fault.Invalid("odd", "odd"),
            Fault.TooLarge(2_000_000u), Fault.StorageFull(), Fault.Busy(3u), Fault.Reenrol(), Fault.Corrupt("photo"), Fault.Outdated(),
            Fault.Cancelled(), Fault.Internal("0011223344556677"),
        ) + Lock.entries.map { Fault.Locked(it) }
        for (fault in faults) {
            for (words in listOf(english, spanish)) {
                val said = words.of(fault)
                val text = said.cause + said.wayOn
                assertTrue("fault." !in text && "{" !in text && said.cause.isNotBlank() && said.wayOn.isNotBlank(), "$fault: $said")
            }
        }
        assertEquals("This is not an invite link.", english.of(Fault.Invalid("link", "kind")).cause)
    }

    @Test
    fun a_moment_is_a_range_where_the_evidence_leaves_it_open_and_rounds_outward() {
        fun at(time: String) = java.time.Instant.parse("2026-12-10T${time}Z").toEpochMilli()

        fun said(earliest: String?, latest: String?, how: String = "anchored") =
            english.between(MomentView(at("07:02:20"), earliest?.let(::at), latest?.let(::at), how), utc)
        assertEquals("07:02", said("07:02:18", "07:02:22"))
        assertEquals("07:01–07:05", said("07:01:59", "07:04:01"))
        assertEquals("07:02", said(null, null, "typed"))
    }

    @Test
    fun days_hours_sizes_and_distances_read_as_the_house_has_them() {
        val day = LocalDate.of(2026, 12, 10)
        assertEquals("Thu, Dec 10", english.day(day))
        assertEquals("jue 10 dic", spanish.day(day))
        assertEquals("6 h 27 min", english.hours(6 * 3600 + 27 * 60 + 59))
        assertEquals("8 h 05 min", english.hours(8 * 3600 + 5 * 60))
        assertEquals("30 min", english.hours(1800))
        assertEquals("3.7 MB", english.bytes(3_723_140u))
        assertEquals("16 ft", english.length(488))
        assertEquals("16 pies", spanish.length(488))
        assertEquals("1 item", english.count("waiting.count", 1))
        assertEquals("1,240 items", english.count("waiting.count", 1240))
    }

    @Test
    fun a_clock_says_how_far_it_may_be_from_the_true_one() {
        val moment = MomentView(1_000_000, 990_000, 1_010_000, "anchored")
        val here = Here(view = HereView(moment, TimeKnown.EXACT, 10_000, VerdictView("no_place", null, null, false)), asked = 400_000)
        assertEquals(listOf(TimeKnown.EXACT, TimeKnown.UNCHECKED), listOf(here.time, Here().time))
        // The phone's clock stands otherwise than the core's: what runs is the core's.
        assertEquals(1_003_000, here.clock(403_000))
        val said = { doubt: Long? -> english.clock(here.clock(403_000), doubt, utc) }
        assertEquals("00:16:43, ±10\u00a0s", said(10_000))
        assertEquals("00:16:43, ±11\u00a0s", said(10_001))
        assertEquals("00:16:43, ±2\u00a0min", said(60_001))
        assertEquals("00:16:43, ±2\u00a0h", said(3_600_001))
        assertEquals("00:16:43", said(null))
        assertEquals("0.6", english.factor(0.6f))
        assertEquals("2", english.factor(2f))
        assertEquals("2.0", english.degrees(2f))
    }
}
