package org.plumbline.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** A page: what it is above, its content, and what can be done in reach of the thumb. */
@Composable
fun Frame(
    title: String?,
    modifier: Modifier = Modifier,
    onBack: (() -> Unit)? = null,
    action: (@Composable () -> Unit)? = null,
    foot: (@Composable ColumnScope.() -> Unit)? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    Column(modifier.fillMaxSize().background(Plumb.tokens.surface).safeDrawingPadding()) {
        if (title != null) TopBar(title, onBack, action)
        Column(Modifier.weight(1f).fillMaxWidth(), content = content)
        if (foot != null) {
            Rule(strong = true)
            Column(Modifier.fillMaxWidth().padding(Sizes.gutter, 12.dp), Arrangement.spacedBy(Sizes.gap), content = foot)
        }
    }
}

@Composable
private fun TopBar(title: String, onBack: (() -> Unit)?, action: (@Composable () -> Unit)?) {
    Row(
        Modifier.fillMaxWidth().heightIn(min = Sizes.button).padding(start = if (onBack == null) Sizes.gutter else 4.dp, end = 4.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        if (onBack != null) IconTap(Icons.Back, Plumb.words("back"), onBack)
        Line(title, Modifier.weight(1f).semantics { heading() }, Plumb.type.title)
        action?.invoke()
    }
}

/** An icon that is tapped: 56 dp, and a spoken label. */
@Composable
fun IconTap(icon: ImageVector, spoken: String, onClick: () -> Unit, modifier: Modifier = Modifier) {
    Box(modifier.size(Sizes.least).clickable(role = Role.Button, onClick = onClick), Alignment.Center) {
        Shape(icon, size = 26.dp, spoken = spoken)
    }
}
