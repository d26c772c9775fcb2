package org.plumbline.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.interaction.MutableInteractionSource
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.paneTitle
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.plumbline.ui.theme.Plumb

/** A question over the page, in reach of the thumb. It needs no drag: beside its answers a tap above it goes away. */
@Composable
fun Sheet(title: String, onAway: () -> Unit, foot: @Composable ColumnScope.() -> Unit, content: @Composable ColumnScope.() -> Unit) {
    Box(Modifier.fillMaxSize()) {
        val quiet = remember { MutableInteractionSource() }
        Box(
            Modifier.fillMaxSize().background(Color.Black.copy(alpha = 0.5f)).clickable(quiet, null, onClick = onAway).clearAndSetSemantics {},
        )
        Surface(
            Modifier.align(Alignment.BottomCenter).fillMaxWidth().semantics { paneTitle = title },
            shape = RoundedCornerShape(topStart = 20.dp, topEnd = 20.dp),
            color = Plumb.tokens.surface,
        ) {
            Column(Modifier.safeDrawingPadding().padding(vertical = 20.dp), Arrangement.spacedBy(Sizes.gap)) {
                Heading(title, Modifier.padding(horizontal = Sizes.gutter), Plumb.type.title)
                Column(Modifier.weight(1f, fill = false).heightIn(max = 420.dp).verticalScroll(rememberScrollState()), content = content)
                Column(Modifier.padding(horizontal = Sizes.gutter), Arrangement.spacedBy(Sizes.gap), content = foot)
            }
        }
    }
}
