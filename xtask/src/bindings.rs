//! `cargo xtask bindings`: the client engine as Kotlin and Swift build against it, and packed for phones where the tools are.
//!
//! Invariants: the sources are written from the very library that lies beside them; a file that has not changed keeps its
//! time, so that nobody builds it again; what a machine cannot do is said, with what it wants.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::machine;
use crate::swift;
use crate::workspace::{Workspace, succeed, works};

const PACKAGE: &str = "plumbline-mobile";
/// How it is built to be shipped.
const PROFILE: &str = "phone";
const LIBRARY: &str = "libplumbline_mobile";
const GENERATOR: &str = "mobile-bindings/bindgen/Cargo.toml";
const SETTINGS: &str = "mobile-bindings/languages.toml";

/// Android's names of a processor: the ABI, the compiler's target, the linker's.
const ANDROID: [(&str, &str, &str); 3] = [
    ("arm64-v8a", "aarch64-linux-android", "aarch64-linux-android"),
    ("armeabi-v7a", "armv7-linux-androideabi", "armv7a-linux-androideabi"),
    ("x86_64", "x86_64-linux-android", "x86_64-linux-android"),
];
/// The oldest Android that the apps run on.
const ANDROID_API: u32 = 26;
/// Apple's targets: the phone, and the two processors of its simulator.
const APPLE: [&str; 3] = ["aarch64-apple-ios", "aarch64-apple-ios-sim", "x86_64-apple-ios"];

/// Swift sees the three headers as one C module.
const MODULE_MAP: &str = "module PlumblineFFI {
    header \"PlumblineProtocolFFI.h\"
    header \"PlumblineCoreFFI.h\"
    header \"PlumblineMobileFFI.h\"
    export *
}
";
const MANIFEST: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<manifest xmlns:android=\"http://schemas.android.com/apk/res/android\" package=\"org.plumbline.mobile.native\" />
";

/// What this machine's own apps are built against.
pub struct Bindings {
    /// Holds the library.
    pub library: PathBuf,
    /// Root of the Kotlin sources.
    pub kotlin: PathBuf,
    /// The Swift sources, the headers and the map of their module.
    pub swift: PathBuf,
}

/// Writes the sources, and packs the library for phones where that can be done.
pub fn bindings(workspace: &Workspace) -> Result<(), Failure> {
    let Bindings { library, kotlin, swift } = generate(workspace)?;
    for (what, folder) in [("library", library), ("Kotlin", kotlin), ("Swift", swift.clone())] {
        println!("{what}: {}", folder.display());
    }
    said("Android", android(workspace)?);
    let packed = apple(workspace, &swift)?;
    swift::gather(workspace, &swift, packed.as_deref().ok())?;
    said("iOS", packed);
    Ok(())
}

fn said(what: &str, packed: Result<PathBuf, String>) {
    match packed {
        Ok(path) => println!("{what}: {}", path.display()),
        Err(why) => println!("{what}: skipped: {why}"),
    }
}

/// Builds the library for this machine and writes the Kotlin and Swift sources of it.
///
/// # Errors
/// Says what is missing or went wrong.
pub fn generate(workspace: &Workspace) -> Result<Bindings, String> {
    machine::require(workspace, machine::BUILD)?;
    succeed(&mut workspace.cargo(["build", "--locked", "-p", PACKAGE]))?;
    succeed(&mut workspace.cargo(["build", "--quiet", "--locked", "--manifest-path", GENERATOR]))?;
    let library = workspace.target.join("debug");
    let made = workspace.target.join("bindings");
    let (kotlin, swift) = (made.join("kotlin"), made.join("swift"));
    let fresh = made.join("fresh");
    for (language, folder) in [("kotlin", &kotlin), ("swift", &swift)] {
        empty(&fresh)?;
        let mut generator = workspace.program(library.join(format!("plumbline-bindgen{}", env::consts::EXE_SUFFIX)));
        generator.arg("generate").arg(library.join(library_name()));
        generator.args([
            "--config",
            SETTINGS,
            "--metadata-no-deps",
            "--no-format",
            "--language",
            language,
            "--out-dir",
        ]);
        succeed(generator.arg(&fresh))?;
        if language == "swift" {
            fs::write(fresh.join("module.modulemap"), MODULE_MAP).map_err(|error| failed(&fresh, &error))?;
        }
        replace(&fresh, folder)?;
    }
    fs::remove_dir_all(&fresh).map_err(|error| failed(&fresh, &error))?;
    Ok(Bindings { library, kotlin, swift })
}

