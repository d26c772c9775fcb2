//! What this machine must have beside Rust, and how it gets there.
//!
//! Invariant: nothing is installed without consent. `--yes`, `CI=true` and root are consent; otherwise the exact line is
//! printed and, at a terminal, asked for.

use std::env;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::Command;

use crate::workspace::{Workspace, succeed, works};

/// Something that a command cannot do without.
pub struct Need {
    /// What it is, as a person would say it.
    what: &'static str,
    /// Whether it is there.
    present: fn() -> bool,
    /// The Debian packages that bring it.
    debian: &'static [&'static str],
    /// The line that brings it on macOS.
    macos: &'static str,
}

/// What every build needs. SQLCipher links the system's libcrypto, except on Apple's systems, which have their own.
pub const BUILD: &[Need] = &[
    Need {
        what: "a C compiler",
        present: || works("cc", &["--version"]),
        debian: &["gcc", "libc6-dev"],
        macos: "xcode-select --install",
    },
    Need {
        what: "pkg-config",
        present: || cfg!(not(target_os = "linux")) || works("pkg-config", &["--version"]),
        debian: &["pkg-config"],
        macos: "brew install pkgconf",
    },
    Need {
        what: "OpenSSL's headers (for SQLCipher)",
        present: || cfg!(not(target_os = "linux")) || works("pkg-config", &["--exists", "libcrypto"]),
        debian: &["libssl-dev"],
        macos: "brew install openssl",
    },
];

/// What the test of the desktop keystore needs on Linux: a Secret Service of its own.
pub const SECRET_SERVICE: &[Need] = &[
    Need {
        what: "dbus-run-session",
        present: || works("dbus-run-session", &["--version"]),
        debian: &["dbus"],
        macos: "brew install dbus",
    },
    Need {
        what: "gnome-keyring-daemon",
        present: || works("gnome-keyring-daemon", &["--version"]),
        debian: &["gnome-keyring"],
        macos: "brew install gnome-keyring",
    },
];

/// What the trials of kills, power cuts and broken disks need, where there is such a thing: Linux.
pub const STRACE: &[Need] = &[Need {
    what: "strace",
    present: || cfg!(not(target_os = "linux")) || works("strace", &["-V"]),
    debian: &["strace"],
    macos: "true",
}];

/// What building the desktop's window needs beside [`BUILD`]: the system's web view, which is part of other systems.
pub const WEB_VIEW: &[Need] = &[Need {
    what: "WebKitGTK's headers (for the window)",
    present: || cfg!(not(target_os = "linux")) || works("pkg-config", &["--exists", "webkit2gtk-4.1"]),
    debian: &["libwebkit2gtk-4.1-dev"],
    macos: "true",
}];

/// What building the page needs.
pub const NODE: &[Need] = &[Need {
    what: "Node.js 20.19 or newer, with npm",
    present: || works("node", &["-e", NODE_IS_NEW]) && works("npm", &["--version"]),
    debian: &["nodejs", "npm"],
    macos: "brew install node",
}];

/// Fails where Node is older than the page's tools take.
const NODE_IS_NEW: &str =
    "const [a, b] = process.versions.node.split('.'); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)";

/// What the tests of the real window need on Linux: a display that nobody sees, a driver of the web view, a message bus and
/// a keyring of their own, and somebody to press keys in the system's dialogs.
pub const WINDOW: &[Need] = &[
    Need { what: "Xvfb", present: || works("Xvfb", &["-help"]), debian: &["xvfb"], macos: "false" },
    Need {
        what: "WebKitWebDriver",
        present: || works("WebKitWebDriver", &["--help"]),
        debian: &["webkit2gtk-driver"],
        macos: "false",
    },
    Need {
        what: "dbus-daemon",
        present: || works("dbus-daemon", &["--version"]) && works("sh", &["-c", "command -v dbus-send"]),
        debian: &["dbus"],
        macos: "false",
    },
    Need {
        what: "gnome-keyring-daemon",
        present: || works("gnome-keyring-daemon", &["--version"]),
        debian: &["gnome-keyring"],
        macos: "false",
    },
    Need { what: "xdotool", present: || works("xdotool", &["--version"]), debian: &["xdotool"], macos: "false" },
    Need { what: "xclip", present: || works("xclip", &["-version"]), debian: &["xclip"], macos: "false" },
];

