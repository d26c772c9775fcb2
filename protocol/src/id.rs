//! Typed identifiers and the 32-byte hash.
//!
//! Invariants: an organisation is named by the hash of its first header, a device by its Ed25519 public key, every other
//! record by a UUIDv7 (RFC 9562). Text forms are lower-case hex for 32 bytes and the hyphenated form for UUIDs; parsing
//! accepts exactly that form and nothing else, so one identifier has one spelling.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What was not the one spelling of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of the expected form")]
pub struct BadId;

macro_rules! text_serde {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(de::Error::custom)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

/// In other languages an identifier is its text.
#[cfg(feature = "uniffi")]
macro_rules! text_uniffi {
    ($name:ident) => {
        uniffi::custom_type!($name, String, {
            lower: |id| id.to_string(),
            try_lift: |text| Ok(text.parse()?),
        });
    };
}

macro_rules! key_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The 32 bytes of `slice`, or an error when there are not exactly 32.
            pub fn from_slice(slice: &[u8]) -> Result<Self, BadId> {
                slice.try_into().map($name).map_err(|_| BadId)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(s: &str) -> Result<Self, BadId> {
                Self::from_slice(&HEXLOWER.decode(s.as_bytes()).map_err(|_| BadId)?)
            }
        }
        text_serde!($name);
        #[cfg(feature = "uniffi")]
        text_uniffi!($name);
    };
}

key_id!(
    /// A SHA-256 value.
    Hash
);
key_id!(
    /// An organisation: SHA-256 of the header of its first entry.
    OrganisationId
);
key_id!(
    /// A device, or the server that writes deposits: its Ed25519 public key.
    DeviceId
);

/// A UUIDv7 (RFC 9562): names a record that is neither an organisation nor a device.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid([u8; 16]);

impl Uuid {
    /// The UUIDv7 of `millis` (milliseconds since 1970) and ten random bytes.
    pub fn v7(millis: i64, random: [u8; 10]) -> Self {
        let m = millis.max(0).to_be_bytes();
        let [_, _, m0, m1, m2, m3, m4, m5] = m;
        let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9] = random;
        Uuid([m0, m1, m2, m3, m4, m5, 0x70 | (r0 & 0x0f), r1, 0x80 | (r2 & 0x3f), r3, r4, r5, r6, r7, r8, r9])
    }

    /// The bytes, when they are those of a UUIDv7 (version 7, variant 2).
    pub fn from_slice(slice: &[u8]) -> Result<Self, BadId> {
        let bytes: [u8; 16] = slice.try_into().map_err(|_| BadId)?;
        let [.., v, _, n, _, _, _, _, _, _, _] = bytes;
        if v >> 4 == 7 && n >> 6 == 2 { Ok(Uuid(bytes)) } else { Err(BadId) }
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Milliseconds since 1970 at which the identifier was made, by its maker's clock. Sorts records; proves nothing.
    pub fn millis(&self) -> i64 {
        let [m0, m1, m2, m3, m4, m5, ..] = self.0;
        i64::from_be_bytes([0, 0, m0, m1, m2, m3, m4, m5])
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(36);
        for (i, part) in [0..4, 4..6, 6..8, 8..10, 10..16].into_iter().enumerate() {
            if i > 0 {
                text.push('-');
            }
            HEXLOWER.encode_append(self.0.get(part).unwrap_or_default(), &mut text);
        }
        f.write_str(&text)
    }
}

impl FromStr for Uuid {
    type Err = BadId;
    fn from_str(s: &str) -> Result<Self, BadId> {
        let bare: String = s.chars().filter(|c| *c != '-').collect();
        let id = Self::from_slice(&HEXLOWER.decode(bare.as_bytes()).map_err(|_| BadId)?)?;
        if id.to_string() == s { Ok(id) } else { Err(BadId) }
    }
}
text_serde!(Uuid);
#[cfg(feature = "uniffi")]
text_uniffi!(Uuid);

/// What an action is about: 32 bytes for an organisation or a device, a UUIDv7 for everything else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordId {
    /// An organisation (hash of its first header, empty in that header itself) or a device (public key).
    Key([u8; 32]),
    /// Any other record.
    Uuid(Uuid),
}

impl RecordId {
    /// The bytes as they stand in a header.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            RecordId::Key(k) => k,
            RecordId::Uuid(u) => u.as_bytes(),
        }
    }

    /// 16 bytes of a UUIDv7 or 32 bytes of a key.
    pub fn from_slice(slice: &[u8]) -> Result<Self, BadId> {
        match slice.len() {
            32 => slice.try_into().map(RecordId::Key).map_err(|_| BadId),
            _ => Uuid::from_slice(slice).map(RecordId::Uuid),
        }
    }

    /// The UUID, unless this names an organisation or a device.
    pub fn uuid(&self) -> Option<Uuid> {
        match self {
            RecordId::Uuid(u) => Some(*u),
            RecordId::Key(_) => None,
        }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordId::Key(k) => f.write_str(&HEXLOWER.encode(k)),
            RecordId::Uuid(u) => u.fmt(f),
        }
    }
}

impl FromStr for RecordId {
    type Err = BadId;
    fn from_str(s: &str) -> Result<Self, BadId> {
        if s.len() == 64 { s.parse().map(|Hash(k)| RecordId::Key(k)) } else { s.parse().map(RecordId::Uuid) }
    }
}
text_serde!(RecordId);
#[cfg(feature = "uniffi")]
text_uniffi!(RecordId);

impl From<Uuid> for RecordId {
    fn from(id: Uuid) -> Self {
        RecordId::Uuid(id)
    }
}
impl From<DeviceId> for RecordId {
    fn from(id: DeviceId) -> Self {
        RecordId::Key(id.0)
    }
}
impl From<OrganisationId> for RecordId {
    fn from(id: OrganisationId) -> Self {
        RecordId::Key(id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_one_spelling() {
        let id = Uuid::v7(1_790_000_000_000, [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.millis(), 1_790_000_000_000);
        assert_eq!(id.to_string().to_uppercase().parse::<Uuid>(), Err(BadId));
        assert_eq!(id.to_string().replace('-', "").parse::<Uuid>(), Err(BadId));
        assert_eq!("0".repeat(36).parse::<Uuid>(), Err(BadId));
        let key = RecordId::Key([0xab; 32]);
        assert_eq!(key.to_string().parse(), Ok(key));
    }
}
