//! The folder keeps what it acknowledged, gives it back exactly, and nothing else.

use std::os::unix::fs::PermissionsExt;

use sha2::{Digest, Sha256};

use super::*;

fn folder() -> (tempfile::TempDir, Files) {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::open(&dir.path().join("home")).unwrap();
    (dir, files)
}

fn sample(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|i| (i / 251 + i) as u8).collect()
}

fn names(files: &Files) -> Vec<String> {
    fs::read_dir(&files.blobs).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_blob_is_named_hashed_private_and_comes_back_in_any_part() {
    let (_dir, files) = folder();
    let plain = sample(200_000);
    let blob = files.seal_from(&mut &*plain, 200_000).unwrap();
    assert_eq!(blob.sha256.0, <[u8; 32]>::from(Sha256::digest(&plain)));
    assert_eq!(blob.bytes, 200_000);
    assert_eq!(names(&files), std::slice::from_ref(&blob.name));
    for (path, mode) in [(files.blobs.clone(), 0o700), (files.blobs.join(&blob.name), 0o600)] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
    assert_eq!(files.read(&blob.name, &blob.key).unwrap(), plain);
    for (offset, length) in [(0, 0), (0, 1), (65_535, 2), (65_536, 65_536), (1, 199_999), (199_999, 1), (200_000, 0)] {
        let part = files.read_range(&blob.name, &blob.key, offset, length).unwrap();
        assert_eq!(part, plain[offset as usize..(offset + length) as usize]);
    }
    for (offset, length) in [(0, 200_001), (200_001, 0), (u64::MAX, 1), (1, u64::MAX)] {
        let refused = files.read_range(&blob.name, &blob.key, offset, length);
        assert_eq!(refused, Err(Fault::invalid("offset", "range")));
    }
}

#[test]
fn nothing_of_the_plain_bytes_is_on_disk() {
    let (_dir, files) = folder();
    let marker = b"a marker that must not be found".repeat(4000);
    let blob = files.seal_bytes(&marker).unwrap();
    let stored = fs::read(files.blobs.join(&blob.name)).unwrap();
    assert!(!stored.windows(16).any(|w| w == &marker[..16]));
    assert!(!blob.name.contains(&blob.sha256.to_string()[..8]));
}

/// Shows b06.
#[test]
fn the_same_bytes_twice_are_two_files_with_two_keys() {
    let (_dir, files) = folder();
    let (one, two) = (files.seal_bytes(b"same").unwrap(), files.seal_bytes(b"same").unwrap());
    assert!(one.name != two.name && one.key != two.key && one.sha256 == two.sha256);
    files.remove(&one.name).unwrap();
    assert_eq!(files.read(&two.name, &two.key).unwrap(), b"same");
    assert_eq!(files.read(&one.name, &one.key), Err(Fault::NotFound));
    assert_eq!(files.remove(&one.name), Ok(()));
}

/// Two phones with the same folder, as a restored backup makes them: what each seals afterwards is under a key of its own,
/// drawn anew from the system and from nothing that was copied, so no nonce is ever used for a second file.
///
/// Shows b06.
#[test]
fn two_clones_of_a_folder_seal_nothing_under_the_same_key() {
    let (dir, files) = folder();
    let before = files.seal_bytes(b"before").unwrap();
    let elsewhere = dir.path().join("elsewhere");
    fs::create_dir_all(elsewhere.join("blobs")).unwrap();
    fs::copy(files.blobs.join(&before.name), elsewhere.join("blobs").join(&before.name)).unwrap();
    let clone = Files::open(&elsewhere).unwrap();
    assert_eq!(clone.read(&before.name, &before.key).unwrap(), b"before");
    let mut keys = std::collections::BTreeSet::from([*before.key]);
    for n in 0..50u8 {
        for (phone, bytes) in [(&files, [n, 1]), (&clone, [n, 2])] {
            assert!(keys.insert(*phone.seal_bytes(&bytes).unwrap().key), "a key was used again");
        }
    }
}

#[test]
fn a_refused_or_broken_source_leaves_nothing_behind() {
    struct Breaks(usize);
    impl Read for Breaks {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("unplugged"))?;
            buffer.fill(1);
            Ok(buffer.len())
        }
    }
    let (_dir, files) = folder();
    let refused = files.seal_from(&mut &*sample(100_001), 100_000).err();
    assert_eq!(refused, Some(Fault::TooLarge { limit: 100_000 }));
    assert!(matches!(files.seal_from(&mut Breaks(3), u64::MAX), Err(Fault::Internal { .. })));
    assert!(names(&files).is_empty());
}