/// What the tests of screens need: a browser engine that a program can drive. PLUMBLINE_CHROMIUM names one elsewhere.
pub const CHROMIUM: &[Need] = &[Need {
    what: "Chromium (or name one in PLUMBLINE_CHROMIUM)",
    present: || env::var_os("PLUMBLINE_CHROMIUM").is_some() || works("chromium", &["--version"]),
    debian: &["chromium"],
    macos: "brew install --cask chromium",
}];

/// What building and testing the Android app needs.
pub const JVM: &[Need] = &[
    Need {
        what: "a JDK, 17 or newer",
        present: || works("javac", &["--release", "17", "--version"]),
        debian: &["openjdk-17-jdk-headless"],
        macos: "brew install openjdk@17",
    },
    Need { what: "Maven", present: || works("mvn", &["--version"]), debian: &["maven"], macos: "brew install maven" },
];

/// What a window of the JVM needs beside [`JVM`].
pub const JVM_WINDOW: &[Need] = &[Need {
    what: "a Java runtime with windows",
    present: || cfg!(not(target_os = "linux")) || works("sh", &["-c", JAVA_HAS_WINDOWS]),
    debian: &["openjdk-17-jre"],
    macos: "true",
}];

/// Fails where only the headless half of a Java runtime is installed.
const JAVA_HAS_WINDOWS: &str = "test -e \"$(dirname \"$(readlink -f \"$(command -v java)\")\")/../lib/libawt_xawt.so\"";

/// What linking an APK needs where there is no Android SDK.
pub const APK: &[Need] = &[
    Need { what: "aapt2", present: || works("aapt2", &["version"]), debian: &["aapt"], macos: "false" },
    Need {
        what: "zipalign",
        present: || works("sh", &["-c", "command -v zipalign"]),
        debian: &["zipalign"],
        macos: "false",
    },
    Need { what: "apksigner", present: || works("apksigner", &["--version"]), debian: &["apksigner"], macos: "false" },
    Need { what: "unzip", present: || works("unzip", &["-v"]), debian: &["unzip"], macos: "false" },
];

/// What fetching a pinned binary from the Python registry needs.
pub const PYTHON: &[Need] = &[Need {
    what: "Python with venv",
    present: || works("python3", &["-c", "import venv, ensurepip"]),
    debian: &["python3", "python3-venv"],
    macos: "brew install python",
}];

/// Makes sure that all of `needs` is here: installs what is missing, with consent.
///
/// # Errors
/// Says what is missing and the line that would bring it.
pub fn require(workspace: &Workspace, needs: &[Need]) -> Result<(), String> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what = missing.iter().map(|need| need.what).collect::<Vec<_>>().join(", ");
    let line = install_line(&missing).ok_or(format!("missing: {what}; install it the way this system does"))?;
    if !consents(workspace, &what, &line) {
        return Err(format!("missing: {what}; to install it: {line}"));
    }
    succeed(workspace.program("sh").args(["-c", &line]).env("DEBIAN_FRONTEND", "noninteractive"))?;
    match missing.iter().find(|need| !(need.present)()) {
        Some(need) => Err(format!("{} is still missing after: {line}", need.what)),
        None => Ok(()),
    }
}

/// Whether installing needs no question: `--yes`, `CI=true`, or root.
pub fn may_install(workspace: &Workspace) -> bool {
    workspace.yes || env::var_os("CI").is_some_and(|value| value == "true") || is_root()
}

fn install_line(missing: &[&Need]) -> Option<String> {
    if cfg!(target_os = "macos") {
        return Some(missing.iter().map(|need| need.macos).collect::<Vec<_>>().join(" && "));
    }
    if !works("apt-get", &["--version"]) {
        return None;
    }
    let packages = missing.iter().flat_map(|need| need.debian).copied().collect::<Vec<_>>().join(" ");
    let apt = if is_root() { "apt-get" } else { "sudo apt-get" };
    // Another installer may hold the lock for a while (a fresh machine updating itself): wait for it instead of failing.
    let wait = "-o DPkg::Lock::Timeout=400";
    Some(format!("{apt} {wait} update && {apt} {wait} install -y --no-install-recommends {packages}"))
}

fn consents(workspace: &Workspace, what: &str, line: &str) -> bool {
    if may_install(workspace) {
        return true;
    }
    if !io::stdin().is_terminal() {
        return false;
    }
    eprint!("Missing on this machine: {what}. It is installed by\n  {line}\nRun that now? [y/N] ");
    let mut answer = String::new();
    io::stderr().flush().is_ok() && io::stdin().lock().read_line(&mut answer).is_ok() && answer.trim() == "y"
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
