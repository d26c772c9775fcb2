package org.plumbline.platform

import android.app.Application
import android.content.pm.PackageManager
import android.os.UserManager
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.plumbline.mobile.ShellFault
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import java.io.File
import javax.crypto.spec.SecretKeySpec
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class VaultTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private val folder get() = File(app.noBackupFilesDir, "secrets")
    private val vault get() = Vault(app)
    private val secret = "a secret".encodeToByteArray()

    @Before
    fun chip() {
        FakeAndroidKeyStore.install()
        folder.deleteRecursively()
    }

    @Test
    fun a_secret_is_sealed_and_outlives_the_process() {
        vault.probe()
        assertNull(vault.load("org/device-key"))
        vault.store("org/device-key", secret)
        assertContentEquals(secret, vault.load("org/device-key"))
        assertFalse(folder.listFiles().orEmpty().any { String(it.readBytes(), Charsets.ISO_8859_1).contains("a secret") })
        vault.remove("org/device-key")
        vault.remove("org/device-key")
        assertNull(vault.load("org/device-key"))
    }

    @Test
    fun secrets_lie_where_no_backup_takes_them() {
        vault.store("org/device-key", secret)
        assertTrue(folder.startsWith(app.noBackupFilesDir) && folder.list().orEmpty().isNotEmpty())
    }

    @Test
    fun the_key_stays_in_the_secure_chip_where_there_is_one_and_needs_no_presence() {
        shadowOf(app.packageManager).setSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE, true)
        vault.store("org/device-key", secret)
        val spec = FakeAndroidKeyStore.specs.values.single()
        assertTrue(spec.isStrongBoxBacked)
        assertFalse(spec.isUserAuthenticationRequired, "background work opens the store while nobody looks")
    }

    @Test
    fun a_chip_without_room_is_made_up_for() {
        shadowOf(app.packageManager).setSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE, true)
        FakeAndroidKeyStore.full = true
        vault.store("org/device-key", secret)
        assertContentEquals(secret, vault.load("org/device-key"))
    }

    @Test
    fun before_the_first_unlock_secrets_are_locked_not_gone() {
        vault.store("org/device-key", secret)
        shadowOf(app.service<UserManager>()).setUserUnlocked(false)
        assertFailsWith<ShellFault.Locked> { vault.load("org/device-key") }
    }

    @Test
    fun a_key_that_is_gone_is_missing_and_no_other_is_made_over_what_is_kept() {
        vault.store("org/device-key", secret)
        FakeAndroidKeyStore.kept.clear()
        assertFailsWith<ShellFault.Missing> { vault.load("org/device-key") }
        assertFailsWith<ShellFault.Missing> { vault.store("org/another", secret) }
        assertEquals(0, FakeAndroidKeyStore.kept.size)
    }

    @Test
    fun another_key_or_damaged_bytes_are_invalidated() {
        vault.store("org/device-key", secret)
        val file = folder.listFiles().orEmpty().single()
        val sealed = file.readBytes()
        file.writeBytes(sealed.copyOf().also { it[it.size - 1] = (it.last() + 1).toByte() })
        assertFailsWith<ShellFault.Invalidated> { vault.load("org/device-key") }
        file.writeBytes(sealed.copyOf(3))
        assertFailsWith<ShellFault.Invalidated> { vault.load("org/device-key") }
        file.writeBytes(sealed)
        FakeAndroidKeyStore.kept["plumbline"] = SecretKeySpec(ByteArray(32) { 7 }, "AES")
        assertFailsWith<ShellFault.Invalidated> { vault.load("org/device-key") }
    }

    @Test
    fun a_secret_under_another_name_does_not_open() {
        vault.store("org/device-key", secret)
        folder.listFiles().orEmpty().single().renameTo(File(folder, "org.tokens"))
        assertFailsWith<ShellFault.Invalidated> { vault.load("org/tokens") }
    }
}
