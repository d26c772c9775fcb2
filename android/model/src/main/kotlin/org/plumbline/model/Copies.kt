package org.plumbline.model

import org.plumbline.core.ExportAllRequest
import org.plumbline.core.ExportAllView
import java.io.File
import java.time.LocalDate

/** A copy that was taken along, and whether the phone offers it to its other apps. */
data class Copy(val folder: String, val view: ExportAllView, val offered: Boolean = false)

/**
 * Writes all that this person may see into a folder of its own, in clear, and offers it to the phone's other apps. What was
 * written stays where it is, whatever becomes of the offer; [tell] hears at last what there is.
 */
internal suspend fun Core.takeAlong(tell: (Copy?) -> Unit) {
    var copy: Copy? = null
    try {
        val folder = fresh(device.exports)
        val written = Copy(folder.path, client.exportAll(ExportAllRequest(path = folder.path)))
        copy = written
        copy = written.copy(offered = device.share(folder))
    } finally {
        tell(copy)
    }
}

private fun fresh(parent: File): File {
    parent.mkdirs()
    val name = "plumbline-${LocalDate.now()}"
    return generateSequence(1) { it + 1 }.map { File(parent, if (it == 1) name else "$name-$it") }.first { !it.exists() }
}
