//! The one window.
//!
//! Invariant: it shows our page and nothing else: it goes nowhere, opens no other window and downloads nothing.

use tauri::{
    AppHandle, DragDropEvent, Manager, Url, WebviewUrl, WebviewWindowBuilder, WindowEvent, Wry, async_runtime::spawn,
    plugin::TauriPlugin, webview::NewWindowResponse,
};

use crate::{
    desk::{Desk, HOME},
    link, paths,
};

/// The window's name, which capabilities/ gives its permissions.
pub const MAIN: &str = "main";

/// Makes the window.
///
/// # Errors
/// Those of the window system.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Plumbline")
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 680.0)
        .center()
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    Ok(())
}

/// Lets only one run at a time: a second one hands its link over and ends, and the first comes to the front.
pub fn single() -> TauriPlugin<Wry> {
    let builder = tauri_plugin_single_instance::Builder::new().callback(|app, words, _| {
        if let Some(window) = app.get_webview_window(MAIN) {
            let _ = window.unminimize();
            let _ = window.set_focus();
        }
        link::opened(app, words.into_iter().skip(1));
    });
    match std::env::var_os(HOME) {
        // Another folder is another instance.
        Some(home) => builder.dbus_id(format!("app.plumbline.desktop.h{}", tag(home.as_encoded_bytes()))),
        None => builder,
    }
    .build()
}

/// Something happened to the window.
pub fn told(app: &AppHandle, event: &WindowEvent) {
    match event {
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => paths::dropped(app, paths),
        WindowEvent::Focused(true) => {
            let app = app.clone();
            spawn(async move { app.state::<Desk>().looked_at().await });
        }
        _ => {}
    }
}

/// Whether an address is our page: as a scheme of its own, or as a host where the system has no such schemes.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// A short name for a folder: FNV-1a of its path.
fn tag(path: &[u8]) -> String {
    let hash = path
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_else() {
        assert!(is_ours(&"tauri://localhost/time?week=1".parse().unwrap()));
        for address in
            ["https://example.com/", "tauri://elsewhere/", "file:///etc/hosts", "data:text/html,x", "about:blank"]
        {
            assert!(!is_ours(&address.parse().unwrap()), "{address}");
        }
    }
}
