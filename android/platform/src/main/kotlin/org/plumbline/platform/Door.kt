package org.plumbline.platform

import android.annotation.SuppressLint
import android.app.KeyguardManager
import android.content.Context
import android.hardware.biometrics.BiometricManager
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.os.CancellationSignal
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import kotlinx.coroutines.suspendCancellableCoroutine
import org.plumbline.model.Presence
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import kotlin.coroutines.resume

/** What the person at the door is asked, in their language. */
data class Question(val title: String, val changed: String)

/**
 * Asks whoever holds the phone for a face, a finger or the passcode. It gates the screen and no key of the core. A key of its
 * own, which the phone drops when faces or fingers change, tells that they did: then only the passcode counts.
 */
class Door(private val context: Context) {
    /** Whether the phone has a lock at all. */
    val locks: Boolean get() = context.service<KeyguardManager>().isDeviceSecure

    /** Asks. On phones before Android 10 the passcode's own screen is asked by the activity: see [needsPasscodeScreen]. */
    @SuppressLint("NewApi")
    suspend fun ask(question: Question): Presence = when {
        !locks -> Presence.NoLock
        changed() -> prompt(question.changed, BiometricManager.Authenticators.DEVICE_CREDENTIAL).also { if (it == Presence.Shown) renew() }
        else -> prompt(question.title, BiometricManager.Authenticators.BIOMETRIC_WEAK or BiometricManager.Authenticators.DEVICE_CREDENTIAL)
    }

    /** Faces or fingers are others than when the app was last unlocked. */
    fun changed(): Boolean = try {
        val key = key()
        if (key == null) {
            renew()
        } else {
            Cipher.getInstance(AES).init(Cipher.ENCRYPT_MODE, key)
        }
        false
    } catch (_: KeyPermanentlyInvalidatedException) {
        true
    } catch (_: GeneralSecurityException) {
        // No biometrics are enrolled, or the key wants to be unlocked first: nothing is known to have changed.
        false
    }

    private fun renew() {
        try {
            KeyStore.getInstance(PROVIDER).apply { load(null) }.deleteEntry(ALIAS)
            KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER).run {
                init(spec())
                generateKey()
            }
        } catch (_: GeneralSecurityException) {
            // Without enrolled biometrics there is nothing that could change.
        } catch (_: ProviderException) {
            // Nor where the phone cannot keep such a key.
        }
    }

    internal fun spec(): KeyGenParameterSpec = KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_ENCRYPT)
        .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
        .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
        .setUserAuthenticationRequired(true)
        .setInvalidatedByBiometricEnrollment(true)
        .build()

    private fun key(): SecretKey? = KeyStore.getInstance(PROVIDER).apply { load(null) }.getKey(ALIAS, null) as? SecretKey

    @SuppressLint("NewApi")
    private suspend fun prompt(title: String, allowed: Int): Presence = suspendCancellableCoroutine { waits ->
        val stop = CancellationSignal()
        waits.invokeOnCancellation { stop.cancel() }

        fun answer(presence: Presence) {
            if (waits.isActive) waits.resume(presence)
        }
        BiometricPrompt.Builder(context).setTitle(title).passcodeToo(allowed).build().authenticate(
            stop,
            context.mainExecutor,
            object : BiometricPrompt.AuthenticationCallback() {
                override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult?) = answer(Presence.Shown)

                override fun onAuthenticationError(errorCode: Int, errString: CharSequence?) = answer(Presence.Refused)
            },
        )
    }

    @Suppress("DEPRECATION")
    private fun BiometricPrompt.Builder.passcodeToo(allowed: Int) =
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) setAllowedAuthenticators(allowed) else setDeviceCredentialAllowed(true)

    companion object {
        private const val PROVIDER = "AndroidKeyStore"
        private const val ALIAS = "plumbline-door"
        private const val AES = "AES/GCM/NoPadding"

        /** Before Android 10 the system's prompt knows no passcode: the activity asks by the passcode's own screen. */
        val needsPasscodeScreen: Boolean get() = Build.VERSION.SDK_INT < Build.VERSION_CODES.Q
    }
}
