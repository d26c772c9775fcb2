package org.plumbline.ui.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.plumbline.core.CheckedBytes
import org.plumbline.core.CustodyStep
import org.plumbline.core.CustodyView
import org.plumbline.core.PhotoView
import org.plumbline.core.Source
import org.plumbline.model.PhotographDeeds
import org.plumbline.model.PhotographState
import org.plumbline.model.Shown
import org.plumbline.model.bytes
import org.plumbline.model.evidence
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.Notice
import org.plumbline.ui.parts.Rule
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.StatusLine
import org.plumbline.ui.parts.Thumb
import org.plumbline.ui.parts.Tone
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.parts.custody
import org.plumbline.ui.parts.verdict
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Plumb
import java.time.ZoneId

/** One photograph: picture, when, where, hash, custody, and a check of the bytes that are here. */
@Composable
fun PhotographScreen(shown: Shown<PhotographState>, deeds: PhotographDeeds, onBack: () -> Unit) {
    val words = Plumb.words
    val state = shown.state
    val photo = state.photo
    Frame(
        photo?.caption ?: words("photographs.untitled"),
        onBack = onBack,
        foot = {
            val act = words(if (state.checking) "photograph.checking" else "photograph.check")
            SecondaryButton(act, deeds::check, Modifier.fillMaxWidth(), enabled = !state.checking && photo != null)
        },
    ) {
        Column(Modifier.weight(1f).verticalScroll(rememberScrollState())) {
            Trouble(shown.fault, Modifier.padding(Sizes.gutter, 8.dp))
            if (photo != null) {
                Thumb(photo.id, Modifier.fillMaxWidth().aspectRatio(4f / 3f), photo.thumbnail)
                Column(Modifier.padding(Sizes.gutter, 16.dp), Arrangement.spacedBy(14.dp)) {
                    StatusLine(custody(photo.state, photo.here), style = Plumb.type.bodyStrong)
                    Checked(state)
                    Facts(photo, state)
                }
                Rule()
                Heading(words("photograph.custody"), Modifier.padding(Sizes.gutter, 12.dp))
                state.steps.forEach { Step(it, state) }
            }
        }
    }
}

@Composable
private fun Facts(photo: PhotoView, state: PhotographState) {
    val words = Plumb.words
    val zone = state.project?.zone ?: ZoneId.systemDefault()
    Fact(words("photograph.when"), words.evidence(photo.at.stated, zone))
    state.project?.let { Fact(words("photograph.project"), it.name) }
    photo.by?.let { state.names[it] }?.let { Fact(words("photograph.by"), it) }
    Fact(words("photograph.where"), verdict(state.verdict).text)
    Fact(words("photograph.source"), words(if (photo.source == Source.CAMERA) "photograph.camera" else "photograph.import"))
    Fact(words("photograph.size"), words.bytes(photo.bytes))
    Column(Modifier.semantics(mergeDescendants = true) {}) {
        Line(words("photograph.hash"), style = Plumb.type.meta, color = Plumb.tokens.text2)
        Line(photo.sha256.chunked(8).joinToString(" "), style = Plumb.type.hash)
    }
}

@Composable
private fun Fact(name: String, value: String) {
    Column(Modifier.semantics(mergeDescendants = true) {}) {
        Line(name, style = Plumb.type.meta, color = Plumb.tokens.text2)
        Line(value, style = Plumb.type.small)
    }
}

@Composable
private fun Checked(state: PhotographState) {
    val words = Plumb.words
    when (state.check?.bytes) {
        null -> {}
        CheckedBytes.SAME -> Notice(words("photograph.same"), text = words("photograph.same.way"), tone = Tone.Ok)
        CheckedBytes.DIFFER -> Notice(words("photograph.differ"), text = words("photograph.differ.way"), tone = Tone.Wrong)
        CheckedBytes.NOT_HERE -> Notice(words("photograph.not_here"), text = words("photograph.not_here.way"))
    }
}

@Composable
private fun Step(step: CustodyView, state: PhotographState) {
    val words = Plumb.words
    val zone = state.project?.zone ?: ZoneId.systemDefault()
    val shape = when (step.state) {
        CustodyStep.TAKEN, CustodyStep.LOGGED -> Glyphs.OnThisPhone
        CustodyStep.RECEIVED -> Glyphs.Received
        CustodyStep.VERIFIED -> Glyphs.Verified
    }
    val who = listOfNotNull(step.by?.let { state.names[it] }, step.label.ifEmpty { null }).joinToString(", ")
    Row(
        Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}.padding(Sizes.gutter, 8.dp),
        Arrangement.spacedBy(12.dp),
    ) {
        Shape(shape, color = if (step.state == CustodyStep.VERIFIED) Plumb.tokens.ok else Plumb.tokens.text2)
        Column {
            Line(words("custody.step.${step.state.name.lowercase()}"), style = Plumb.type.smallStrong)
            val at = step.at?.let { words.evidence(it, zone) }
            val under = listOfNotNull(at, who.ifEmpty { null }).joinToString("\n")
            if (under.isNotEmpty()) Line(under, style = Plumb.type.meta, color = Plumb.tokens.text2)
        }
    }
}
