package org.plumbline.ui.parts

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.plumbline.model.Copy
import org.plumbline.model.bytes
import org.plumbline.ui.theme.Plumb

/** A copy that was written: what is in it and what not, where it is, and where the phone can, the way to give it to another app. */
@Composable
fun Copied(copy: Copy?, onShare: () -> Unit, modifier: Modifier = Modifier) {
    if (copy == null) return
    val words = Plumb.words
    val wrote = words(
        "hours.copy.done",
        "records" to words.number(copy.view.records.toLong()),
        "photos" to words.number(copy.view.photos.toLong()),
        "size" to words.bytes(copy.view.bytes),
    )
    val missing = copy.view.missing.toLong()
    val more = listOfNotNull(
        words("hours.copy.place", "folder" to copy.folder),
        if (missing > 0) words.count("hours.copy.missing", missing) else null,
        words("hours.copy.clear"),
    )
    val share: @Composable () -> Unit = { SecondaryButton(words("share"), onShare, Modifier.fillMaxWidth()) }
    Notice(wrote, modifier, more.joinToString("\n"), Tone.Ok, actions = if (copy.offered) share else null)
}
