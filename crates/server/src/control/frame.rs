//! What goes over the socket: a kind, a length, a payload. The server says hello, the command asks once; then both
//! send parts until the server says how it ended.

use std::io::{self, Error, ErrorKind};

use serde::{Deserialize, Serialize};

/// Changes with every change of the frames or of [`crate::work::Work`]; both sides must have the same.
pub(crate) const FORM: u32 = 3;

/// Kind, and the payload's length in network order.
pub(crate) const HEAD_BYTES: usize = 5;

/// Longest payload: a line of an import comes in parts.
pub(crate) const PAYLOAD_MAX: usize = 256 * 1024;

/// What a payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// First word of the server: [`Hello`].
    Hello,
    /// First word of the command: [`crate::work::Work`] as JSON.
    Ask,
    /// A part of the command's input.
    Input,
    /// The input has ended. A connection that ends without it was cut off.
    InputEnd,
    /// For standard output.
    Out,
    /// For standard error.
    Err,
    /// [`crate::work::Progress`] as JSON.
    Progress,
    /// Done: one byte, the exit code.
    Exit,
    /// Failed: why, in words.
    Failed,
}

const KINDS: [(Kind, u8); 9] = [
    (Kind::Hello, b'h'),
    (Kind::Ask, b'a'),
    (Kind::Input, b'i'),
    (Kind::InputEnd, b'z'),
    (Kind::Out, b'o'),
    (Kind::Err, b'e'),
    (Kind::Progress, b'p'),
    (Kind::Exit, b'x'),
    (Kind::Failed, b'f'),
];

/// Who answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Hello {
    /// Version of the program.
    pub(crate) version: String,
    /// [`FORM`].
    pub(crate) form: u32,
}

impl Hello {
    pub(crate) fn ours() -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), form: FORM }
    }
}

/// A frame as it is sent.
pub(crate) fn encode(kind: Kind, payload: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(payload.len()).ok().filter(|_| payload.len() <= PAYLOAD_MAX);
    let length = length.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the frame is too long"))?;
    let code = KINDS.iter().find(|(k, _)| *k == kind).map_or(0, |(_, code)| *code);
    let mut bytes = Vec::with_capacity(HEAD_BYTES + payload.len());
    bytes.push(code);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// Kind and length of the payload that follows. Fails before anything is read or kept for it.
pub(crate) fn head(bytes: [u8; HEAD_BYTES]) -> io::Result<(Kind, usize)> {
    let [code, length @ ..] = bytes;
    let kind = KINDS.iter().find(|(_, c)| *c == code).map(|(kind, _)| *kind);
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    match kind {
        Some(kind) if length <= PAYLOAD_MAX => Ok((kind, length)),
        _ => Err(Error::new(ErrorKind::InvalidData, "this is not a frame of a sederunt command")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_they_were_written() {
        for (kind, _) in KINDS {
            let bytes = encode(kind, b"abc").unwrap();
            let (first, rest) = bytes.split_first_chunk().unwrap();
            assert_eq!(head(*first).unwrap(), (kind, 3));
            assert_eq!(rest, b"abc");
        }
    }

    #[test]
    fn nothing_is_kept_for_what_is_no_frame() {
        assert!(head(*b"GET /").is_err());
        assert!(head([b'a', 0, 4, 0, 1]).is_err(), "one byte too long");
        assert_eq!(head([b'a', 0, 4, 0, 0]).unwrap(), (Kind::Ask, PAYLOAD_MAX));
        assert!(encode(Kind::Out, &vec![0; PAYLOAD_MAX + 1]).is_err());
    }
}
