//! The client's methods by name, in JSON: for scripts and for the desktop's page. docs/client.md lists them.
//!
//! Invariants: this is the one list of calls, and it has every public method of [`Client`] that works on one; a request is
//! read as if a stranger had sent it, and what is wrong with it is a fault that names the field.

use std::mem;

use data_encoding::HEXLOWER;
use plumbline_protocol::Fault;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::Client;

/// Declares each call once: those that are awaited, those whose answer is bytes, and those that only set something going.
macro_rules! calls {
    (
        awaited { $($name:ident($($request:ident)?);)* }
        bytes { $($bytes:ident($($which:ident)?);)* }
        at once { $($now:ident($($with:ident)?);)* }
    ) => {
        /// Every call there is.
        pub const CALLS: &[&str] =
            &[$(stringify!($name),)* $(stringify!($bytes),)* $(stringify!($now),)*];

        /// Calls the method `name` with the request `args`: null or an empty object where it takes none. The answer is null
        /// where it has none, and lower-case hex where it is bytes.
        ///
        /// # Errors
        /// Those of the method; [`Fault::Invalid`] for a name that is not in [`CALLS`] and for a request of another form.
        pub async fn call(client: &Client, name: &str, mut args: Value) -> Result<Value, Fault> {
            match name {
                $(stringify!($name) => {
                    $(let $request = take(&mut args)?;)?
                    nothing(&args)?;
                    encode(client.$name($($request)?).await?)
                })*
                $(stringify!($bytes) => {
                    $(let $which = take(&mut args)?;)?
                    nothing(&args)?;
                    encode(HEXLOWER.encode(&client.$bytes($($which)?).await?))
                })*
                $(stringify!($now) => {
                    $(let $with = take(&mut args)?;)?
                    nothing(&args)?;
                    client.$now($($with)?);
                    Ok(Value::Null)
                })*
                _ => Err(Fault::invalid("call", "unknown")),
            }
        }
    };
}

calls! {
    awaited {
        create_organisation(request);
        enrol(request);
        status();
        sign_out(request);
        pause();
        resume();
        create_project(request);
        add_member(request);
        invite(request);
        revoke_device(request);
        write(request);
        withdraw(request);
        record(request);
        history(request);
        list(request);
        search(request);
        conflicts();
        clock(request);
        correct(request);
        hours(request);
        verdict(request);
        here(request);
        kinds();
        day(request);
        week(request);
        sign_week(request);
        approve_week(request);
        dispute_week(request);
        cell(request);
        devices();
        room();
        capture(request);
        photos(request);
        photo_days(request);
        photo(request);
        original(request);
        custody(request);
        check_photo(request);
        uploads();
        upload_parts(request);
        places(request);
        storage();
        export_all(request);
        work_off_thumbnails();
        export_photo(request);
        waiting();
        dismiss(request);
        held();
        admit(request);
        sync();
        log();
        export_log(request);
        export_alarm(request);
        restore(request);
        recover(request);
        recovery_key();
        recovery_key_printed();
        lost();
        pass_hole(request);
        rotate_server_key();
        alarms();
        repairs();
    }
    bytes {
        thumbnail(request);
    }
    at once {
        start();
        wake(reason);
    }
}

/// The request, which `args` is left without. Absent arguments are an empty object.
///
/// # Errors
/// [`Fault::Invalid`] with the field that is missing, unknown or of another type.
pub fn take<T: DeserializeOwned>(args: &mut Value) -> Result<T, Fault> {
    let args = match mem::take(args) {
        Value::Null => json!({}),
        args => args,
    };
    serde_path_to_error::deserialize(args).map_err(|e| wrong(&e))
}

fn nothing(args: &Value) -> Result<(), Fault> {
    match args {
        Value::Null => Ok(()),
        Value::Object(fields) if fields.is_empty() => Ok(()),
        _ => Err(Fault::invalid("args", "unknown")),
    }
}

fn encode<T: Serialize>(view: T) -> Result<Value, Fault> {
    serde_json::to_value(view).map_err(|_| Fault::corrupt("view"))
}

/// Which argument is wrong, and how. Serde says it in a sentence that names a field between back quotes.
fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Fault {
    let (path, text) = (error.path().to_string(), error.inner().to_string());
    for (start, reason) in [("missing field", "missing"), ("unknown field", "unknown")] {
        if let (true, Some(field)) = (text.starts_with(start), text.split('`').nth(1)) {
            return Fault::invalid(field, reason);
        }
    }
    Fault::invalid(if path == "." { "args" } else { &path }, "type")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::punch::ClockRequest;

    #[test]
    fn an_argument_that_is_wrong_is_named() {
        let ask = |args| take::<ClockRequest>(&mut { args }).map(|_| ());
        assert_eq!(ask(Value::Null), Err(Fault::invalid("what", "missing")));
        assert_eq!(ask(json!({"what": "in", "whom": 1})), Err(Fault::invalid("whom", "unknown")));
        assert_eq!(ask(json!({"what": 3})), Err(Fault::invalid("what", "type")));
        assert_eq!(ask(json!([])), Err(Fault::invalid("args", "type")));
        assert_eq!(nothing(&json!({"x": 1})), Err(Fault::invalid("args", "unknown")));
    }
}
