package org.plumbline.ui.parts

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.plumbline.core.DaySpan
import org.plumbline.core.SpanWhat
import org.plumbline.model.Words
import org.plumbline.model.hours
import org.plumbline.ui.theme.Plumb
import java.time.ZoneId

private const val LEAST = 9 * 3_600_000L
private const val MARGIN = 0.04f

/** The day along a line: work as bars, breaks as gaps, and the plumb bob at now. */
@Composable
fun DayLine(spans: List<DaySpan>, now: Long, running: Boolean, zone: ZoneId, modifier: Modifier = Modifier) {
    val first = spans.firstOrNull()?.from ?: return
    val tokens = Plumb.tokens
    val words = Plumb.words
    val end = maxOf(first + LEAST, now, spans.maxOf { it.to ?: now })
    Column(modifier.fillMaxWidth().semantics(mergeDescendants = true) { contentDescription = spoken(words, spans, zone) }) {
        Canvas(Modifier.fillMaxWidth().height(38.dp)) {
            val ground = size.height * 0.66f

            fun x(at: Long) = size.width * (MARGIN + (1 - 2 * MARGIN) * (at - first).toFloat() / (end - first))
            drawLine(tokens.text2, Offset(0f, ground), Offset(size.width, ground), 1.5.dp.toPx())
            for (span in spans.filter { it.what == SpanWhat.WORK }) {
                val (from, to) = x(span.from) to x(span.to ?: now)
                val bar = if (tokens.sunlight) tokens.text else tokens.chartEdge
                drawRect(bar, Offset(from, ground - 15.dp.toPx()), Size((to - from).coerceAtLeast(1.dp.toPx()), 15.dp.toPx()))
            }
            if (running) {
                val at = x(now)
                drawLine(tokens.accent, Offset(at, ground - 24.dp.toPx()), Offset(at, ground), 2.dp.toPx())
                drawPath(bob(at, ground, 7.dp.toPx(), 12.dp.toPx()), tokens.accent)
            }
        }
        Row(Modifier.fillMaxWidth(), Arrangement.SpaceBetween) {
            Line(words.time(first, zone), style = Plumb.type.meta)
            val rest = spans.filter { it.what == SpanWhat.BREAK }.sumOf { (it.to ?: now) - it.from } / 1000
            if (rest > 0) Line(words("now.break_of", "hours" to words.hours(rest)), style = Plumb.type.meta)
            Line(words.time(if (running) now else spans.maxOf { it.to ?: now }, zone), style = Plumb.type.meta)
        }
    }
}

private fun bob(x: Float, y: Float, half: Float, height: Float) = Path().apply {
    moveTo(x - half, y)
    lineTo(x + half, y)
    lineTo(x, y + height)
    close()
}

private fun spoken(words: Words, spans: List<DaySpan>, zone: ZoneId): String = spans.joinToString(". ") { span ->
    val to = span.to
    val what = words(if (span.what == SpanWhat.WORK) "now.span.work" else "now.span.break")
    if (to == null) {
        words("now.span.open", "what" to what, "from" to words.time(span.from, zone))
    } else {
        words("now.span.closed", "what" to what, "from" to words.time(span.from, zone), "to" to words.time(to, zone))
    }
}
