//! Some life in a demonstration that is served: a foreman's phone that takes a photograph or writes a note now and then.
//!
//! Invariant: what it does it does as any client does, on the machine's clock; it stops when it is told to and leaves nothing
//! half done.

use std::{fs, path::Path, time::Duration};

use plumbline_core::client::Client;
use plumbline_pictures::{Painter, SIZE};
use plumbline_protocol::Uuid;
use serde_json::json;
use tokio::{
    sync::oneshot,
    task::{JoinHandle, spawn_blocking},
    time::{Instant, sleep_until},
};

use super::{
    Note, PASSPHRASE, Scale,
    cast::{self, Site},
    serve::open,
    stage::home,
};
use crate::{dice::Dice, world::ask};

/// Time between two things that happen.
const EVERY: Duration = Duration::from_secs(50);

/// The life.
pub struct Life {
    stop: oneshot::Sender<()>,
    living: JoinHandle<()>,
}

impl Life {
    /// Begins it, in the demonstration in `folder`.
    pub async fn begin(folder: &Path, note: &Note) -> Life {
        let cast = if note.scale == Scale::Full { cast::full() } else { cast::small() };
        let (site, foreman) = (cast.sites[0], cast.crews[0].hands[0].name);
        let client = open(&home(folder, foreman), PASSPHRASE).await;
        let project = note.projects[0].1;
        let (stop, mut stopped) = oneshot::channel();
        let living = tokio::spawn(async move {
            let mut dice = Dice::of(super::now() as u64, "life");
            let mut next = Instant::now() + EVERY / 5;
            loop {
                tokio::select! {
                    () = sleep_until(next) => {}
                    _ = &mut stopped => break,
                }
                something(&client, site, project, &mut dice).await;
                next += EVERY;
            }
            let _ = client.pause().await;
        });
        Life { stop, living }
    }

    /// Ends it in good order.
    pub async fn end(self) {
        let _ = self.stop.send(());
        let _ = self.living.await;
    }
}

async fn something(client: &Client, site: &'static Site, project: Uuid, dice: &mut Dice) {
    if dice.below(4) == 0 {
        let text = *dice.pick(site.notes);
        let request = json!({"kind": "note", "project": project, "fields": {"text": text}});
        let _ = client.write(ask(request)).await;
    } else {
        let (subject, captions) = *dice.pick(site.shots);
        let (caption, seed) = (*dice.pick(captions), dice.next());
        let painted = spawn_blocking(move || {
            let file = tempfile::NamedTempFile::new()?;
            fs::write(file.path(), Painter::default().jpeg(subject, 13, seed, SIZE))?;
            std::io::Result::Ok(file)
        });
        let Ok(Ok(file)) = painted.await else { return };
        let (north, east) = site.middle();
        let (lat_e7, lon_e7) = site.point(north + dice.below(60) as i64 - 30, east + dice.below(60) as i64 - 30);
        let place = json!({"lat_e7": lat_e7, "lon_e7": lon_e7, "accuracy_cm": 500, "mock": false, "source": "gnss"});
        let request = json!({
            "path": file.path(), "project": project, "source": "camera", "caption": caption, "place": place,
        });
        let _ = client.capture(ask(request)).await;
    }
    // A failure to reach the server is made up for next time.
    let _ = client.sync().await;
}
