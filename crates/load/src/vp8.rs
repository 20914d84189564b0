//! Pictures that are none: VP8 whose descriptor and frame header are true (RFC 7741 §4.2, §4.3) and whose rest is filler,
//! in the sizes that an encoder makes. Whoever forwards or checks looks at nothing else.

/// Frames a second of a camera.
pub const FRAMES_PER_SECOND: u32 = 20;
/// Frames a second of a screen.
pub const SCREEN_FRAMES_PER_SECOND: u32 = 5;
/// A key frame comes at the latest after so many frames: two seconds of a camera, eight of a screen.
pub const KEY_EVERY: u32 = 40;
/// A key frame is so many times as large as the frames between.
const KEY_WEIGHT: u32 = 4;
/// Bytes of a payload: with all headers and tags it fits every network.
const PAYLOAD_MAX_BYTES: usize = 1_100;
/// X, then I, L and T, a picture number of 15 bits, TL0PICIDX, and the temporal layer.
const DESCRIPTOR_BYTES: usize = 6;
/// Flags, start code, width and height.
const KEY_HEADER_BYTES: usize = 10;
/// Bits of a picture number.
pub(crate) const PICTURE_MASK: u16 = 0x7fff;

/// An encoding of a camera, or a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The whole picture.
    F,
    /// Half of each side.
    H,
    /// A quarter.
    Q,
    /// A shared screen, which has no others beside it.
    Screen,
}

impl Layer {
    /// Those of a camera, from large to small.
    pub const CAMERA: [Self; 3] = [Self::F, Self::H, Self::Q];
    /// How many there are.
    pub const COUNT: usize = 4;

    /// As the client names it (PROTOCOL §6.2); a screen has no name, as it is one of one.
    pub const fn rid(self) -> Option<&'static str> {
        match self {
            Self::F => Some("f"),
            Self::H => Some("h"),
            Self::Q => Some("q"),
            Self::Screen => None,
        }
    }

    /// Frames a second.
    pub const fn frames_per_second(self) -> u32 {
        match self {
            Self::F | Self::H | Self::Q => FRAMES_PER_SECOND,
            Self::Screen => SCREEN_FRAMES_PER_SECOND,
        }
    }

    /// Width and height.
    pub const fn size(self) -> (u16, u16) {
        match self {
            Self::F => (640, 360),
            Self::H => (320, 180),
            Self::Q => (160, 90),
            Self::Screen => (1_280, 720),
        }
    }

    /// What an encoder makes of a talking head, and of slides.
    pub const fn bits_per_second(self) -> u32 {
        match self {
            Self::F => 900_000,
            Self::H => 280_000,
            Self::Q => 90_000,
            Self::Screen => 500_000,
        }
    }

    /// The layer of a picture so wide.
    fn of_width(width: u16) -> Option<Self> {
        Self::CAMERA.into_iter().chain([Self::Screen]).find(|layer| layer.size().0 == width)
    }

    /// Place among all.
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::F => 0,
            Self::H => 1,
            Self::Q => 2,
            Self::Screen => 3,
        }
    }

    /// Bytes of a frame, so that those from one key frame to the next have the rate of the layer.
    fn frame_bytes(self, key: bool) -> usize {
        let between_keys = self.bits_per_second() / 8 * KEY_EVERY / self.frames_per_second();
        let one = between_keys / (KEY_EVERY - 1 + KEY_WEIGHT);
        (if key { one * KEY_WEIGHT } else { one }) as usize
    }
}

/// The payloads of a frame, in order. The last of them ends the frame.
pub fn frame(layer: Layer, picture: u16, tl0: u8, key: bool) -> Vec<Vec<u8>> {
    let bytes = layer.frame_bytes(key);
    let per_packet = PAYLOAD_MAX_BYTES - DESCRIPTOR_BYTES;
    let count = bytes.div_ceil(per_packet);
    let mut left = bytes;
    let packet = |index: usize| {
        // Alike, so that no packet is too short for what stands at its end.
        let body = left.div_ceil(count - index);
        left -= body;
        let start = if index == 0 { 0x10 } else { 0 };
        let [high, low] = (picture & PICTURE_MASK).to_be_bytes();
        let mut payload = Vec::with_capacity(DESCRIPTOR_BYTES + body);
        payload.extend([0x80 | start, 0xe0, 0x80 | high, low, tl0, 0]);
        if index == 0 {
            payload.extend_from_slice(&header(layer, bytes, key));
        }
        payload.resize(DESCRIPTOR_BYTES + body, 0);
        payload
    };
    (0..count).map(packet).collect()
}

