//! `plumbline-desktop [LINK]`: the window, at an invite where a link is given.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    plumbline_desktop::run()
}
