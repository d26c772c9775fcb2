//! Checks the window's configuration and turns it into code; again when the page is another.
#![allow(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

fn main() {
    println!("cargo:rerun-if-changed=../frontend/dist");
    println!("cargo:rerun-if-changed=isolation");
    tauri_build::build();
}