/// What a frame begins with (RFC 6386 §9.1): that it is shown, the length of its first partition, and of a key frame the
/// size of the picture.
fn header(layer: Layer, bytes: usize, key: bool) -> Vec<u8> {
    let first_partition = (bytes / 2) as u32;
    let tag = u32::from(!key) | 1 << 4 | first_partition << 5;
    let [a, b, c, _] = tag.to_le_bytes();
    let mut header = vec![a, b, c];
    if key {
        let (width, height) = layer.size();
        header.extend([0x9d, 0x01, 0x2a]);
        header.extend(width.to_le_bytes());
        header.extend(height.to_le_bytes());
    }
    header
}

/// What a payload says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// A frame begins here.
    pub starts: bool,
    /// It begins a key frame.
    pub key: bool,
    /// Which layer it is of, as a key frame tells.
    pub layer: Option<Layer>,
    /// The picture's number, 15 bits.
    pub picture: u16,
    /// The number of the frame that others may refer to.
    pub tl0: u8,
}

/// Reads the beginning of a payload; `None` = there is no picture number or no TL0PICIDX, which nobody of ours leaves out.
pub fn read(payload: &[u8]) -> Option<Head> {
    let first = *payload.first()?;
    let extensions = *payload.get(1)?;
    // X, I and L.
    if first & 0x80 == 0 || extensions & 0xc0 != 0xc0 {
        return None;
    }
    let long = payload.get(2)? & 0x80 != 0;
    let (picture, after) = if long {
        (u16::from_be_bytes([*payload.get(2)?, *payload.get(3)?]) & PICTURE_MASK, 4)
    } else {
        (u16::from(*payload.get(2)?), 3)
    };
    let tl0 = *payload.get(after)?;
    let body = payload.get(after + 1 + usize::from(extensions & 0x30 != 0)..)?;
    // The start of a partition, and of the first one.
    let starts = first & 0x10 != 0 && first & 0x07 == 0;
    let key = starts && body.first()? & 1 == 0;
    let layer = match body.first_chunk::<KEY_HEADER_BYTES>() {
        Some([_, _, _, 0x9d, 0x01, 0x2a, low, high, ..]) if key => {
            Layer::of_width(u16::from_le_bytes([*low, *high]) & 0x3fff)
        }
        _ => None,
    };
    Some(Head { starts, key, layer, picture, tl0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::STAMP_BYTES;

    #[test]
    fn what_is_written_is_read() {
        for layer in Layer::CAMERA.into_iter().chain([Layer::Screen]) {
            for key in [true, false] {
                let packets = frame(layer, 0x8123, 250, key);
                for (index, packet) in packets.iter().enumerate() {
                    let starts = index == 0;
                    let layer = (starts && key).then_some(layer);
                    let head = Head { starts, key: starts && key, layer, picture: 0x0123, tl0: 250 };
                    assert_eq!(read(packet), Some(head), "{layer:?} {index}");
                    assert!(packet.len() <= PAYLOAD_MAX_BYTES);
                    let headers = DESCRIPTOR_BYTES + KEY_HEADER_BYTES;
                    assert!(packet.len() >= headers + STAMP_BYTES, "the stamp is behind the headers");
                }
            }
        }
    }

    #[test]
    fn the_library_reads_the_same() {
        let packet = &frame(Layer::Q, 77, 9, true)[0];
        let read = str0m::rtp::Vp8Descriptor::parse(packet).unwrap();
        assert_eq!((read.picture_id(), read.tl0_pic_idx()), (Some(77), Some(9)));
    }

    #[test]
    fn a_layer_has_its_rate() {
        for layer in Layer::CAMERA.into_iter().chain([Layer::Screen]) {
            let bytes: usize = (0..KEY_EVERY).map(|n| layer.frame_bytes(n == 0)).sum();
            let bits = bytes as f64 * 8.0 * f64::from(layer.frames_per_second()) / f64::from(KEY_EVERY);
            let wanted = f64::from(layer.bits_per_second());
            assert!((0.99..=1.0).contains(&(bits / wanted)), "{layer:?}: {bits}");
        }
    }

    #[test]
    fn what_is_cut_or_has_no_numbers_is_nothing() {
        let whole = &frame(Layer::F, 5, 6, true)[0];
        for length in 0..DESCRIPTOR_BYTES + 1 {
            assert_eq!(read(&whole[..length]), None, "{length} bytes");
        }
        assert_eq!(read(&[0x10, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(read(&[0x90, 0x80, 5, 0, 0, 0, 0]), None, "no TL0PICIDX");
        let short = read(&[0x90, 0xe0, 5, 6, 0, 1]).unwrap();
        assert_eq!((short.picture, short.tl0, short.key), (5, 6, false), "a number of seven bits");
    }
}
