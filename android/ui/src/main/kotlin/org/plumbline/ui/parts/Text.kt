package org.plumbline.ui.parts

import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import org.plumbline.ui.theme.Plumb

/** Text in the type and colour of the house. */
@Composable
fun Line(
    text: String,
    modifier: Modifier = Modifier,
    style: TextStyle = Plumb.type.body,
    color: Color = Plumb.tokens.text,
    align: TextAlign? = null,
    lines: Int = Int.MAX_VALUE,
) = androidx.compose.material3.Text(
    text = text,
    modifier = modifier,
    style = style,
    color = color,
    textAlign = align,
    maxLines = lines,
    overflow = TextOverflow.Ellipsis,
)

/** A heading, spoken as one. */
@Composable
fun Heading(text: String, modifier: Modifier = Modifier, style: TextStyle = Plumb.type.heading) =
    Line(text, modifier.semantics { heading() }, style)

/** A shape. Without [spoken] words beside it say what it means. */
@Composable
fun Shape(of: ImageVector, modifier: Modifier = Modifier, size: Dp = 22.dp, color: Color = Plumb.tokens.text, spoken: String? = null) =
    Icon(of, spoken, modifier.size(size), color)
