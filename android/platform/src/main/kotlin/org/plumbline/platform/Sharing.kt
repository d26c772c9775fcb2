package org.plumbline.platform

import android.content.ClipData
import android.content.Context
import android.content.Intent
import android.net.Uri
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.plumbline.protocol.Fault
import java.io.File
import java.io.IOException
import java.util.zip.ZipEntry
import java.util.zip.ZipOutputStream

/**
 * Gives a copy to another app that the person chooses: as one file in the app's own cache, which only the chosen app may read.
 * [address] is how another app names a file there.
 */
class Sharing(private val context: Context, private val address: (File) -> Uri) {
    private val folder = File(context.cacheDir, "copies")

    /** Removes what was given away before: it is in clear. */
    fun sweep() {
        folder.deleteRecursively()
    }

    /** Asks the person which app shall have [copy]. */
    suspend fun share(copy: File) {
        val file = withContext(Dispatchers.IO) { packed(copy) }
        context.startActivity(Intent.createChooser(intent(address(file)), null).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
    }

    private fun packed(copy: File): File {
        sweep()
        folder.mkdirs()
        val file = File(folder, "${copy.name}.zip")
        try {
            ZipOutputStream(file.outputStream().buffered()).use { it.fill(copy) }
        } catch (_: IOException) {
            sweep()
            throw Fault.StorageFull()
        }
        return file
    }

    private fun ZipOutputStream.fill(copy: File) {
        for (part in copy.walk().filter(File::isFile)) {
            putNextEntry(ZipEntry("${copy.name}/${part.relativeTo(copy).invariantSeparatorsPath}"))
            part.inputStream().use { it.copyTo(this) }
            closeEntry()
        }
    }

    private fun intent(uri: Uri) = Intent(Intent.ACTION_SEND).setType("application/zip").putExtra(Intent.EXTRA_STREAM, uri)
        .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION).apply { clipData = ClipData.newRawUri(null, uri) }
}
