package org.plumbline.platform

import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.os.UserManager
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import org.plumbline.mobile.Keystore
import org.plumbline.mobile.ShellFault
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import java.security.UnrecoverableKeyException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * Keeps the core's secrets: each sealed by a key that never leaves the phone's secure hardware (StrongBox where there is
 * one), in a file of its own that no backup takes. They open once the phone was unlocked after its start, so that background
 * work can run; the person's presence gates the screen, not these.
 *
 * A secret whose key is gone is `Missing` or `Invalidated`, never "nothing yet": a new key is made only where nothing is kept.
 */
class Vault(private val context: Context, private val folder: File = File(context.noBackupFilesDir, "secrets")) : Keystore {
    override fun load(name: String): ByteArray? = safely {
        val file = file(name)
        if (file.exists()) open(file.readBytes(), name) else null
    }

    override fun store(name: String, secret: ByteArray) = safely {
        if (!folder.isDirectory && !folder.mkdirs()) throw IOException("no folder")
        val file = file(name)
        val beside = File(file.path + NEW)
        FileOutputStream(beside).use {
            it.write(seal(secret, name))
            it.fd.sync()
        }
        if (!beside.renameTo(file)) throw IOException("not kept")
    }

    override fun remove(name: String) = safely {
        file(name).delete()
        Unit
    }

    override fun probe() {
        store(PROBE, byteArrayOf(1))
        if (load(PROBE)?.singleOrNull() != 1.toByte()) throw ShellFault.Failed()
        remove(PROBE)
    }

    private fun seal(secret: ByteArray, name: String): ByteArray = Cipher.getInstance(AES).run {
        init(Cipher.ENCRYPT_MODE, key() ?: make())
        updateAAD(name.encodeToByteArray())
        byteArrayOf(iv.size.toByte()) + iv + doFinal(secret)
    }

    private fun open(sealed: ByteArray, name: String): ByteArray {
        val key = key() ?: throw ShellFault.Missing()
        val length = sealed.firstOrNull()?.toInt() ?: throw ShellFault.Invalidated()
        if (sealed.size <= length + 1) throw ShellFault.Invalidated()
        return Cipher.getInstance(AES).run {
            init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, sealed, 1, length))
            updateAAD(name.encodeToByteArray())
            doFinal(sealed, 1 + length, sealed.size - 1 - length)
        }
    }

    private fun key(): SecretKey? = KeyStore.getInstance(PROVIDER).apply { load(null) }.getKey(ALIAS, null) as? SecretKey

    /** Makes the key, only where it protects nothing yet. */
    private fun make(): SecretKey {
        val kept = folder.list().orEmpty().any { !it.endsWith(NEW) }
        if (kept) throw ShellFault.Missing()
        val strong = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P &&
            context.packageManager.hasSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE)
        return if (strong) strongbox() else generate(spec(strong = false))
    }

    /** A phone may say that it has StrongBox and then have no room in it. */
    private fun strongbox(): SecretKey = try {
        generate(spec(strong = true))
    } catch (_: ProviderException) {
        // StrongBoxUnavailableException, which phones before Android 9 do not know.
        generate(spec(strong = false))
    }

    private fun generate(spec: KeyGenParameterSpec): SecretKey =
        KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER).run {
            init(spec)
            generateKey()
        }

    internal fun spec(strong: Boolean): KeyGenParameterSpec =
        KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(KEY_BITS)
            .apply { if (strong && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) setIsStrongBoxBacked(true) }
            .build()

    private fun file(name: String) = File(folder, name.replace('/', '.'))

    /** Says what stood in the way as one of the few things that a person can do something about. */
    private fun <T> safely(deed: () -> T): T {
        if (!context.service<UserManager>().isUserUnlocked) throw ShellFault.Locked()
        return try {
            deed()
        } catch (_: KeyPermanentlyInvalidatedException) {
            throw ShellFault.Invalidated()
        } catch (_: UnrecoverableKeyException) {
            throw ShellFault.Invalidated()
        } catch (_: AEADBadTagException) {
            throw ShellFault.Invalidated()
        } catch (_: GeneralSecurityException) {
            throw ShellFault.Failed()
        } catch (_: ProviderException) {
            throw ShellFault.Failed()
        } catch (_: IOException) {
            throw if (folder.usableSpace < ROOM) ShellFault.StorageFull() else ShellFault.Failed()
        }
    }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val ALIAS = "plumbline"
        const val AES = "AES/GCM/NoPadding"
        const val KEY_BITS = 256
        const val TAG_BITS = 128
        const val NEW = ".new"
        const val PROBE = "probe"
        const val ROOM = 64 * 1024L
    }
}
