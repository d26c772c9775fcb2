//! P1: sealing and opening 4 MiB and 1 KiB, beside the fastest ChaCha20-Poly1305 that is linked here (ring) under the same
//! HChaCha20 subkey.

use std::{hint::black_box, time::Instant};

use chacha20::{R20, hchacha};
use plumbline_core::aead;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

use crate::{
    Failure,
    measure::{Plan, Row, interleaved},
};

const KEY: [u8; aead::KEY] = [7; aead::KEY];
/// libsodium by this floor in bulk: 1.25 and 1.6 GB/s.
const BULK: f64 = 1.3;
/// The crate that ships by this floor for small messages: 2.63 and 0.87 us.
const SMALL: f64 = 3.1;
const NONCE: [u8; aead::NONCE] = [9; aead::NONCE];

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for (name, bytes, rounds, most) in [("4 MiB", 4 << 20, 1, BULK), ("1 KiB", 1 << 10, 200, SMALL)] {
        let plain = vec![5; bytes];
        // One buffer each, so that neither pays for memory.
        let (mut ours_room, mut floor_room) = (plain.clone(), plain.clone());
        let ours = async || {
            let begun = Instant::now();
            for _ in 0..rounds {
                aead::seal(&KEY, &NONCE, &[], &mut ours_room)?;
                aead::open(&KEY, &NONCE, &[], &mut ours_room)?;
            }
            Ok(begun.elapsed() / rounds)
        };
        let floor = || {
            let begun = Instant::now();
            for _ in 0..rounds {
                bare(&mut floor_room)?;
            }
            Ok(begun.elapsed() / rounds)
        };
        let (ours, floor) = interleaved(plan.many.min(51), ours, floor).await?;
        rows.push(Row::beside(&format!("P1 seal and open {name}"), bytes as u64, (ours, floor), most));
        black_box((&ours_room, &floor_room));
    }
    Ok(rows)
}

fn bare(message: &mut Vec<u8>) -> Result<(), Failure> {
    let (prefix, rest) = NONCE.split_at(16);
    let subkey = hchacha::<R20>(&KEY.into(), prefix.try_into()?);
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &subkey).map_err(|_| "key")?);
    let mut nonce = [0; 12];
    nonce.split_at_mut(4).1.copy_from_slice(rest);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), message).map_err(|_| "seal")?;
    let length =
        key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), message).map_err(|_| "open")?.len();
    message.truncate(length);
    Ok(())
}
