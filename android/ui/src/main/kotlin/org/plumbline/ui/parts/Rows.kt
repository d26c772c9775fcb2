package org.plumbline.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectable
import androidx.compose.material3.RadioButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** The line by which panes part. */
@Composable
fun Rule(modifier: Modifier = Modifier, strong: Boolean = false) {
    val tokens = Plumb.tokens
    val thick = if (strong && tokens.sunlight) 2.dp else 1.dp
    Box(modifier.fillMaxWidth().height(thick).background(if (strong && tokens.sunlight) tokens.edge else tokens.line))
}

/** A row of a list: something before, two lines, something after. At least 56 dp, and one thing to a screen reader. */
@Composable
fun ListRow(
    title: String,
    modifier: Modifier = Modifier,
    under: String? = null,
    after: String? = null,
    onClick: (() -> Unit)? = null,
    strong: Boolean = true,
    before: (@Composable () -> Unit)? = null,
    trailing: (@Composable () -> Unit)? = null,
) {
    val tap = if (onClick == null) Modifier.semantics(mergeDescendants = true) {} else Modifier.clickable(role = Role.Button, onClick = onClick)
    Row(
        modifier.fillMaxWidth().then(tap).heightIn(min = Sizes.least).padding(horizontal = Sizes.gutter, vertical = 8.dp),
        horizontalArrangement = Arrangement.spacedBy(12.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        before?.invoke()
        Column(Modifier.weight(1f)) {
            Line(title, style = if (strong) Plumb.type.smallStrong else Plumb.type.small)
            if (under != null) Line(under, style = Plumb.type.small, color = Plumb.tokens.text2)
        }
        if (after != null) Line(after, style = Plumb.type.figure, color = Plumb.tokens.text2)
        trailing?.invoke()
        if (onClick != null && trailing == null) Shape(Icons.Next, color = Plumb.tokens.text2)
    }
}

/** One of several that exclude each other. */
@Composable
fun ChoiceRow(text: String, selected: Boolean, onClick: () -> Unit, under: String? = null) {
    Row(
        Modifier.fillMaxWidth().selectable(selected, role = Role.RadioButton, onClick = onClick).heightIn(min = Sizes.least)
            .padding(horizontal = Sizes.gutter, vertical = 4.dp),
        horizontalArrangement = Arrangement.spacedBy(12.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        RadioButton(selected, onClick = null)
        Column(Modifier.weight(1f)) {
            Line(text, style = Plumb.type.body)
            if (under != null) Line(under, style = Plumb.type.meta, color = Plumb.tokens.text2)
        }
    }
}