/// Builds the library as it is shipped, for this machine: optimised and without symbols. Says where it is.
///
/// # Errors
/// Says what went wrong.
pub fn optimised(workspace: &Workspace) -> Result<PathBuf, String> {
    succeed(&mut workspace.cargo(["build", "--locked", "--profile", PROFILE, "-p", PACKAGE]))?;
    Ok(workspace.target.join(PROFILE).join(library_name()))
}

/// The library's file on this system.
fn library_name() -> String {
    let name = LIBRARY.trim_start_matches("lib");
    format!("{}{name}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX)
}

/// The library of each processor for an Android project, as jniLibs and as one AAR; or why not.
fn android(workspace: &Workspace) -> Result<Result<PathBuf, String>, String> {
    let Some(ndk) = env::var_os("ANDROID_NDK_HOME").map(PathBuf::from) else {
        return Ok(Err("ANDROID_NDK_HOME does not name Android's NDK".to_owned()));
    };
    let Some(tools) = ndk_tools(&ndk) else {
        return Ok(Err(format!("there is no compiler in {}", ndk.join("toolchains/llvm/prebuilt").display())));
    };
    if let Some(why) = missing_targets(workspace, ANDROID.iter().map(|(_, target, _)| *target)) {
        return Ok(Err(why));
    }
    let packed = workspace.target.join("bindings/android");
    let aar = packed.join("aar");
    empty(&aar)?;
    for (abi, target, linker) in ANDROID {
        let compiler = tools.join(format!("{linker}{ANDROID_API}-clang"));
        let (lower, upper) = (target.replace('-', "_"), target.replace('-', "_").to_uppercase());
        let mut build = workspace.cargo(["build", "--locked", "--profile", PROFILE, "-p", PACKAGE, "--target", target]);
        build.env(format!("CARGO_TARGET_{upper}_LINKER"), &compiler).env(format!("CC_{lower}"), &compiler);
        build
            .env(format!("AR_{lower}"), tools.join("llvm-ar"))
            .env(format!("RANLIB_{lower}"), tools.join("llvm-ranlib"));
        // Where the system's pages are 16 KiB, a library whose parts begin on smaller ones does not load.
        build.env(format!("CARGO_TARGET_{upper}_RUSTFLAGS"), "-Clink-arg=-Wl,-z,max-page-size=16384");
        succeed(&mut build)?;
        let library = workspace.target.join(target).join(PROFILE).join(format!("{LIBRARY}.so"));
        for folder in [packed.join("jniLibs"), aar.join("jni")] {
            copy(&library, &folder.join(abi).join(format!("{LIBRARY}.so")))?;
        }
    }
    fs::write(aar.join("AndroidManifest.xml"), MANIFEST).map_err(|error| failed(&aar, &error))?;
    // An AAR has a jar of classes; ours are compiled with the app.
    let (jar, archive) = (aar.join("classes.jar"), packed.join("plumbline.aar"));
    let manifest = ["AndroidManifest.xml"];
    succeed(workspace.program("jar").arg("--create").arg("--file").arg(&jar).arg("-C").arg(&aar).args(manifest))?;
    succeed(
        workspace
            .program("jar")
            .args(["--create", "--no-manifest", "--file"])
            .arg(&archive)
            .arg("-C")
            .arg(&aar)
            .arg("."),
    )?;
    Ok(Ok(archive))
}

/// The folder of the NDK's compilers for this machine.
fn ndk_tools(ndk: &Path) -> Option<PathBuf> {
    let hosts = fs::read_dir(ndk.join("toolchains/llvm/prebuilt")).ok()?;
    hosts.filter_map(|host| Some(host.ok()?.path().join("bin"))).find(|tools| tools.is_dir())
}

/// The library of the phone and of its simulator as one XCFramework; or why not.
fn apple(workspace: &Workspace, swift: &Path) -> Result<Result<PathBuf, String>, String> {
    if cfg!(not(target_os = "macos")) {
        return Ok(Err("only macOS has Xcode".to_owned()));
    }
    if !works("xcodebuild", &["-version"]) {
        return Ok(Err("xcodebuild does not run; install Xcode".to_owned()));
    }
    if let Some(why) = missing_targets(workspace, APPLE) {
        return Ok(Err(why));
    }
    let archive = format!("{LIBRARY}.a");
    for target in APPLE {
        let build = ["rustc", "--locked", "--profile", PROFILE, "-p", PACKAGE, "--lib", "--target", target];
        succeed(workspace.cargo(build).args(["--crate-type", "staticlib"]))?;
    }
    let built = |target: &str| workspace.target.join(target).join(PROFILE).join(&archive);
    let packed = workspace.target.join("bindings/ios");
    empty(&packed)?;
    let [phone, simulators @ ..] = APPLE;
    let simulator = packed.join(&archive);
    succeed(workspace.program("lipo").arg("-create").args(simulators.map(built)).arg("-output").arg(&simulator))?;
    let headers = packed.join("include");
    for name in ["PlumblineProtocolFFI.h", "PlumblineCoreFFI.h", "PlumblineMobileFFI.h", "module.modulemap"] {
        copy(&swift.join(name), &headers.join(name))?;
    }
    let framework = packed.join("Plumbline.xcframework");
    let mut pack = workspace.program("xcodebuild");
    pack.arg("-create-xcframework");
    for library in [&built(phone), &simulator] {
        pack.arg("-library").arg(library).arg("-headers").arg(&headers);
    }
    succeed(pack.arg("-output").arg(&framework))?;
    Ok(Ok(framework))
}

/// The line that brings the targets that this compiler cannot build for, where there are such.
fn missing_targets<'a>(workspace: &Workspace, targets: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let missing: Vec<&str> = targets.into_iter().filter(|target| !has_target(workspace, target)).collect();
    (!missing.is_empty()).then(|| format!("missing targets; to install them: rustup target add {}", missing.join(" ")))
}

