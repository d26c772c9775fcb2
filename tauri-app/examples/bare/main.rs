//! A bare window: the same web view at the same size with a static page, what a start is measured beside (P20).
//!
//! Invariant: it does nothing that any window of this kind could leave out.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "the code of `generate_context!` is not ours")]

use tauri::{Result, WebviewUrl, WebviewWindowBuilder, generate_context};

fn main() -> Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            let window = WebviewWindowBuilder::new(app, "bare", WebviewUrl::default());
            window.title("Bare").inner_size(1440.0, 900.0).min_inner_size(1024.0, 680.0).center().build()?;
            Ok(())
        })
        .run(generate_context!("examples/bare/tauri.conf.json"))
}
