package org.plumbline.ui.theme

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.PathFillType
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.addPathNodes
import androidx.compose.ui.unit.dp

/**
 * The shapes of the statuses. Each is told from the others without colour (`interface.md`, section 1): what stands in words
 * beside it or in its spoken label says the same.
 */
object Glyphs {
    // Custody.
    val OnThisPhone = glyph { dashes() }
    val Received = glyph {
        line(RING)
        fill("M12 3a9 9 0 0 0 0 18z")
    }
    val Verified = glyph { cut("M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0z $TICK") }
    val Archived =
        glyph {
            cut("M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2z $TICK")
        }

    // What wants a person.
    val NeedsYou = glyph { cut("M12 2.8l10 17.7h-20z M11 9.5h2v5.2h-2z M11 16.4h2v2h-2z") }
    val NotAccepted =
        glyph {
            cut("M8 2.5h8l5.5 5.5v8l-5.5 5.5h-8l-5.5 -5.5v-8z $CROSS")
        }
    val Conflict = glyph {
        line("M12 21v-7l-6 -6v-3")
        line("M12 14l6 -6v-3")
        line("M3.5 7l2.5 -3l2.5 3")
        line("M15.5 7l2.5 -3l2.5 3")
    }
    val ByHand = glyph { fill("M5 4h15v15z") }

    // Place.
    val Inside = glyph {
        line(RING)
        fill("M8.5 12a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z")
    }
    val CannotTell = glyph {
        dashes()
        fill("M17.5 5.6a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0 -5.6 0z")
    }
    val Outside = glyph {
        line("M2.5 13.5a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z")
        fill("M17.6 5a2.9 2.9 0 1 0 5.8 0a2.9 2.9 0 1 0 -5.8 0z")
    }
    val NoPlace = glyph {
        dashes()
        line("M4 4l16 16")
    }

    /** The mark: a plumb line with its bob. */
    val Mark = glyph { fill("M11.1 1.5h1.8v9.3h-1.8z M6.6 10.8h10.8l-1.4 5l-4 7l-4 -7z") }

    private const val CROSS = "M8.4 9.8l1.4 -1.4l2.2 2.2l2.2 -2.2l1.4 1.4l-2.2 2.2l2.2 2.2l-1.4 1.4l-2.2 -2.2l-2.2 2.2l-1.4 -1.4l2.2 -2.2z"
    private const val TICK = "M7.2 12.3l1.5 -1.5l2.1 2.1l4.7 -4.9l1.5 1.5l-6.2 6.4z"
    private const val RING = "M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0z"
}

private const val BOX = 24f
private const val STROKE = 2f

private fun glyph(draw: ImageVector.Builder.() -> Unit): ImageVector =
    ImageVector.Builder(defaultWidth = 24.dp, defaultHeight = 24.dp, viewportWidth = BOX, viewportHeight = BOX).apply(draw).build()

private fun ImageVector.Builder.line(path: String) {
    addPath(
        pathData = addPathNodes(path),
        stroke = SolidColor(Color.Black),
        strokeLineWidth = STROKE,
        strokeLineCap = StrokeCap.Round,
        strokeLineJoin = StrokeJoin.Round,
    )
}

private fun ImageVector.Builder.fill(path: String) {
    addPath(pathData = addPathNodes(path), fill = SolidColor(Color.Black))
}

/** Filled, with the inner outline left open: what lies behind shows through. */
private fun ImageVector.Builder.cut(path: String) {
    addPath(pathData = addPathNodes(path), fill = SolidColor(Color.Black), pathFillType = PathFillType.EvenOdd)
}

/** A ring of eight dashes. */
private fun ImageVector.Builder.dashes() {
    val steps = 8
    val reach = 9.0
    for (step in 0 until steps) {
        val from = Math.toRadians(step * FULL / steps - DASH / 2)
        val to = Math.toRadians(step * FULL / steps + DASH / 2)

        fun x(at: Double) = 12 + reach * kotlin.math.cos(at)

        fun y(at: Double) = 12 + reach * kotlin.math.sin(at)
        line("M${x(from)} ${y(from)}A$reach $reach 0 0 1 ${x(to)} ${y(to)}")
    }
}

private const val FULL = 360.0
private const val DASH = 20.0
