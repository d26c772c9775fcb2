package org.plumbline.model

import org.plumbline.core.MomentView
import java.text.NumberFormat
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import kotlin.math.roundToLong

private const val SECOND = 1_000L
private const val MINUTE = 60 * SECOND
private const val HOUR = 60 * MINUTE
private const val SECONDS_OF_HOUR = 3600L
private const val CM_OF_FOOT = 30.48
private const val KILO = 1_000L

/** Moments, days, hours, sizes and distances as a person reads them: `interface.md`, section 3. */
internal class Format(language: Language) {
    private val locale = language.locale
    private val spanish = language == Language.Spanish
    private val clock = DateTimeFormatter.ofPattern("HH:mm", locale)
    private val exact = DateTimeFormatter.ofPattern("HH:mm:ss", locale)
    private val day = DateTimeFormatter.ofPattern(if (spanish) "EEE d MMM" else "EEE, MMM d", locale)
    private val date = DateTimeFormatter.ofPattern(if (spanish) "d MMM" else "MMM d", locale)
    private val long = DateTimeFormatter.ofPattern(if (spanish) "EEEE d 'de' MMMM" else "EEEE, MMMM d", locale)
    private val evidence = DateTimeFormatter.ofPattern(
        if (spanish) "EEE d MMM yyyy, HH:mm:ss z" else "EEE, MMM d, yyyy, HH:mm:ss z",
        locale,
    )
    private val whole = NumberFormat.getIntegerInstance(locale)
    private val tenths = NumberFormat.getNumberInstance(locale).apply {
        minimumFractionDigits = 1
        maximumFractionDigits = 1
    }

    private val factors = NumberFormat.getNumberInstance(locale).apply { maximumFractionDigits = 1 }

    fun number(n: Long): String = whole.format(n)

    fun time(at: Long, zone: ZoneId): String = on(at, zone, clock)

    fun seconds(at: Long, zone: ZoneId): String = on(at, zone, exact)

    fun evidence(at: Long, zone: ZoneId): String = on(at, zone, evidence)

    fun day(of: LocalDate): String = plain(day.format(of))

    fun date(of: LocalDate): String = plain(date.format(of))

    fun longDay(of: LocalDate): String = long.format(of)

    /** Only the time today, else with its day. */
    fun moment(at: Long, today: LocalDate, zone: ZoneId): String {
        val of = Instant.ofEpochMilli(at).atZone(zone).toLocalDate()
        return if (of == today) time(at, zone) else "${day(of)}, ${time(at, zone)}"
    }

    /** `07:02`, or `07:02–07:05` where the evidence leaves that much open, rounded outward. */
    fun between(at: MomentView, zone: ZoneId): String {
        if (at.how == "typed") return time(at.stated, zone)
        val from = Math.floorDiv(at.earliest ?: at.stated, MINUTE) * MINUTE
        val to = -Math.floorDiv(-(at.latest ?: at.stated), MINUTE) * MINUTE
        return if (to - from <= MINUTE) time(at.stated, zone) else "${time(from, zone)}–${time(to, zone)}"
    }

    fun hours(seconds: Long): Pair<Long, Long> =
        Math.floorDiv(seconds, SECONDS_OF_HOUR) to Math.floorMod(seconds, SECONDS_OF_HOUR) / 60

    fun factor(n: Float): String = factors.format(n)

    fun degrees(n: Float): String = tenths.format(n)

    fun feet(cm: Long): String = whole.format((cm / CM_OF_FOOT).roundToLong())

    fun bytes(n: Long): String = when {
        n < KILO -> "${whole.format(n)} B"
        n < KILO * KILO / 10 -> "${whole.format(n / KILO)} kB"
        n < KILO * KILO * KILO -> "${tenths.format(n / 1e6)} MB"
        else -> "${tenths.format(n / 1e9)} GB"
    }

    private fun on(at: Long, zone: ZoneId, format: DateTimeFormatter) = format.format(Instant.ofEpochMilli(at).atZone(zone))

    /** Some systems shorten Spanish days and months with a full stop. */
    private fun plain(text: String) = if (spanish) text.replace(".", "") else text
}

/** `Thu, Dec 10` */
fun Words.day(of: LocalDate): String = format.day(of)

/** `Dec 10` */
fun Words.date(of: LocalDate): String = format.date(of)

/** `Thursday, December 10` */
fun Words.longDay(of: LocalDate): String = format.longDay(of)

/** `09:41:06` */
fun Words.seconds(at: Long, zone: ZoneId = ZoneId.systemDefault()): String = format.seconds(at, zone)

/** `09:41:06, ±2 s`: a clock that runs, and how far it may be from the true one, rounded outward. */
fun Words.clock(at: Long, doubt: Long?, zone: ZoneId = ZoneId.systemDefault()): String {
    val time = seconds(at, zone)
    val (key, unit) = when {
        doubt == null -> return time
        doubt <= MINUTE -> "camera.time.seconds" to SECOND
        doubt <= HOUR -> "camera.time.minutes" to MINUTE
        else -> "camera.time.hours" to HOUR
    }
    return invoke(key, "time" to time, "n" to number(-Math.floorDiv(-doubt, unit)))
}

/** Year, zone and seconds, as evidence wants them. */
fun Words.evidence(at: Long, zone: ZoneId = ZoneId.systemDefault()): String = format.evidence(at, zone)

/** A moment, as a range where the evidence leaves that much open. */
fun Words.between(at: MomentView, zone: ZoneId = ZoneId.systemDefault()): String = format.between(at, zone)

/** The time, with its day where that is not today. */
fun Words.moment(at: Long, today: LocalDate = LocalDate.now(), zone: ZoneId = ZoneId.systemDefault()): String =
    format.moment(at, today, zone)

/** `6 h 27 min` */
fun Words.hours(seconds: Long): String = format.hours(seconds).let { (hours, minutes) ->
    if (hours == 0L) {
        invoke("minutes", "min" to minutes)
    } else {
        invoke("hours", "h" to number(hours), "min" to minutes.toString().padStart(2, '0'))
    }
}

/** Whole hours and the minutes beside them, for the large figure. */
fun Words.split(seconds: Long): Pair<Long, Long> = format.hours(seconds)

/** `0.6`: how many times a lens brings a thing nearer. */
fun Words.factor(n: Float): String = format.factor(n)

/** `0.4`: by how much something leans. */
fun Words.degrees(n: Float): String = format.degrees(n)

/** `16 ft`, in the units of the projects. */
fun Words.length(cm: Long): String = invoke("length.ft", "n" to format.feet(cm))

/** `3.7 MB` */
fun Words.bytes(n: ULong): String = format.bytes(n.toLong())