/// Shows c03.
#[test]
fn no_room_is_said_before_anything_is_written() {
    let (_dir, files) = folder();
    assert_eq!(files.reserve(1), Ok(()));
    assert_eq!(files.reserve(u64::MAX), Err(Fault::StorageFull));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_meanwhile_is_said_as_such() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let refused = seal::seal(&mut &*sample(10), &mut &full, &[0; 32], 10);
    assert_eq!(refused, Err(Fault::StorageFull));
}

/// Shows s15.
#[test]
fn a_changed_or_cut_file_is_corrupt_and_a_foreign_name_reaches_no_file() {
    let (dir, files) = folder();
    let blob = files.seal_bytes(&sample(70_000)).unwrap();
    let path = files.blobs.join(&blob.name);
    let stored = fs::read(&path).unwrap();
    fs::write(&path, &stored[..stored.len() - 1]).unwrap();
    assert_eq!(files.read(&blob.name, &blob.key), Err(Fault::corrupt("sealed file")));
    let dest = dir.path().join("out.jpg");
    assert_eq!(files.export(&blob.name, &blob.key, &dest), Err(Fault::corrupt("sealed file")));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "a failed export leaves nothing");
    for name in ["", "../home", "/etc/passwd", &blob.name.to_uppercase(), &format!("{}.tmp", blob.name)] {
        assert_eq!(files.remove(name), Err(Fault::invalid("name", "form")));
    }
}

#[test]
fn an_export_is_the_original_and_overwrites_nothing() {
    let (dir, files) = folder();
    let plain = sample(150_000);
    let blob = files.seal_bytes(&plain).unwrap();
    let dest = dir.path().join("original.jpg");
    files.export(&blob.name, &blob.key, &dest).unwrap();
    assert_eq!(fs::read(&dest).unwrap(), plain);
    assert_eq!(files.export(&blob.name, &blob.key, &dest), Err(Fault::invalid("path", "exists")));
}

#[test]
fn a_place_that_is_denied_is_the_persons_own_and_not_the_stores() {
    let (dir, files) = folder();
    let blob = files.seal_bytes(b"plain").unwrap();
    let closed = dir.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(&closed).is_ok() {
        return println!("skipped: this user may read every file");
    }
    let denied = Fault::invalid("path", "denied");
    assert_eq!(files.export(&blob.name, &blob.key, &closed.join("original.jpg")), Err(denied.clone()));
    assert_eq!(source(&closed.join("photo.jpg")).err(), Some(denied.clone()));
    assert_eq!(new_folder(&closed.join("log")), Err(denied));
}

#[test]
fn a_sweep_removes_orphans_and_unfinished_files_alone() {
    let (_dir, mut files) = folder();
    let (kept, orphan) = (files.seal_bytes(b"kept").unwrap(), files.seal_bytes(b"orphan").unwrap());
    fs::write(files.blobs.join(format!("{}{TEMPORARY}", orphan.name)), b"half").unwrap();
    fs::write(files.blobs.join("notes.txt"), b"not ours").unwrap();
    assert_eq!(files.sweep(&|name| name == kept.name), Ok(2));
    assert_eq!(files.read(&kept.name, &kept.key).unwrap(), b"kept");
    let mut left = names(&files);
    left.sort();
    assert_eq!(left, [kept.name, "notes.txt".to_owned()]);
}

/// Shows c24.
#[test]
fn a_folder_has_one_lock_at_a_time() {
    let (_dir, files) = folder();
    let lock = files.lock().unwrap();
    assert_eq!(files.lock().err(), Some(Fault::Busy { retry_after: 1 }));
    drop(lock);
    assert!(files.lock().is_ok());
}
