package org.plumbline.ui.parts

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.TransformOrigin
import androidx.compose.ui.graphics.graphicsLayer
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.unit.dp
import org.plumbline.model.degrees
import org.plumbline.ui.theme.Plumb
import kotlin.math.abs

/**
 * The plumb line over the camera's picture: hangs where down is, and says by how many degrees the phone leans. For the eye alone: what
 * it says changes too often to be spoken.
 */
@Composable
fun PlumbLine(lean: Float, modifier: Modifier = Modifier) {
    val tokens = Plumb.tokens
    Column(modifier.clearAndSetSemantics {}.padding(24.dp), horizontalAlignment = Alignment.CenterHorizontally) {
        Line(
            Plumb.words("camera.plumb", "degrees" to Plumb.words.degrees(abs(lean))),
            Modifier.background(tokens.canvas, RoundedCornerShape(6.dp)).padding(8.dp, 4.dp),
            Plumb.type.smallStrong,
        )
        val top = TransformOrigin(0.5f, 0f)
        Canvas(Modifier.fillMaxHeight().width(4.dp).graphicsLayer(rotationZ = lean, transformOrigin = top)) {
            drawLine(tokens.text, Offset(center.x, 0f), Offset(center.x, size.height), 2.dp.toPx())
        }
    }
}
