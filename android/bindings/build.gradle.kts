// The core's face in Kotlin: nothing but what `cargo xtask bindings` generates.
import java.io.File

plugins { alias(libs.plugins.kotlin.jvm) }

kotlin {
    jvmToolchain(17)
    sourceSets.main { kotlin.setSrcDirs(listOf((rootProject.extra["plumbline.bindings"] as File).resolve("kotlin"))) }
}

dependencies {
    api(libs.coroutines.core)
    // On a phone its AAR comes with the app.
    compileOnly(libs.jna)
}
