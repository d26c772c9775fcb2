package org.plumbline.platform

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.StrongBoxUnavailableException
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.ProviderException
import java.security.SecureRandom
import java.security.Security
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import javax.crypto.KeyGenerator
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey

/** Robolectric has no AndroidKeyStore: this one keeps AES keys in memory, and takes the framework's own specs. */
object FakeAndroidKeyStore : Provider("AndroidKeyStore", "1.0", "a double for tests") {
    val kept = HashMap<String, Key>()
    val specs = HashMap<String, KeyGenParameterSpec>()

    /** Whether the secure chip has no room. */
    var full = false

    init {
        put("KeyStore.AndroidKeyStore", Store::class.java.name)
        put("KeyGenerator.AES", Generator::class.java.name)
    }

    fun install() {
        Security.removeProvider(name)
        kept.clear()
        specs.clear()
        full = false
        Security.addProvider(this)
    }

    class Generator : KeyGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun engineInit(random: SecureRandom?) = error("needs a KeyGenParameterSpec")

        override fun engineInit(size: Int, random: SecureRandom?) = error("needs a KeyGenParameterSpec")

        override fun engineInit(params: AlgorithmParameterSpec?, random: SecureRandom?) {
            spec = params as KeyGenParameterSpec
        }

        override fun engineGenerateKey(): SecretKey {
            if (full && spec.isStrongBoxBacked) throw StrongBoxUnavailableException("no room")
            val key = KeyGenerator.getInstance("AES", "SunJCE").apply { init(256) }.generateKey()
            kept[spec.keystoreAlias] = key
            specs[spec.keystoreAlias] = spec
            return key
        }
    }

    class Store : KeyStoreSpi() {
        override fun engineGetKey(alias: String, password: CharArray?): Key? = kept[alias]

        override fun engineContainsAlias(alias: String) = alias in kept

        override fun engineDeleteEntry(alias: String) {
            kept -= alias
        }

        override fun engineAliases() = Collections.enumeration(kept.keys)

        override fun engineSize() = kept.size

        override fun engineIsKeyEntry(alias: String) = alias in kept

        override fun engineIsCertificateEntry(alias: String) = false

        override fun engineGetCertificateChain(alias: String): Array<Certificate>? = null

        override fun engineGetCertificate(alias: String): Certificate? = null

        override fun engineGetCertificateAlias(certificate: Certificate?): String? = null

        override fun engineGetCreationDate(alias: String) = Date(0)

        override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray?, chain: Array<out Certificate>?) {
            kept[alias] = key
        }

        override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<out Certificate>?) = throw ProviderException("no")

        override fun engineSetCertificateEntry(alias: String, certificate: Certificate?) = throw ProviderException("no")

        override fun engineStore(stream: OutputStream?, password: CharArray?) = Unit

        override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit
    }
}
