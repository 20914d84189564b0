//! What a stream carries (RFC 8656 §12): STUN messages and channel data, one after the other.

use bytes::{Bytes, BytesMut};

use crate::limit::MESSAGE_MAX_BYTES;

/// Header of a STUN message.
const STUN_HEADER_BYTES: usize = 20;
/// Header of channel data.
const CHANNEL_HEADER_BYTES: usize = 4;
/// Channel numbers (RFC 8656 §12).
const CHANNELS: std::ops::RangeInclusive<u16> = 0x4000..=0x4fff;

/// A message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// STUN, still to be parsed.
    Stun(Bytes),
    /// A datagram on a channel.
    Channel(u16, Bytes),
}

/// The stream carries something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoMessage;

/// Whether a number is one of a channel.
pub(crate) fn is_channel(number: u16) -> bool {
    CHANNELS.contains(&number)
}

/// Takes the next whole message off what was read.
pub(crate) fn take(read: &mut BytesMut) -> Result<Option<Message>, NoMessage> {
    let Some(&[a, b, c, d]) = read.first_chunk::<CHANNEL_HEADER_BYTES>() else { return Ok(None) };
    let (kind, length) = (u16::from_be_bytes([a, b]), usize::from(u16::from_be_bytes([c, d])));
    let is_stun = kind < 0x4000;
    let (header, padded) = match (is_stun, is_channel(kind)) {
        (true, _) => (STUN_HEADER_BYTES, length),
        // On a stream its end is padded to four bytes (RFC 8656 §12.5).
        (_, true) => (CHANNEL_HEADER_BYTES, length.next_multiple_of(4)),
        (_, _) => return Err(NoMessage),
    };
    if header + padded > MESSAGE_MAX_BYTES {
        return Err(NoMessage);
    }
    if read.len() < header + padded {
        return Ok(None);
    }
    let whole = read.split_to(header + padded).freeze();
    Ok(Some(if is_stun {
        Message::Stun(whole)
    } else {
        Message::Channel(kind, whole.slice(header..header + length))
    }))
}

/// Adds a datagram on a channel.
pub(crate) fn put_channel(out: &mut Vec<u8>, channel: u16, payload: &[u8]) {
    let Ok(length) = u16::try_from(payload.len()) else { return };
    out.extend_from_slice(&channel.to_be_bytes());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(payload);
    out.resize(out.len() + (payload.len().next_multiple_of(4) - payload.len()), 0);
}

/// The value of an attribute that the STUN library does not read. `message` has been parsed.
pub(crate) fn attribute(message: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut rest = message.get(STUN_HEADER_BYTES..)?;
    loop {
        let &[a, b, c, d] = rest.first_chunk::<4>()?;
        let (kind, length) = (u16::from_be_bytes([a, b]), usize::from(u16::from_be_bytes([c, d])));
        rest = rest.get(4..)?;
        if kind == wanted {
            return rest.get(..length);
        }
        rest = rest.get(length.next_multiple_of(4)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channel_data_is_padded_on_a_stream_and_comes_out_as_it_went_in() {
        let mut stream = Vec::new();
        for length in [0_u8, 1, 4, 7] {
            put_channel(&mut stream, 0x4000 + u16::from(length), &vec![length; usize::from(length)]);
        }
        assert_eq!(stream.len(), 4 + 8 + 8 + 12);
        let mut read = BytesMut::new();
        let mut got = Vec::new();
        for byte in stream {
            read.extend_from_slice(&[byte]);
            while let Some(message) = take(&mut read).unwrap() {
                got.push(message);
            }
        }
        let expected: Vec<_> = [0_u8, 1, 4, 7]
            .map(|n| Message::Channel(0x4000 + u16::from(n), Bytes::from(vec![n; usize::from(n)])))
            .into();
        assert_eq!(got, expected);
    }

    #[test]
    fn what_is_no_message_is_refused_from_its_first_bytes() {
        for bad in [&b"GET / HTTP/1.1"[..], &[0x50, 0, 0, 0], &[0x40, 0, 0xff, 0xff], &[0, 1, 0x10, 0]] {
            assert_eq!(take(&mut BytesMut::from(bad)), Err(NoMessage), "{bad:?}");
        }
    }
}
