plugins {
    alias(libs.plugins.android.application) apply false
    alias(libs.plugins.android.library) apply false
    alias(libs.plugins.kotlin.jvm) apply false
    alias(libs.plugins.kotlin.compose) apply false
}

// Nothing is built inside the source tree.
val target = rootDir.resolve("../target/gradle")
layout.buildDirectory = target.resolve("root")
subprojects { layout.buildDirectory = target.resolve(name) }

// Where `cargo xtask bindings` writes; it says so itself. plumbline.target in local gradle.properties or -P names another place.
extra["plumbline.bindings"] = (findProperty("plumbline.target") ?: "../target").let { rootDir.resolve("$it/bindings") }
