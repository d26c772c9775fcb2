//! What the page may ask: every call of the client, and what the shell adds. permissions/ holds the names.
//!
//! Invariants: a request is one JSON value that is read by its type; a path counts only where a dialog or a drop gave it.

use plumbline_core::call;
use plumbline_protocol::Fault;
use serde::Deserialize;
use serde_json::{Value, json};
use tauri::{
    AppHandle, Manager, Wry,
    async_runtime::spawn,
    ipc::{Invoke, InvokeBody},
};
use zeroize::Zeroizing;

use crate::{
    desk::Desk,
    link::Links,
    paths::{self, Paths},
};

/// The passphrase that opens the keystore of a computer that has none of its own, or makes one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PassphraseRequest {
    passphrase: String,
}

/// What something new is to be called where the person does not choose another name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FolderRequest {
    name: String,
}

/// Text for a file whose place the person picks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextRequest {
    name: String,
    text: String,
}

/// Answers a message of the page. True: every name that is permitted is ours.
pub fn answer(invoke: Invoke<Wry>) -> bool {
    let Invoke { message, resolver, .. } = invoke;
    let app = message.webview_ref().app_handle().clone();
    let (name, request) = (message.command().to_owned(), request(message.payload()));
    spawn(async move {
        let answered = match request {
            Ok(request) => ask(&app, &name, request).await,
            Err(fault) => Err(fault),
        };
        match answered {
            Ok(answer) => resolver.resolve(answer),
            Err(fault) => resolver.reject(fault),
        }
    });
    true
}

/// The request in a message, `{"request": ..}`; null where it has none.
fn request(body: &InvokeBody) -> Result<Value, Fault> {
    match body {
        InvokeBody::Json(Value::Object(fields)) => match (fields.get("request"), fields.len()) {
            (Some(request), 1) => Ok(request.clone()),
            (None, 0) => Ok(Value::Null),
            _ => Err(Fault::invalid("args", "unknown")),
        },
        InvokeBody::Json(Value::Null) => Ok(Value::Null),
        _ => Err(Fault::invalid("args", "type")),
    }
}

async fn ask(app: &AppHandle, name: &str, mut request: Value) -> Result<Value, Fault> {
    let desk = app.state::<Desk>();
    match name {
        "desk_state" => Ok(desk.state().await),
        "open_again" => Ok(desk.open(None).await),
        "use_passphrase" => {
            let PassphraseRequest { passphrase } = call::take(&mut request)?;
            Ok(desk.open(Some(Zeroizing::new(passphrase))).await)
        }
        "pending_link" => Ok(json!(app.state::<Links>().take().as_deref())),
        "pick_pictures" => Ok(json!(paths::pick_pictures(app).await)),
        "pick_folder" => {
            let FolderRequest { name } = call::take(&mut request)?;
            Ok(json!(paths::pick_new(app, &name).await?))
        }
        "save_text" => {
            let TextRequest { name, text } = call::take(&mut request)?;
            Ok(json!(paths::save_text(app, &name, text).await?))
        }
        name => {
            if let Some(path) = request.get("path") {
                app.state::<Paths>().check(path)?;
            }
            desk.call(name, request).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Value) -> Result<Value, Fault> {
        request(&InvokeBody::Json(body))
    }

    #[test]
    fn a_message_holds_one_request_or_none() {
        assert_eq!(read(json!({"request": {"a": 1}})), Ok(json!({"a": 1})));
        assert_eq!(read(json!({})), Ok(Value::Null));
        assert_eq!(read(json!({"request": 1, "more": 2})), Err(Fault::invalid("args", "unknown")));
        assert_eq!(read(json!({"other": 1})), Err(Fault::invalid("args", "unknown")));
        assert_eq!(read(json!([1])), Err(Fault::invalid("args", "type")));
        assert_eq!(request(&InvokeBody::Raw(vec![1])), Err(Fault::invalid("args", "type")));
    }
}
