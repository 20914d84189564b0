//! Identifiers: one 128-bit id, two spellings (SEMANTICS §1 rule 1, DECISIONS §2).
//!
//! An id is a UUID. Ids we mint are UUID version 8 (RFC 9562) that carry 96 bits: 48 bits of Unix
//! milliseconds, then 48 random bits; the last 26 bits are zero. Such an id may also be spelled as its
//! 24 lower-case hex digits, which is how the Pagecall door prints it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bits of `custom_c` that a minted id leaves zero.
const ZERO_TAIL_BITS: u32 = 26;
const MASK_12: u128 = 0xfff;
const MASK_36: u128 = 0xf_ffff_ffff;
const MASK_48: u128 = 0xffff_ffff_ffff;

/// A text that is neither a UUID nor 24 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a UUID or 24 hex digits")]
pub struct BadId;

/// An untyped 128-bit id. Prefer the typed wrappers ([`MeetingId`], [`SessionId`], …).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(u128);

impl Id {
    /// An id from its 128 bits, as stored.
    pub const fn from_u128(bits: u128) -> Self {
        Self(bits)
    }

    /// The 128 bits of the id; big-endian order sorts minted ids by time.
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// The id whose 96-bit payload is 48 bits of `unix_ms` and the low 48 bits of `random`.
    pub const fn mint(unix_ms: u64, random: u64) -> Self {
        Self::from_payload((((unix_ms as u128) & MASK_48) << 48) | ((random as u128) & MASK_48))
    }

    /// The version-8 UUID that carries these 96 bits.
    pub const fn from_payload(payload: u128) -> Self {
        let a = (payload >> 48) & MASK_48;
        let b = (payload >> 36) & MASK_12;
        let c = payload & MASK_36;
        Self((a << 80) | (0x8 << 76) | (b << 64) | (0b10 << 62) | (c << ZERO_TAIL_BITS))
    }

    /// The 96-bit payload when the id has the minted form, else `None`.
    pub const fn payload(self) -> Option<u128> {
        let payload = (((self.0 >> 80) & MASK_48) << 48)
            | (((self.0 >> 64) & MASK_12) << 36)
            | ((self.0 >> ZERO_TAIL_BITS) & MASK_36);
        if Self::from_payload(payload).0 == self.0 { Some(payload) } else { None }
    }

    /// The spelling of the Pagecall door: 24 hex digits where the form allows it, else the UUID.
    pub fn pagecall(self) -> String {
        match self.payload() {
            Some(payload) => {
                let mut digits = [[0; 2]; 12];
                // The lower 96 of 128 bits.
                for (two, byte) in digits.iter_mut().zip(payload.to_be_bytes().into_iter().skip(4)) {
                    *two = HEX[usize::from(byte)];
                }
                String::from_utf8_lossy(digits.as_flattened()).into_owned()
            }
            None => self.to_string(),
        }
    }

    /// The UUID as ASCII: lower case, with hyphens.
    pub fn text(self) -> [u8; 36] {
        // Where the digits of each byte go; the hyphens are between them.
        const PLACES: [[usize; 2]; 16] = [
            [0, 1],
            [2, 3],
            [4, 5],
            [6, 7],
            [9, 10],
            [11, 12],
            [14, 15],
            [16, 17],
            [19, 20],
            [21, 22],
            [24, 25],
            [26, 27],
            [28, 29],
            [30, 31],
            [32, 33],
            [34, 35],
        ];
        // By hand: a page of a list has dozens of ids, and the general formatting is most of what they cost.
        let mut text = [b'-'; 36];
        for (byte, [high, low]) in self.0.to_be_bytes().into_iter().zip(PLACES) {
            [text[high], text[low]] = HEX[usize::from(byte)];
        }
        text
    }

    /// Reads either spelling, any case.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let hex = |s: &str| -> Result<u128, BadId> {
            if s.bytes().all(|b| b.is_ascii_hexdigit()) {
                u128::from_str_radix(s, 16).map_err(|_| BadId)
            } else {
                Err(BadId)
            }
        };
        match text.len() {
            24 => Ok(Self::from_payload(hex(text)?)),
            36 => {
                let bytes = text.as_bytes();
                if !text.is_ascii() || [8, 13, 18, 23].iter().any(|&i| bytes[i] != b'-') {
                    return Err(BadId);
                }
                let digits: String = text.chars().filter(|&c| c != '-').collect();
                if digits.len() != 32 {
                    return Err(BadId);
                }
                Ok(Self(hex(&digits)?))
            }
            _ => Err(BadId),
        }
    }
}

