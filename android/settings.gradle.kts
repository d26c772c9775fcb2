// What Android Studio opens. The sources are those that Maven builds without the Android SDK: see README.md.
pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "plumbline"
include(":bindings", ":model", ":ui", ":platform", ":app")
