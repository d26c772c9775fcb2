//! The same code for the other systems that it runs on: Rust is checked for each, from here, without its C compiler.
//!
//! Invariant: what is not checked is said, with what it wants; C is never checked, and nothing of this is linked or run.

use std::fs;

use crate::bindings::has_target;
use crate::machine;
use crate::workspace::{Workspace, succeed, works};

/// Each system's target, and the packages that run there.
const TARGETS: [(&str, &[&str]); 3] = [
    ("aarch64-linux-android", &["plumbline-mobile"]),
    ("aarch64-apple-ios", &["plumbline-mobile"]),
    ("x86_64-pc-windows-gnu", &["plumbline-core", "plumbline-server"]),
];

const NO_C_COMPILER: &str = include_str!("cross/no-c-compiler.sh");

/// `cargo xtask cross`.
///
/// # Errors
/// Says what does not compile.
pub fn command(workspace: &Workspace) -> Result<(), String> {
    println!("cross: {}", cross(workspace)?.unwrap_or_else(|| "all systems checked".to_owned()));
    Ok(())
}

/// Checks each target that this compiler knows. Gives back what was left out, and why.
///
/// # Errors
/// Says what does not compile.
pub fn cross(workspace: &Workspace) -> Result<Option<String>, String> {
    if cfg!(not(unix)) {
        return Ok(Some("skipped: the stand-in for a C compiler is a shell script".to_owned()));
    }
    machine::require(workspace, machine::BUILD)?;
    let missing: Vec<&str> =
        TARGETS.iter().map(|(target, _)| *target).filter(|target| !has_target(workspace, target)).collect();
    if !missing.is_empty() && machine::may_install(workspace) && works("rustup", &["--version"]) {
        // Where there is no network this fails, and what is missing is said below.
        let _ = succeed(workspace.program("rustup").args(["target", "add"]).args(&missing));
    }
    let mut skipped = Vec::new();
    for (target, packages) in TARGETS {
        if has_target(workspace, target) {
            check(workspace, target, packages)?;
        } else {
            skipped.push(target);
        }
    }
    let remark = format!("skipped, for want of `rustup target add`: {}", skipped.join(" "));
    Ok((!skipped.is_empty()).then_some(remark))
}

fn check(workspace: &Workspace, target: &str, packages: &[&str]) -> Result<(), String> {
    let failed = |error| format!("cannot prepare the check of {target}: {error}");
    // Apart from the builds that count: what the stand-in made would look like real libraries there.
    let made = workspace.target.join("cross");
    let (compiler, sdk) = (made.join("no-c-compiler"), made.join("iPhoneOS.sdk"));
    fs::create_dir_all(&sdk).map_err(failed)?;
    fs::write(&compiler, NO_C_COMPILER).map_err(failed)?;
    #[cfg(unix)]
    fs::set_permissions(&compiler, std::os::unix::fs::PermissionsExt::from_mode(0o755)).map_err(failed)?;
    let mut cargo = workspace.cargo(["check", "--quiet", "--locked", "--target", target]);
    packages.iter().for_each(|package| _ = cargo.args(["-p", package]));
    for tool in ["CC", "CXX", "AR", "RANLIB"] {
        cargo.env(format!("{tool}_{}", target.replace('-', "_")), &compiler);
    }
    cargo.env("CARGO_TARGET_DIR", &made).env("SDKROOT", &sdk);
    // OpenSSL is not built for this, which takes minutes; its headers are this machine's.
    cargo.env("OPENSSL_NO_VENDOR", "1").env("OPENSSL_STATIC", "1");
    cargo.env("OPENSSL_INCLUDE_DIR", "/usr/include").env("OPENSSL_LIB_DIR", &sdk);
    succeed(&mut cargo)
}
