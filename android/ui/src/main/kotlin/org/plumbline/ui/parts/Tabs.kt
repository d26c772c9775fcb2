package org.plumbline.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.WindowInsetsSides
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.only
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.dp
import org.plumbline.model.Tab
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** The four places, at the foot. The accent says which one is shown. */
@Composable
fun Tabs(shown: Tab, onTab: (Tab) -> Unit) {
    val insets = WindowInsets.safeDrawing.only(WindowInsetsSides.Bottom + WindowInsetsSides.Horizontal)
    Column(Modifier.background(Plumb.tokens.surface).windowInsetsPadding(insets)) {
        Rule(strong = true)
        Row(Modifier.fillMaxWidth().selectableGroup()) {
            for (tab in Tab.entries) One(tab, tab == shown, Modifier.weight(1f)) { onTab(tab) }
        }
    }
}

@Composable
private fun One(tab: Tab, selected: Boolean, modifier: Modifier, onClick: () -> Unit) {
    val ink = if (selected) Plumb.tokens.accent else Plumb.tokens.text2
    Column(
        modifier.selectable(selected, role = Role.Tab, onClick = onClick).heightIn(min = Sizes.button).padding(bottom = 8.dp),
        Arrangement.spacedBy(3.dp),
        Alignment.CenterHorizontally,
    ) {
        Box(Modifier.width(64.dp).height(3.dp).background(if (selected) ink else Color.Transparent))
        Shape(icon(tab), Modifier.padding(top = 6.dp), 26.dp, ink)
        CompositionLocalProvider(LocalDensity provides limited()) {
            Line(Plumb.words("tab.${tab.name.lowercase()}"), style = Plumb.type.tab, color = ink, align = TextAlign.Center, lines = 1)
        }
    }
}

/** Four words beside each other take no more than this; the icon and the spoken label say the same. */
@Composable
private fun limited(): Density = LocalDensity.current.let { Density(it.density, it.fontScale.coerceAtMost(LARGEST)) }

private const val LARGEST = 1.2f

private fun icon(tab: Tab) = when (tab) {
    Tab.Now -> Icons.Clock
    Tab.Photographs -> Icons.Picture
    Tab.Records -> Icons.Records
    Tab.Hours -> Icons.Week
}
