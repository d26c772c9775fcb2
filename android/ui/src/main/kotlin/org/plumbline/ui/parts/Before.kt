package org.plumbline.ui.parts

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.plumbline.core.TimeKnown
import org.plumbline.core.VerdictView
import org.plumbline.model.Here
import org.plumbline.model.Place
import org.plumbline.model.Words
import org.plumbline.model.clock
import org.plumbline.model.length
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** How well the time is known before anything is done, and the clock that would be stated, with its doubt. */
@Composable
fun time(of: Here, now: Long): Pair<Status, String> {
    val (tokens, words) = Plumb.tokens to Plumb.words
    val status = when (of.time) {
        TimeKnown.EXACT -> Status(Icons.ClockCheck, words("camera.time.exact"), tokens.ok)
        TimeKnown.KNOWN -> Status(Icons.Clock, words("camera.time.known"), tokens.text2)
        TimeKnown.UNCHECKED -> Status(Icons.ClockAlert, words("camera.time.unchecked"), tokens.attention)
    }
    return status to words.clock(of.clock(now), of.view?.doubt)
}

/** Where the phone is before anything is done there, as the core judges it, and how good that is; [without] says what holds without. */
@Composable
fun place(here: Here, now: Long, without: String): Pair<Status, String?> {
    val (tokens, words) = Plumb.tokens to Plumb.words
    return when (val of = here.place) {
        Place.Denied -> Status(Glyphs.NoPlace, words("place.denied"), tokens.attention) to without
        Place.Off -> Status(Glyphs.NoPlace, words("place.off"), tokens.attention) to without
        Place.Searching -> Status(Glyphs.CannotTell, words("place.searching"), tokens.text2) to null
        is Place.Known -> {
            val verdict = here.view?.verdict
            // One that is too old to stand beside what is done now is none.
            if (verdict?.verdict == "no_place") return Status(Glyphs.NoPlace, words("place.none"), tokens.attention) to without
            found(verdict) to quality(words, of, now)
        }
    }
}

@Composable
private fun found(verdict: VerdictView?): Status {
    val known = Status(Glyphs.CannotTell, Plumb.words("place.known"), Plumb.tokens.text2)
    // Without a fence there is nothing to judge by.
    val status = verdict?.takeUnless { it.verdict == "cannot_tell" && it.distanceCm == null }?.let { judged(it) } ?: known
    return if (verdict?.mock == true) status.copy(color = Plumb.tokens.attention) else status
}

/** `±16 ft, 3 s old` */
private fun quality(words: Words, of: Place.Known, now: Long): String {
    val seconds = ((now - of.at) / 1000).coerceAtLeast(0)
    val age = if (seconds < 60) words.count("age.seconds", seconds) else words.count("age.minutes", seconds / 60)
    return words("place.quality", "accuracy" to words.length(of.view.accuracyCm), "age" to age)
}

/** That the phone calls its place made up: stated, not judged. */
@Composable
fun Mock(here: Here, modifier: Modifier = Modifier) {
    if ((here.place as? Place.Known)?.view?.mock == true) Line(Plumb.words("place.mock"), modifier, Plumb.type.meta, Plumb.tokens.attention)
}
