package org.plumbline.ui.parts

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import org.plumbline.ui.theme.Plumb

/** Heights of what is tapped with gloves. */
object Sizes {
    val primary = 80.dp
    val button = 64.dp
    val least = 56.dp
    val shutter = 104.dp
    val gap = 12.dp
    val gutter = 20.dp
    val radius = 14.dp
}

/** The one filled button of a view. */
@Composable
fun PrimaryButton(text: String, onClick: () -> Unit, modifier: Modifier = Modifier, icon: ImageVector? = null, enabled: Boolean = true) {
    val tokens = Plumb.tokens
    val ground = if (enabled) tokens.accent else tokens.hover
    Tappable(text, onClick, modifier, icon, Sizes.primary, enabled, ground, if (enabled) tokens.onAccent else tokens.text3, null, large = true)
}

/** Any other button. */
@Composable
fun SecondaryButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    icon: ImageVector? = null,
    enabled: Boolean = true,
    height: Dp = Sizes.button,
    selected: Boolean = false,
) {
    val tokens = Plumb.tokens
    val edge = if (selected) tokens.accent else tokens.edge
    val ground = if (selected) tokens.selection else tokens.surface
    val ink = if (enabled) tokens.text else tokens.text3
    Tappable(text, onClick, modifier, icon, height, enabled, ground, ink, BorderStroke(tokens.stroke, edge), large = false)
}

@Composable
private fun Tappable(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier,
    icon: ImageVector?,
    height: Dp,
    enabled: Boolean,
    ground: Color,
    ink: Color,
    edge: BorderStroke?,
    large: Boolean,
) {
    Surface(
        onClick = onClick,
        modifier = modifier.heightIn(min = height).semantics { role = Role.Button },
        enabled = enabled,
        shape = RoundedCornerShape(Sizes.radius),
        color = ground,
        contentColor = ink,
        border = edge,
    ) {
        Row(
            Modifier.padding(PaddingValues(horizontal = 14.dp, vertical = 8.dp)),
            horizontalArrangement = Arrangement.Center,
            verticalAlignment = Alignment.CenterVertically,
        ) {
            if (icon != null) Shape(icon, Modifier.padding(end = 10.dp), if (large) 30.dp else 24.dp, ink)
            Line(text, style = if (large) Plumb.type.heading else Plumb.type.button, color = ink, align = TextAlign.Center)
        }
    }
}

/** A deed said in words alone. */
@Composable
fun TextButton(text: String, onClick: () -> Unit, modifier: Modifier = Modifier, color: Color = Plumb.tokens.accent, enabled: Boolean = true) {
    Surface(
        onClick = onClick,
        modifier = modifier.heightIn(min = Sizes.least).semantics { role = Role.Button },
        enabled = enabled,
        shape = RoundedCornerShape(Sizes.radius),
        color = Color.Transparent,
    ) {
        Row(Modifier.padding(horizontal = 12.dp), verticalAlignment = Alignment.CenterVertically) {
            Line(text, style = Plumb.type.button, color = color)
        }
    }
}
