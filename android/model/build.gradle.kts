// What the screens show and do, in plain Kotlin.
plugins { alias(libs.plugins.kotlin.jvm) }

kotlin { jvmToolchain(17) }

// The catalogues of both phones, as resources under strings/.
tasks.processResources { from(rootDir.resolve("../mobile-bindings/strings")) { into("strings") } }

dependencies {
    api(project(":bindings"))
    implementation(libs.serialization.json)
}
