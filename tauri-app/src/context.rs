//! What the configuration became when this was built: page, icons, content policy, permissions.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "the code of `generate_context!` is not ours")]

use tauri::{Context, generate_context};

/// The configuration as code.
pub fn context() -> Context {
    generate_context!()
}
