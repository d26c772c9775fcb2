package org.plumbline.ui.theme

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.addPathNodes
import androidx.compose.ui.unit.dp

/** Icons of Lucide (ISC licence, see `android/NOTICE`), drawn with its strokes of 1.75. */
object Icons {
    val Camera = lucide(
        "M13.997 4a2 2 0 0 1 1.76 1.05l.486.9A2 2 0 0 0 18.003 7H20a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0" +
            " 0 1-2-2V9a2 2 0 0 1 2-2h1.997a2 2 0 0 0 1.759-1.048l.489-.904A2 2 0 0 1 10.004 4z",
        "M9 13a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
    )
    val Coffee = lucide(
        "M10 2v2",
        "M14 2v2",
        "M16 8a1 1 0 0 1 1 1v8a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V9a1 1 0 0 1 1-1h14a4 4 0 1 1 0 8h-1",
        "M6 2v2",
    )
    val Switch = lucide(
        "M8 3 4 7l4 4",
        "M4 7h16",
        "m16 21 4-4-4-4",
        "M20 17H4",
    )
    val ClockOut = lucide(
        "m16 17 5-5-5-5",
        "M21 12H9",
        "M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4",
    )
    val ClockIn = lucide(
        "m10 17 5-5-5-5",
        "M15 12H3",
        "M15 3h4a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2h-4",
    )
    val Clock = lucide(
        "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0",
        "M12 6v6l4 2",
    )
    val ClockCheck = lucide(
        "M21.95 13a10 10 0 1 0-8.685 8.92",
        "M12 6v6l4 2",
        "m16 19 2 2 4-4",
    )
    val ClockAlert = lucide(
        "M12 6v6l4 2",
        "M20 12v5",
        "M20 21h.01",
        "M21.25 8.2A10 10 0 1 0 16 21.16",
    )
    val Picture = lucide(
        "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2z",
        "M7 9a2 2 0 1 0 4 0a2 2 0 1 0 -4 0",
        "m21 15-3.086-3.086a2 2 0 0 0-2.828 0L6 21",
    )
    val Chat = lucide(
        "M22 17a2 2 0 0 1-2 2H6.828a2 2 0 0 0-1.414.586l-2.202 2.202A.71.71 0 0 1 2 21.286V5a2 2 0 0 1 2-" +
            "2h16a2 2 0 0 1 2 2z",
    )
    val Week = lucide(
        "M 19 3 L 5 3",
        "M 21 13 L 21 5",
        "M 21 5 A2 2 0 0 0 19 3",
        "M 3 19 A2 2 0 0 0 5 21",
        "M 3 5 L 3 19",
        "M 5 3 A2 2 0 0 0 3 5",
        "m16 19 2 2 4-4",
        "M16 2v3",
        "M3 9h18",
        "M5 21 L12.5 21",
        "M8 2v3",
    )
    val Records = lucide(
        "M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a" +
            "2 2 0 0 1-2 2z",
        "M14 2v5a1 1 0 0 0 1 1h5",
        "M10 9H8",
        "M16 13H8",
        "M16 17H8",
    )
    val Crew = lucide(
        "M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2",
        "M16 3.128a4 4 0 0 1 0 7.744",
        "M22 21v-2a4 4 0 0 0-3-3.87",
        "M5 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    )
    val NoSignal = lucide(
        "M10.94 5.274A7 7 0 0 1 15.71 10h1.79a4.5 4.5 0 0 1 4.222 6.057",
        "M18.796 18.81A4.5 4.5 0 0 1 17.5 19H9A7 7 0 0 1 5.79 5.78",
        "m2 2 20 20",
    )
    val Signal = lucide(
        "m17 15-5.5 5.5L9 18",
        "M5.516 16.07A7 7 0 1 1 15.71 8h1.79a4.5 4.5 0 0 1 3.501 7.327",
    )
    val Sending = lucide(
        "M12 13v8",
        "M4 14.899A7 7 0 1 1 15.71 8h1.79a4.5 4.5 0 0 1 2.5 8.242",
        "m8 17 4-4 4 4",
    )
    val Next = lucide(
        "m9 18 6-6-6-6",
    )
    val Previous = lucide(
        "m15 18-6-6 6-6",
    )
    val Back = lucide(
        "m12 19-7-7 7-7",
        "M19 12H5",
    )
    val Link = lucide(
        "M10 13a5 5 0 0 0 7.54.54l3-3a5 5 0 0 0-7.07-7.07l-1.72 1.71",
        "M14 11a5 5 0 0 0-7.54-.54l-3 3a5 5 0 0 0 7.07 7.07l1.71-1.71",
    )
    val Flash = lucide(
        "M15.914 4a1.5 1.5 0 00-2.474-1.561l-9 9A1.5 1.5 0 005.5 14h4.002a.5.5 0 01.471.666L8.086 20a1.5 " +
            "1.5 0 002.475 1.56l9-9A1.5 1.5 0 0018.5 10h-3.997a.5.5 0 01-.472-.667z",
    )
    val NoFlash = lucide(
        "M10.768 5.111 13.44 2.44a1.5 1.5 0 012.474 1.561l-1.633 4.625",
        "m18.889 13.232.672-.672A1.5 1.5 0 0018.5 10h-2.844",
        "m2 2 20 20",
        "m7.94 7.94-3.5 3.499A1.5 1.5 0 005.5 14h4.002a.5.5 0 01.471.666L8.086 20a1.5 1.5 0 002.475 1.56l" +
            "5.5-5.5",
    )
    val Settings = lucide(
        "M9.671 4.136a2.34 2.34 0 0 1 4.659 0 2.34 2.34 0 0 0 3.319 1.915 2.34 2.34 0 0 1 2.33 4.033 2.34" +
            " 2.34 0 0 0 0 3.831 2.34 2.34 0 0 1-2.33 4.033 2.34 2.34 0 0 0-3.319 1.915 2.34 2.34 0 0 1-4.659" +
            " 0 2.34 2.34 0 0 0-3.32-1.915 2.34 2.34 0 0 1-2.33-4.033 2.34 2.34 0 0 0 0-3.831A2.34 2.34 0 0 1" +
            " 6.35 6.051a2.34 2.34 0 0 0 3.319-1.915",
        "M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
    )
    val Sun = lucide(
        "M8 12a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
        "M12 2v2",
        "M12 20v2",
        "m4.93 4.93 1.41 1.41",
        "m17.66 17.66 1.41 1.41",
        "M2 12h2",
        "M20 12h2",
        "m6.34 17.66-1.41 1.41",
        "m19.07 4.93-1.41 1.41",
    )
    val Moon = lucide(
        "M20.985 12.486a9 9 0 1 1-9.473-9.472c.405-.022.617.46.402.803a6 6 0 0 0 8.268 8.268c.344-.215.82" +
            "5-.004.803.401",
    )
    val Fingerprint = lucide(
        "M12 10a2 2 0 0 0-2 2c0 1.02-.1 2.51-.26 4",
        "M14 13.12c0 2.38 0 6.38-1 8.88",
        "M17.29 21.02c.12-.6.43-2.3.5-3.02",
        "M2 12a10 10 0 0 1 18-6",
        "M2 16h.01",
        "M21.8 16c.2-2 .131-5.354 0-6",
        "M5 19.5C5.5 18 6 15 6 12a6 6 0 0 1 .34-2",
        "M8.65 22c.21-.66.45-1.32.57-2",
        "M9 6.8a6 6 0 0 1 9 5.2v2",
    )
    val Lock = lucide(
        "M5 11h14a2 2 0 0 1 2 2v7a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-7a2 2 0 0 1 2 -2z",
        "M7 11V7a5 5 0 0 1 10 0v4",
    )
    val Add = lucide(
        "M5 12h14",
        "M12 5v14",
    )
    val Search = lucide(
        "m21 21-4.34-4.34",
        "M3 11a8 8 0 1 0 16 0a8 8 0 1 0 -16 0",
    )
    val Close = lucide(
        "M18 6 6 18",
        "m6 6 12 12",
    )
    val Check = lucide(
        "M20 6 9 17l-5-5",
    )
    val Undo = lucide(
        "M9 14 4 9l5-5",
        "M4 9h10.5a5.5 5.5 0 0 1 5.5 5.5a5.5 5.5 0 0 1-5.5 5.5H11",
    )
    val Punch = lucide(
        "M10 2L14 2",
        "M12 14L15 11",
        "M4 14a8 8 0 1 0 16 0a8 8 0 1 0 -16 0",
    )
    val Site = lucide(
        "M20 10c0 4.993-5.539 10.193-7.399 11.799a1 1 0 0 1-1.202 0C9.539 20.193 4 14.993 4 10a8 8 0 0 1 " +
            "16 0",
        "M9 10a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
    )
    val Export = lucide(
        "M12 15V3",
        "M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4",
        "m7 10 5 5 5-5",
    )
    val Person = lucide(
        "M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2",
        "M8 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    )
    val Storage = lucide(
        "M10 16h.01",
        "M2.212 11.577a2 2 0 0 0-.212.896V18a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-5.527a2 2 0 0 0-.212-.896L18" +
            ".55 5.11A2 2 0 0 0 16.76 4H7.24a2 2 0 0 0-1.79 1.11z",
        "M21.946 12.013H2.054",
        "M6 16h.01",
    )
    val Language = lucide(
        "m5 8 6 6",
        "m4 14 6-6 2-3",
        "M2 5h12",
        "M7 2h1",
        "m22 22-5-10-5 10",
        "M14 18h6",
    )
    val SignOut = lucide(
        "M10 21H2",
        "M10 3H7a2 2 0 00-2 2v16",
        "M14 12h.01",
        "M19 21V5a2 2 0 00-1.675-1.974l-6.163-1.013A1 1 0 0010 3v18a1 1 0 001.124.992z",
        "M22 21h-3",
    )
    val Phone = lucide(
        "M7 2h10a2 2 0 0 1 2 2v16a2 2 0 0 1 -2 2h-10a2 2 0 0 1 -2 -2v-16a2 2 0 0 1 2 -2z",
        "M12 18h.01",
    )
    val Resume = lucide(
        "M5 5a2 2 0 0 1 3.008-1.728l11.997 6.998a2 2 0 0 1 .003 3.458l-12 7A2 2 0 0 1 5 19z",
    )
    val Note = lucide(
        "M13.4 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-7.4",
        "M2 6h4",
        "M2 10h4",
        "M2 14h4",
        "M2 18h4",
        "M21.378 5.626a1 1 0 1 0-3.004-3.004l-5.01 5.012a2 2 0 0 0-.506.854l-.837 2.87a.5.5 0 0 0 .62.62l" +
            "2.87-.837a2 2 0 0 0 .854-.506z",
    )
}

private const val BOX = 24f
private const val STROKE = 1.75f

private fun lucide(vararg paths: String): ImageVector =
    ImageVector.Builder(defaultWidth = 24.dp, defaultHeight = 24.dp, viewportWidth = BOX, viewportHeight = BOX).apply {
        for (path in paths) {
            addPath(
                pathData = addPathNodes(path),
                stroke = SolidColor(Color.Black),
                strokeLineWidth = STROKE,
                strokeLineCap = StrokeCap.Round,
                strokeLineJoin = StrokeJoin.Round,
            )
        }
    }.build()
