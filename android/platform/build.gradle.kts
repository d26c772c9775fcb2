// What only Android has: keystore, place, camera, presence, light. Maven runs its tests under Robolectric.
plugins { alias(libs.plugins.android.library) }

android {
    namespace = "org.plumbline.platform"
    compileSdk = 36
    defaultConfig { minSdk = 26 }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    sourceSets.named("test") { kotlin.directories.clear() }
}

dependencies {
    api(project(":model"))
}
