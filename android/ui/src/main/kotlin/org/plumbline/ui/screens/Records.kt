package org.plumbline.ui.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.plumbline.core.RecordView
import org.plumbline.model.RecordsDeeds
import org.plumbline.model.RecordsState
import org.plumbline.model.Shown
import org.plumbline.model.text
import org.plumbline.ui.parts.Empty
import org.plumbline.ui.parts.Field
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.ListRow
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.Rule
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.parts.iconOf
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** Records of the sites: what there is, and new ones to fill in. */
@Composable
fun RecordsScreen(shown: Shown<RecordsState>, deeds: RecordsDeeds, onRecord: (kind: String, id: String?) -> Unit) {
    val words = Plumb.words
    val state = shown.state
    Frame(words("records.title"), foot = if (state.kinds.isEmpty()) null else ({ New(state, onRecord) })) {
        Field(words("records.search"), state.search, deeds::search, Modifier.padding(horizontal = Sizes.gutter))
        Trouble(shown.fault, Modifier.padding(Sizes.gutter, 8.dp))
        when {
            state.records.isNotEmpty() -> LazyColumn(Modifier.weight(1f)) {
                items(state.records, key = { it.id }) { record ->
                    RecordRow(record, state) { onRecord(record.kind, record.id) }
                    Rule()
                }
            }
            shown.loading -> {}
            state.search.isNotBlank() -> Empty(words("records.no_match"), words("records.no_match.way"))
            else -> Empty(words("records.none"), words("records.none.way"))
        }
    }
}

@Composable
private fun androidx.compose.foundation.layout.ColumnScope.New(state: RecordsState, onRecord: (String, String?) -> Unit) {
    val words = Plumb.words
    state.kinds.forEachIndexed { at, kind ->
        val text = words("records.new", "kind" to words("kind.${kind.name}").lowercase())
        if (at == 0) {
            PrimaryButton(text, { onRecord(kind.name, null) }, Modifier.fillMaxWidth(), Icons.Add)
        } else {
            SecondaryButton(text, { onRecord(kind.name, null) }, Modifier.fillMaxWidth(), Icons.Add)
        }
    }
}

@Composable
private fun RecordRow(record: RecordView, state: RecordsState, onClick: () -> Unit) {
    val words = Plumb.words
    val title = if (record.known) record.text("text") ?: record.text("name") else null
    val kind = words("kind.${record.kind}")
    val project = state.projects.find { it.id == record.project }?.name
    val waits = if (record.pending) words("waiting.one") else null
    ListRow(
        title = title ?: if (record.known) kind else words("records.newer"),
        modifier = Modifier.padding(vertical = 2.dp),
        under = listOfNotNull(kind, project, waits).joinToString(", "),
        onClick = onClick,
        before = {
            val shape = if (record.conflicts.isNotEmpty()) {
                Glyphs.Conflict
            } else if (record.pending) {
                Glyphs.OnThisPhone
            } else {
                iconOf(record.kind)
            }
            Shape(shape, size = 24.dp, spoken = if (record.conflicts.isNotEmpty()) words("conflicts.one") else null)
        },
    )
}
