package org.plumbline.ui.screens

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.dp
import org.plumbline.model.CameraDeeds
import org.plumbline.model.CameraState
import org.plumbline.model.factor
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Thumb
import org.plumbline.ui.parts.custody
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** The lens's factors, over what it sees; nothing where it has but one. */
@Composable
internal fun Zoom(state: CameraState, deeds: CameraDeeds, modifier: Modifier) {
    val factors = state.optics.factors
    if (factors.isEmpty()) return
    Row(modifier.background(Plumb.tokens.surface, CircleShape).padding(5.dp).selectableGroup(), Arrangement.spacedBy(4.dp)) {
        for (factor in factors) Factor(factor, factor == state.setting.zoom) { deeds.zoom(factor) }
    }
}

@Composable
private fun Factor(factor: Float, selected: Boolean, onClick: () -> Unit) {
    val words = Plumb.words
    val times = words.factor(factor)
    val spoken = words("camera.zoom", "times" to times)
    Box(
        Modifier.size(Sizes.least).clip(CircleShape).background(if (selected) Plumb.tokens.text else Plumb.tokens.surface)
            .selectable(selected, role = Role.RadioButton, onClick = onClick).semantics { contentDescription = spoken },
        Alignment.Center,
    ) {
        val ink = if (selected) Plumb.tokens.surface else Plumb.tokens.text
        val shown = if (selected) words("camera.zoom.of", "times" to times) else times
        // The circle does not grow with the text.
        CompositionLocalProvider(LocalDensity provides LocalDensity.current.let { Density(it.density, it.fontScale.coerceAtMost(LARGEST)) }) {
            Line(shown, Modifier.clearAndSetSemantics {}, Plumb.type.smallStrong, ink, lines = 1)
        }
    }
}

/** The last picture, the shutter, and the flash. */
@Composable
internal fun Release(state: CameraState, deeds: CameraDeeds, ways: CameraWays) {
    Row(Modifier.fillMaxWidth().padding(horizontal = Sizes.gutter), Arrangement.SpaceBetween, Alignment.CenterVertically) {
        Box(Modifier.size(beside)) { Last(state, ways) }
        Shutter(state, deeds)
        Box(Modifier.size(beside)) { Flash(state, deeds) }
    }
}

@Composable
private fun Last(state: CameraState, ways: CameraWays) {
    val last = state.last ?: return
    val kept = custody(last.state, last.here)
    val spoken = Plumb.words("camera.last_spoken", "state" to kept.text)
    Box(Modifier.size(beside)) {
        Thumb(
            last.id,
            Modifier.size(68.dp).border(2.dp, Color.White, RoundedCornerShape(8.dp)).clip(RoundedCornerShape(8.dp))
                .clickable(role = Role.Button) { ways.last(last.id) }.semantics { contentDescription = spoken },
            last.thumbnail,
        )
        Shape(kept.shape, Modifier.align(Alignment.BottomEnd).background(Color.Black, CircleShape).padding(2.dp), 20.dp, kept.color)
    }
}

@Composable
private fun Shutter(state: CameraState, deeds: CameraDeeds) {
    val ink = if (state.ready) Color.White else Plumb.tokens.edge
    val spoken = Plumb.words(if (state.busy) "camera.busy" else "camera.shoot")
    Box(
        Modifier.size(Sizes.shutter).border(BorderStroke(5.dp, ink), CircleShape).clip(CircleShape)
            .clickable(state.ready, role = Role.Button, onClick = deeds::shoot).semantics { contentDescription = spoken },
        Alignment.Center,
    ) {
        Box(Modifier.size(Sizes.shutter - 22.dp).background(ink, CircleShape))
    }
}

@Composable
private fun Flash(state: CameraState, deeds: CameraDeeds) {
    if (!state.optics.flash) return
    val on = state.setting.flash
    val spoken = Plumb.words(if (on) "camera.flash.on" else "camera.flash.off")
    val (ground, ink) = if (on) Plumb.tokens.text to Plumb.tokens.surface else Plumb.tokens.surface to Plumb.tokens.text
    Box(
        Modifier.size(beside).clip(CircleShape).background(ground).border(1.dp, Plumb.tokens.edge, CircleShape)
            .toggleable(on, role = Role.Switch, onValueChange = deeds::flash).semantics { contentDescription = spoken },
        Alignment.Center,
    ) {
        Shape(if (on) Icons.Flash else Icons.NoFlash, size = 28.dp, color = ink)
    }
}

/** What stands on either side of the shutter. */
private val beside = 72.dp
private const val LARGEST = 1.2f
