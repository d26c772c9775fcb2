//! The photographs' files, painted ahead on threads of their own while the days are played.
//!
//! Invariant: a picture that is asked for is waited for; the threads end with the pictures or with whoever asked for them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use plumbline_pictures::{Painter, Subject};
use tokio::sync::oneshot;

use super::plan::Shot;
use crate::photo::{Origin, with_exif};

/// How many different pictures there are of a subject. Painting is most of what preparing a demonstration costs; a site is
/// photographed from the same places again and again, and every photograph has bytes of its own, for it says when and where.
const VIEWS: usize = 20;

/// Pictures that are being painted. Dropping it stops that.
pub struct Pictures {
    files: Vec<Mutex<Option<oneshot::Receiver<PathBuf>>>>,
    work: Arc<Work>,
}

struct Work {
    folder: PathBuf,
    size: (u16, u16),
    shots: Vec<Shot>,
    /// Which view of its subject each of them is.
    views: Vec<(Subject, usize)>,
    painted: BTreeMap<(Subject, usize), OnceLock<Vec<u8>>>,
    done: Vec<Mutex<Option<oneshot::Sender<PathBuf>>>>,
    next: AtomicUsize,
    stopped: AtomicBool,
}

impl Pictures {
    /// Begins to paint `shots` into `folder`, on every processor.
    pub fn start(folder: &Path, shots: Vec<Shot>, size: (u16, u16)) -> Pictures {
        fs::create_dir_all(folder).unwrap();
        let (done, files) = shots.iter().map(|_| oneshot::channel()).unzip::<_, _, Vec<_>, Vec<_>>();
        let mut seen = BTreeMap::<Subject, usize>::new();
        let views: Vec<_> =
            shots.iter().map(|shot| (shot.subject, next_view(seen.entry(shot.subject).or_default()))).collect();
        let work = Arc::new(Work {
            folder: folder.to_owned(),
            size,
            shots,
            painted: views.iter().map(|view| (*view, OnceLock::new())).collect(),
            views,
            done: done.into_iter().map(|sender| Mutex::new(Some(sender))).collect(),
            next: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let painter = Arc::new(Painter::default());
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (work, painter) = (work.clone(), painter.clone());
            thread::spawn(move || work.paint(&painter));
        }
        Pictures { files: files.into_iter().map(|file| Mutex::new(Some(file))).collect(), work }
    }

    /// What picture `number` shows.
    pub fn shot(&self, number: usize) -> &Shot {
        &self.work.shots[number]
    }

    /// The file of picture `number`, once it is painted. It may be asked for once.
    pub async fn take(&self, number: usize) -> PathBuf {
        let file = self.files[number].lock().unwrap().take();
        file.expect("each picture is taken once").await.expect("a painter that does not panic")
    }
}

fn next_view(seen: &mut usize) -> usize {
    *seen += 1;
    *seen % VIEWS
}

impl Drop for Pictures {
    fn drop(&mut self) {
        self.work.stopped.store(true, Ordering::SeqCst);
    }
}

impl Work {
    fn paint(&self, painter: &Painter) {
        while !self.stopped.load(Ordering::SeqCst) {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            let Some(shot) = self.shots.get(number) else { return };
            let (subject, view) = self.views[number];
            let paint = || painter.jpeg(subject, i64::from(shot.local.hour()), view as u64, self.size);
            let plain = self.painted[&(subject, view)].get_or_init(paint);
            let origin = Origin {
                camera: ["CAT", "S62"],
                taken: shot.local.strftime("%Y:%m:%d %H:%M:%S").to_string(),
                offset: shot.local.strftime("%:z").to_string(),
                lat_e7: shot.place.0,
                lon_e7: shot.place.1,
            };
            let path = self.folder.join(format!("IMG_{number:04}.jpg"));
            fs::write(&path, with_exif(plain, &origin)).unwrap();
            // Nobody waits any more: the preparation ended.
            let _ = self.done[number].lock().unwrap().take().map(|done| done.send(path));
        }
    }
}
