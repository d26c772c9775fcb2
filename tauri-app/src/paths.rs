//! Files that the person named: picked in a dialog of the system, or dropped on the window.
//!
//! Invariant: the page names no other path, and no name of a file comes from it but as a suggestion.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use plumbline_core::{error::internal, files};
use plumbline_protocol::Fault;
use serde_json::{Value, json};
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::{sync::oneshot, task::spawn_blocking};

use crate::window::MAIN;

/// Endings of the pictures that the core takes.
const PICTURES: [&str; 5] = ["jpg", "jpeg", "png", "heic", "heif"];

/// Most characters of a suggested name.
const LONGEST: usize = 100;

/// The paths that the person named since the start.
#[derive(Default)]
pub struct Paths(Mutex<BTreeSet<PathBuf>>);

impl Paths {
    fn allow(&self, paths: impl IntoIterator<Item = PathBuf>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(paths);
    }

    /// That the person named `path`.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `path` where nobody did.
    pub fn check(&self, path: &Value) -> Result<(), Fault> {
        let path = path.as_str().ok_or_else(|| Fault::invalid("path", "type"))?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(&PathBuf::from(path)) { Ok(()) } else { Err(Fault::invalid("path", "denied")) }
    }
}

/// Files were dropped on the window: the page is told which.
pub fn dropped(app: &AppHandle, paths: &[PathBuf]) {
    let shown = said(app, paths.to_vec());
    if let Err(error) = app.emit_to(MAIN, "drop", json!({"paths": shown})) {
        tracing::warn!(%error, "the page was not told of a drop");
    }
}

/// Lets the person pick pictures.
pub async fn pick_pictures(app: &AppHandle) -> Vec<String> {
    let (answer, answered) = oneshot::channel();
    dialog(app).add_filter("JPEG, PNG, HEIC", &PICTURES).pick_files(move |files| drop(answer.send(files)));
    said(app, answered.await.ok().flatten().into_iter().flatten().filter_map(path))
}

/// Lets the person say where something new goes that is to be called `name`.
///
/// # Errors
/// [`Fault::Invalid`] `name` for what is no name of a file.
pub async fn pick_new(app: &AppHandle, name: &str) -> Result<Option<String>, Fault> {
    let plain = |c: char| !c.is_control() && !r#"/\:*?"<>|"#.contains(c);
    if name.is_empty() || name.chars().count() > LONGEST || name.starts_with('.') || !name.chars().all(plain) {
        return Err(Fault::invalid("name", "form"));
    }
    let (answer, answered) = oneshot::channel();
    dialog(app).set_file_name(name).save_file(move |file| drop(answer.send(file)));
    Ok(said(app, answered.await.ok().flatten().and_then(path)).pop())
}

/// Writes `text` where the person says; false where they thought better of it.
///
/// # Errors
/// Those of [`pick_new`]; those of [`files::save_text`].
pub async fn save_text(app: &AppHandle, name: &str, text: String) -> Result<bool, Fault> {
    let Some(path) = pick_new(app, name).await? else { return Ok(false) };
    let written = spawn_blocking(move || files::save_text(path.as_ref(), &text)).await;
    written.map_err(|e| internal("save text", &e))?.map(|()| true)
}

fn dialog(app: &AppHandle) -> FileDialogBuilder<tauri::Wry> {
    let dialog = app.dialog().file();
    match app.get_webview_window(MAIN) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

fn path(file: FilePath) -> Option<PathBuf> {
    file.into_path().ok()
}

/// Allows `paths`, as the page will name them. One that is no text is left out.
fn said(app: &AppHandle, paths: impl IntoIterator<Item = PathBuf>) -> Vec<String> {
    let texts: Vec<String> = paths.into_iter().filter_map(|path| path.to_str().map(String::from)).collect();
    app.state::<Paths>().allow(texts.iter().map(PathBuf::from));
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_that_a_person_named_counts() {
        let paths = Paths::default();
        let named = json!("pictures/wall.jpg");
        assert_eq!(paths.check(&named), Err(Fault::invalid("path", "denied")));
        paths.allow([PathBuf::from("pictures/wall.jpg")]);
        assert_eq!(paths.check(&named), Ok(()));
        assert_eq!(paths.check(&json!("pictures/../pictures/wall.jpg")), Err(Fault::invalid("path", "denied")));
        assert_eq!(paths.check(&json!("pictures")), Err(Fault::invalid("path", "denied")));
        assert_eq!(paths.check(&json!(["pictures/wall.jpg"])), Err(Fault::invalid("path", "type")));
    }
}
