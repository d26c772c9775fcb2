import java.io.File

plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.compose)
}

android {
    namespace = "org.plumbline.app"
    compileSdk = 36
    defaultConfig {
        applicationId = "org.plumbline.app"
        minSdk = 26
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    // The core for each processor, as `cargo xtask bindings` leaves it where Android's NDK is.
    sourceSets.named("main") { jniLibs.srcDir((rootProject.extra["plumbline.bindings"] as File).resolve("android/jniLibs")) }
}

dependencies {
    implementation(project(":ui"))
    implementation(project(":platform"))
    implementation(libs.coroutines.android)
    implementation(libs.compose.runtime)
    implementation(libs.compose.ui)
    implementation(libs.activity.compose)
    implementation(libs.lifecycle.runtime)
    implementation(libs.core)
    implementation(libs.work)
    implementation("net.java.dev.jna:jna:${libs.versions.jna.get()}@aar")
}
