//! Links by which people come in, from outside: the command line, another start of the application, the system.
//!
//! Invariant: what is not a link of ours, in full and in every part, is forgotten at once and never reaches the page.

use std::sync::{Mutex, MutexGuard, PoisonError};

use plumbline_protocol::link::{InviteLink, SetupLink};
use serde_json::json;
use tauri::{AppHandle, Emitter, Manager};
use zeroize::Zeroizing;

use crate::window::MAIN;

/// The link that the page has not asked for yet, and whether it asked before: then it is told of the next one.
#[derive(Default)]
pub struct Links(Mutex<(Option<Zeroizing<String>>, bool)>);

impl Links {
    fn lock(&self) -> MutexGuard<'_, (Option<Zeroizing<String>>, bool)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The link that waits, once.
    pub fn take(&self) -> Option<Zeroizing<String>> {
        let mut waits = self.lock();
        waits.1 = true;
        waits.0.take()
    }

    /// Keeps a link for a page that has not asked yet; true where it has.
    fn keep(&self, link: Zeroizing<String>) -> bool {
        let mut waits = self.lock();
        if !waits.1 {
            waits.0 = Some(link);
        }
        waits.1
    }
}

/// Keeps the link among the words of a command line, the program's own name first.
pub fn hear(links: &Links, words: impl IntoIterator<Item = String>) {
    if let Some(link) = words.into_iter().skip(1).find_map(|word| parse(&word)) {
        links.keep(link);
    }
}

/// A link that was opened while the application runs.
pub fn opened(app: &AppHandle, words: impl IntoIterator<Item = String>) {
    let Some(link) = words.into_iter().find_map(|word| parse(&word)) else { return };
    let payload = json!({"link": &*link});
    if app.state::<Links>().keep(link)
        && let Err(error) = app.emit_to(MAIN, "link", payload)
    {
        tracing::warn!(%error, "the page was not told of a link");
    }
}

/// The link, where it is one of ours.
fn parse(text: &str) -> Option<Zeroizing<String>> {
    let text = text.trim();
    let ours = text.parse::<InviteLink>().is_ok() || text.parse::<SetupLink>().is_ok();
    ours.then(|| Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup() -> String {
        let (ca, key, secret) = ("ab".repeat(32), "cd".repeat(32), "ef".repeat(32));
        format!("plumbline://setup?at=localhost:7443&ca={ca}&key={key}#{secret}")
    }

    fn heard(words: &[&str]) -> Option<String> {
        let links = Links::default();
        hear(&links, words.iter().map(|word| (*word).to_owned()));
        links.take().map(|link| link.to_string())
    }

    #[test]
    fn a_link_on_the_command_line_waits_for_the_page_and_is_given_once() {
        let links = Links::default();
        hear(&links, ["plumbline-desktop".to_owned(), setup()]);
        assert_eq!(links.take().map(|link| link.to_string()), Some(setup()));
        assert_eq!(links.take().map(|link| link.to_string()), None);
    }

    #[test]
    fn what_is_not_a_link_of_ours_is_forgotten() {
        let truncated = setup().replace("&ca=", "&cb=");
        for word in ["plumbline://setup", "https://example.com", "--flag", "plumbline://enrol?at=x#y", &truncated] {
            assert_eq!(heard(&["plumbline-desktop", word]), None, "{word}");
        }
        assert_eq!(heard(&[&setup()]), None, "the program's own name is no link");
    }

    #[test]
    fn a_link_that_comes_later_is_told_to_a_page_that_asked_before() {
        let links = Links::default();
        assert!(!links.keep(Zeroizing::new(setup())));
        assert!(links.take().is_some());
        assert!(links.keep(Zeroizing::new(setup())));
        assert!(links.take().is_none());
    }
}