/// Whether this compiler has the standard library of `target`.
pub fn has_target(workspace: &Workspace, target: &str) -> bool {
    let mut rustc = workspace.program("rustc");
    let asked =
        rustc.args(["--print", "target-libdir", "--target", target]).stdout(std::process::Stdio::piped()).output();
    asked.is_ok_and(|said| Path::new(String::from_utf8_lossy(&said.stdout).trim()).is_dir())
}

/// Puts what was made into the place of what is there; what is the same keeps its time.
///
/// # Errors
/// Says what went wrong.
pub fn replace(fresh: &Path, folder: &Path) -> Result<(), String> {
    for path in files(folder)? {
        if !fresh.join(&path).is_file() {
            fs::remove_file(folder.join(&path)).map_err(|error| failed(folder, &error))?;
        }
    }
    for path in files(fresh)? {
        if fs::read(fresh.join(&path)).ok() != fs::read(folder.join(&path)).ok() {
            copy(&fresh.join(&path), &folder.join(&path))?;
        }
    }
    Ok(())
}

/// All files in a folder, and in those in it, by their paths from there. None where there is no folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(at) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder.join(&at)) else { continue };
        for entry in entries {
            let entry = entry.map_err(|error| failed(folder, &error))?;
            let path = at.join(entry.file_name());
            if entry.path().is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    Ok(found)
}

fn empty(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))
}

pub fn copy(from: &Path, to: &Path) -> Result<(), String> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    fs::copy(from, to).map(|_| ()).map_err(|error| failed(from, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_changed_keeps_its_time_and_what_is_no_more_goes() {
        let root = env::temp_dir().join(format!("plumbline-bindings-{}", std::process::id()));
        let (fresh, folder) = (root.join("fresh"), root.join("kept"));
        for path in ["kept/a/same", "kept/a/other", "kept/gone", "fresh/a/same", "fresh/new"] {
            copy_text(&root.join(path), path.rsplit('/').next().unwrap_or_default());
        }
        copy_text(&fresh.join("a/other"), "changed");
        let before = fs::metadata(folder.join("a/same")).and_then(|file| file.modified()).ok();
        replace(&fresh, &folder).unwrap();
        let mut there = files(&folder).unwrap();
        there.sort();
        assert_eq!(there, ["a/other", "a/same", "new"].map(PathBuf::from));
        assert_eq!(fs::read_to_string(folder.join("a/other")).unwrap(), "changed");
        assert_eq!(fs::metadata(folder.join("a/same")).and_then(|file| file.modified()).ok(), before);
        fs::remove_dir_all(root).unwrap();
    }

    fn copy_text(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
