//! Datagrams on a byte stream: each behind its length (RFC 4571 §2).

use std::net::SocketAddr;

use bytes::{Buf as _, Bytes, BytesMut};
use sederunt_sfu::limit::DATAGRAM_MAX_BYTES;

/// Bytes of the length.
const LENGTH_BYTES: usize = 2;

/// A frame longer than any datagram of ours: whoever sends that speaks something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// Takes the next whole frame off what was read. Empty frames are skipped. Bounded by one frame and one read: nothing is
/// read before all frames are taken.
pub(super) fn take(read: &mut BytesMut) -> Result<Option<Bytes>, TooLong> {
    while let Some(&[high, low]) = read.first_chunk::<LENGTH_BYTES>() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > DATAGRAM_MAX_BYTES {
            return Err(TooLong);
        }
        if read.len() < LENGTH_BYTES + length {
            break;
        }
        read.advance(LENGTH_BYTES);
        let frame = read.split_to(length).freeze();
        if !frame.is_empty() {
            return Ok(Some(frame));
        }
    }
    Ok(None)
}

/// Writes what waits as the stream carries it: where a datagram comes from, or none for bytes that are written as they are.
pub(super) trait Put: std::fmt::Debug + Send + Sync {
    /// Adds it.
    fn put(&self, out: &mut Vec<u8>, from: Option<SocketAddr>, payload: &[u8]);
}

/// A stream of frames, which do not tell where they come from.
#[derive(Debug)]
pub(super) struct Framed;

impl Put for Framed {
    fn put(&self, out: &mut Vec<u8>, _: Option<SocketAddr>, payload: &[u8]) {
        put(out, payload);
    }
}

/// Adds a frame to what is to be written. One that is too long for its length is left out; no engine makes such.
pub(super) fn put(frames: &mut Vec<u8>, payload: &[u8]) {
    if let Ok(length) = u16::try_from(payload.len()) {
        frames.extend_from_slice(&length.to_be_bytes());
        frames.extend_from_slice(payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in_however_the_stream_is_cut() {
        let sent: Vec<Vec<u8>> = [1, 500, 2_000, 0, 7].map(|length| vec![length as u8; length]).to_vec();
        let mut stream = Vec::new();
        sent.iter().for_each(|frame| put(&mut stream, frame));
        for piece in [1, 2, 3, 499, 5_000] {
            let (mut read, mut got) = (BytesMut::new(), Vec::new());
            for part in stream.chunks(piece) {
                read.extend_from_slice(part);
                while let Some(frame) = take(&mut read).unwrap() {
                    got.push(frame.to_vec());
                }
            }
            let whole: Vec<_> = sent.iter().filter(|frame| !frame.is_empty()).cloned().collect();
            assert_eq!((got, read.len()), (whole, 0), "in pieces of {piece}");
        }
    }

    #[test]
    fn a_length_of_no_datagram_is_refused_before_its_bytes_come() {
        let mut read = BytesMut::from(&2_001_u16.to_be_bytes()[..]);
        assert_eq!(take(&mut read), Err(TooLong));
        let mut request = BytesMut::from(&b"GET / HTTP/1.1"[..]);
        assert_eq!(take(&mut request), Err(TooLong), "'GE' is 18 245");
    }
}
