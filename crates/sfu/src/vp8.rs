//! What the beginning of a VP8 key frame says of the picture (RFC 6386 §9.1, RFC 7741 §4.2).

/// Bytes before the frame: one, and what its extension bits ask for.
fn descriptor_length(payload: &[u8]) -> Option<usize> {
    let extended = payload.first()? & 0x80 != 0;
    if !extended {
        return Some(1);
    }
    let extensions = payload.get(1)?;
    let has = |bit: u8| usize::from(extensions & bit != 0);
    let picture = match has(0x80) {
        0 => 0,
        _ => 1 + usize::from(payload.get(2)? & 0x80 != 0),
    };
    // T and K share a byte.
    Some(2 + picture + has(0x40) + has(0x30).min(1))
}

/// Width and height of the key frame that begins in this payload.
pub(crate) fn key_frame_size(payload: &[u8]) -> Option<(u16, u16)> {
    let frame = payload.get(descriptor_length(payload)?..)?;
    let (_, rest) = frame.split_at_checked(3)?;
    let [0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] = rest else { return None };
    // Two bits of each are the scale.
    let side = |low: &u8, high: &u8| u16::from_le_bytes([*low, *high]) & 0x3fff;
    let (width, height) = (side(w0, w1), side(h0, h1));
    (width > 0 && height > 0).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key frame of 640 × 360, scaled up by 5/3 in both directions, which changes nothing of its size.
    const FRAME: [u8; 11] = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0x68, 0x41, 0xff];

    fn with(descriptor: &[u8]) -> Vec<u8> {
        [descriptor, &FRAME].concat()
    }

    #[test]
    fn the_size_is_behind_every_form_of_descriptor() {
        for descriptor in [
            &[0x10][..],
            &[0x90, 0x00],
            &[0x90, 0x80, 0x11],
            &[0x90, 0x80, 0x80, 0x11],
            &[0x90, 0xe0, 0x80, 0x11, 7, 0],
            &[0x90, 0x30, 0],
            &[0x90, 0xf0, 0x80, 0x11, 7, 0],
        ] {
            assert_eq!(key_frame_size(&with(descriptor)), Some((640, 360)), "{descriptor:?}");
        }
    }

    #[test]
    fn what_is_cut_or_none_says_nothing() {
        let whole = with(&[0x90, 0xe0, 0x80, 0x11, 7, 0]);
        for length in 0..whole.len() - 1 {
            assert_eq!(key_frame_size(&whole[..length]), None, "{length} bytes");
        }
        let mut other = whole.clone();
        other[9] ^= 1;
        assert_eq!(key_frame_size(&other), None, "no start code");
        let mut empty = whole;
        empty[12..14].fill(0);
        assert_eq!(key_frame_size(&empty), None, "no width");
    }
}
