package org.plumbline.platform

import android.app.Application
import android.content.Intent
import android.net.Uri
import kotlinx.coroutines.runBlocking
import org.junit.Test
import org.junit.runner.RunWith
import org.plumbline.protocol.Fault
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import java.io.File
import java.util.zip.ZipFile
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class SharingTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private val cache get() = File(app.cacheDir, "copies")
    private val sharing = Sharing(app) { Uri.parse("content://copies/${it.name}") }

    private fun copy(name: String) = File(app.filesDir, name).apply {
        File(this, "records").mkdirs()
        File(this, "records/punch.jsonl").writeText("{}")
        File(this, "checkpoint").writeText("seal")
    }

    @Suppress("DEPRECATION")
    private fun asked(): Intent? = shadowOf(app).nextStartedActivity?.also { assertEquals(Intent.ACTION_CHOOSER, it.action) }
        ?.getParcelableExtra(Intent.EXTRA_INTENT)

    @Test
    @Suppress("DEPRECATION")
    fun a_copy_goes_as_one_file_that_only_the_chosen_app_may_read() = runBlocking {
        sharing.share(copy("plumbline-2026-12-10"))
        val send = assertNotNull(asked())
        val uri = Uri.parse("content://copies/plumbline-2026-12-10.zip")
        assertEquals(listOf(Intent.ACTION_SEND, "application/zip"), listOf(send.action, send.type))
        assertEquals(uri, send.getParcelableExtra(Intent.EXTRA_STREAM))
        assertEquals(uri, assertNotNull(send.clipData).getItemAt(0).uri)
        assertEquals(Intent.FLAG_GRANT_READ_URI_PERMISSION, send.flags and GRANTS)
        ZipFile(cache.listFiles()!!.single()).use { zip ->
            val names = zip.entries().asSequence().map { it.name }.toSet()
            assertEquals(setOf("plumbline-2026-12-10/records/punch.jsonl", "plumbline-2026-12-10/checkpoint"), names)
        }
    }

    @Test
    fun what_was_given_away_does_not_stay() = runBlocking {
        sharing.share(copy("one"))
        sharing.share(copy("two"))
        assertEquals(listOf("two.zip"), cache.list()!!.toList())
        sharing.sweep()
        assertTrue(!cache.exists() && File(app.filesDir, "two/checkpoint").exists(), "the copy itself is the person's to keep")
    }

    @Test
    fun a_copy_that_cannot_be_packed_is_a_fault_and_asks_nobody() = runBlocking<Unit> {
        // Its folder has a name, and the file of that name with an ending is one too long.
        assertFailsWith<Fault.StorageFull> { sharing.share(copy("x".repeat(LONGEST_NAME))) }
        assertNull(asked())
        assertTrue(!cache.exists())
    }

    private companion object {
        const val LONGEST_NAME = 255
        const val GRANTS = Intent.FLAG_GRANT_READ_URI_PERMISSION or Intent.FLAG_GRANT_WRITE_URI_PERMISSION or
            Intent.FLAG_GRANT_PERSISTABLE_URI_PERMISSION
    }
}
