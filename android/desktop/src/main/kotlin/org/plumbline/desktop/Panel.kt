package org.plumbline.desktop

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.delay
import org.plumbline.model.Language
import org.plumbline.model.Look
import org.plumbline.model.Place
import org.plumbline.model.Presence
import org.plumbline.model.Words
import org.plumbline.ui.desktop.Inter
import org.plumbline.ui.parts.ChoiceRow
import org.plumbline.ui.parts.Field
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.Line
import org.plumbline.ui.theme.Plumb
import org.plumbline.ui.theme.PlumblineTheme

/** Where the phone can be put. */
private enum class Spot(val text: String) {
    Site("On the site, ±5 m"),
    Vague("On the site, ±120 m"),
    Away("1 km away"),
    Typed("At these degrees"),
    Mock("On the site, by a mock location"),
    Off("Place switched off"),
    Denied("Place not allowed"),
}

/** What a person has in their hands and a desktop does not: place, presence, light. */
@Composable
fun Panel(bench: Bench, site: Pair<Double, Double>, bright: Boolean, onBright: (Boolean) -> Unit) {
    var spot by remember { mutableStateOf(Spot.Site) }
    var typed by remember { mutableStateOf("%.6f, %.6f".format(site.first, site.second)) }
    var answer by remember { mutableStateOf(Presence.Shown) }
    LaunchedEffect(spot, typed) {
        while (true) {
            place(bench, spot, site, typed)
            delay(MEASURE)
        }
    }
    PlumblineTheme(Look.Light, Words.of(Language.English), Inter) {
        Column(
            Modifier.width(340.dp).fillMaxHeight().background(Plumb.tokens.canvas).verticalScroll(rememberScrollState()).padding(vertical = 16.dp),
            Arrangement.spacedBy(4.dp),
        ) {
            val gutter = Modifier.padding(horizontal = 20.dp)
            Heading("Beside the phone", gutter)
            Line("The real core, and the demonstration's real server. Place, door and light stand in for the phone's own.", gutter, Plumb.type.meta)
            Heading("Place", gutter.padding(top = 12.dp))
            for (one in Spot.entries) ChoiceRow(one.text, one == spot, { spot = one })
            if (spot == Spot.Typed) Field("Degrees north, east", typed, { typed = it }, gutter.fillMaxWidth())
            Heading("At the door", gutter.padding(top = 12.dp))
            for (one in Presence.entries) {
                ChoiceRow(said(one), one == answer, {
                    answer = one
                    bench.answer = one
                })
            }
            Heading("Light", gutter.padding(top = 12.dp))
            ChoiceRow("Indoors", !bright, { onBright(false) })
            ChoiceRow("In the sun", bright, { onBright(true) })
            Heading("Camera", gutter.padding(top = 12.dp))
            val films = bench.films.size
            val sees = if (films == 0) "Painted pictures. PLUMBLINE_PICTURES names a folder of others." else "$films pictures, in turn."
            Line(sees, gutter, Plumb.type.meta)
        }
    }
}

private fun said(presence: Presence) = when (presence) {
    Presence.Shown -> "The person is there"
    Presence.Refused -> "They turn away"
    Presence.Changed -> "Fingers changed"
    Presence.NoLock -> "The phone has no lock"
}

private fun place(bench: Bench, spot: Spot, site: Pair<Double, Double>, typed: String) {
    val (north, east) = site
    when (spot) {
        Spot.Site -> bench.put(north, east, 5.0, false)
        Spot.Vague -> bench.put(north, east, 120.0, false)
        Spot.Away -> bench.put(north + KILOMETRE, east, 8.0, false)
        Spot.Mock -> bench.put(north, east, 5.0, true)
        Spot.Off -> bench.put(Place.Off)
        Spot.Denied -> bench.put(Place.Denied)
        Spot.Typed -> {
            val degrees = typed.split(',').mapNotNull { it.trim().toDoubleOrNull() }
            if (degrees.size == 2) bench.put(degrees[0], degrees[1], 5.0, false)
        }
    }
}

private const val MEASURE = 3_000L
private const val KILOMETRE = 0.009