/// The two digits of every byte.
const HEX: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = [[0; 2]; 256];
    let mut byte = 0;
    while byte < hex.len() {
        hex[byte] = [DIGITS[byte >> 4], DIGITS[byte & 0xf]];
        byte += 1;
    }
    hex
};

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub Id);

        impl $name {
            /// The id from its 128 bits, as stored.
            pub const fn from_u128(bits: u128) -> Self { Self(Id::from_u128(bits)) }
            /// The 128 bits, as stored.
            pub const fn as_u128(self) -> u128 { self.0.as_u128() }
            /// The spelling of the Pagecall door.
            pub fn pagecall(self) -> String { self.0.pagecall() }
            /// See [`Id::text`].
            pub fn text(self) -> [u8; 36] { self.0.text() }
        }
        impl From<Id> for $name { fn from(id: Id) -> Self { Self(id) } }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(&self.0, f) }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(s: &str) -> Result<Self, BadId> { Id::parse(s).map(Self) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                Id::parse(&text).map(Self).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

typed_id! {
    /// A meeting (RealtimeKit) = a room (Pagecall): re-usable, has no start or end.
    MeetingId,
    /// Someone who may enter one meeting (RealtimeKit participant = Pagecall member).
    ParticipantId,
    /// A live instance of a meeting (RealtimeKit's meaning of "session").
    SessionId,
    /// One connection of a participant, in its session. Made by the client, which keeps it for the life of its page, so it
    /// comes again in other sessions.
    PeerId,
    /// One recorded interval of a connection (Pagecall's "session"). Minted, and never used again.
    StayId,
    /// A published track of a peer. Also its consumers' id (PROTOCOL §0 point 6).
    ProducerId,
    /// One peer connection of a client, in one direction.
    TransportId,
    /// One chat message.
    ChatId,
    /// A file that was uploaded for a chat message.
    FileId,
    /// A poll.
    PollId,
}

/// An app (RealtimeKit) = a workspace (Pagecall): opaque text of 1 to 64 characters (DECISIONS §2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppId(pub Arc<str>);

impl AppId {
    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl From<&str> for AppId {
    fn from(s: &str) -> Self {
        Self(s.into())
    }
}
impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minted_ids_have_both_spellings_and_sort_by_time() {
        let a = Id::mint(1_700_000_000_000, 7);
        let b = Id::mint(1_700_000_000_001, 3);
        assert!(a < b);
        assert_eq!(a.pagecall().len(), 24);
        assert_eq!(Id::parse(&a.pagecall()), Ok(a));
        assert_eq!(Id::parse(&a.to_string().to_uppercase()), Ok(a));
        let text = a.to_string();
        assert_eq!(&text[14..15], "8", "version");
        assert!(matches!(&text[19..20], "8" | "9" | "a" | "b"), "variant");
    }

    #[test]
    fn vendor_ids_keep_their_spelling() {
        let pagecall = Id::parse("000585F36EED9E8FB6B655B4").unwrap();
        assert_eq!(pagecall.pagecall(), "000585f36eed9e8fb6b655b4");
        let v4 = Id::parse("14a396e7-ca44-4937-bf1f-050a69118543").unwrap();
        assert_eq!(v4.payload(), None);
        assert_eq!(v4.pagecall(), "14a396e7-ca44-4937-bf1f-050a69118543");
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in [
            "",
            "abcdef-ghijkl",
            "000585f36eed9e8fb6b655bg",
            "14a396e7ca444937bf1f050a69118543",
            "14a396e7-ca44-4937-bf1f-050a6911854+",
            "+00585f36eed9e8fb6b655b4",
            "日本語日本語日本語日本語",
        ] {
            assert_eq!(Id::parse(bad), Err(BadId), "{bad}");
        }
    }
}
