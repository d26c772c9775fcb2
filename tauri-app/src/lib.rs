//! The desktop shell: a window over the client engine.
//!
//! Invariants: it decides nothing about records, hours or photographs, it carries what the page asks to `Client` and the answer
//! back; what the page sends is read as if a stranger had sent it; nothing decrypted is written to disk.

mod commands;
mod context;
mod desk;
mod link;
mod paths;
mod picture;
mod window;

use std::{env, io, process::ExitCode};

use tauri::{Manager, RunEvent, async_runtime::block_on};

use crate::{desk::Desk, link::Links, paths::Paths};

/// Shows the window until the person closes it.
pub fn run() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(tracing::Level::WARN).init();
    let links = Links::default();
    link::hear(&links, env::args());
    let app = tauri::Builder::default()
        .plugin(window::single())
        .plugin(tauri_plugin_dialog::init())
        .register_asynchronous_uri_scheme_protocol(picture::SCHEME, picture::answer)
        .invoke_handler(commands::answer)
        .manage(links)
        .manage(Paths::default())
        .setup(|app| {
            let desk = Desk::new(app.handle())?;
            desk.begin();
            app.manage(desk);
            window::open(app.handle())?;
            Ok(())
        })
        .build(context::context());
    let app = match app {
        Ok(app) => app,
        Err(error) => {
            tracing::error!(%error, "the window cannot be shown");
            return ExitCode::FAILURE;
        }
    };
    app.run(|app, event| match event {
        RunEvent::WindowEvent { event, .. } => window::told(app, &event),
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => link::opened(app, urls.into_iter().map(String::from)),
        // Whoever starts it from now on gets a window of its own, not the ear of one that is closing.
        RunEvent::ExitRequested { .. } => tauri_plugin_single_instance::destroy(app),
        RunEvent::Exit => block_on(app.state::<Desk>().close()),
        _ => {}
    });
    ExitCode::SUCCESS
}
