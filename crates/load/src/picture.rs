//! A model of a decoder that believes only what it received: a frame can be shown if it is whole and everything that it
//! refers to was shown.

use crate::vp8::{Head, Layer, PICTURE_MASK};

/// A packet, as far as a decoder is concerned.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// What its payload says; `None` = padding, or nothing that can be read.
    pub head: Option<Head>,
    /// The frame ends here.
    pub ends: bool,
}

/// A frame whose beginning was seen.
#[derive(Debug, Clone, Copy)]
struct Frame {
    head: Head,
}

/// The pictures of one stream.
#[derive(Debug, Default)]
pub struct Picture {
    frame: Option<Frame>,
    /// Numbers of the last frame that came whole.
    last: Option<(u16, u8)>,
    /// What was shown last can be referred to.
    holds: bool,
    /// Packets were lost since the last whole frame, so that its numbers say nothing of the next.
    torn: bool,
    layer: Option<Layer>,
    /// Frames shown, by layer.
    pub shown: [u64; Layer::COUNT],
    /// Whole frames whose numbers do not follow although nothing was lost: somebody counted wrongly.
    pub gaps: u64,
    /// Frames that could not be shown.
    pub broken: u64,
    /// Frames that were left off where a key frame of another layer took their place: the viewer missed nothing but these.
    pub cut: u64,
}

impl Picture {
    /// All frames shown.
    pub fn frames(&self) -> u64 {
        self.shown.iter().sum()
    }

    /// Nothing can be shown before the next key frame.
    pub fn needs_key(&self) -> bool {
        !self.holds
    }

    /// Packets are missing for good.
    pub fn lost(&mut self) {
        self.broken += u64::from(self.frame.take().is_some());
        self.holds = false;
        self.torn = true;
    }

    /// The next packet; true when a frame can be shown.
    pub fn part(&mut self, part: Part) -> bool {
        let Some(head) = part.head else { return false };
        if head.starts {
            self.cut(head);
            self.frame = Some(Frame { head });
        } else if self.frame.is_none_or(|frame| frame.head.picture != head.picture) {
            // Of the very first frame nobody knows what came before.
            let told = std::mem::replace(&mut self.torn, true) || self.last.is_none();
            self.gaps += u64::from(!told);
            self.lost();
            return false;
        }
        part.ends && self.frame.take().is_some_and(|frame| self.whole(frame.head))
    }

    /// The end of a frame is missing although no packet is. Whoever changes layers changes at a key frame, and leaves
    /// out what was still to come of the other layer.
    fn cut(&mut self, next: Head) {
        let Some(Frame { head }) = self.frame.take() else { return };
        self.cut += u64::from(next.key);
        self.broken += u64::from(!next.key);
        self.gaps += u64::from(!next.key);
        self.last = Some((head.picture, head.tl0));
    }

    fn whole(&mut self, head: Head) -> bool {
        let follows = self.last.is_none_or(|(picture, tl0)| {
            head.picture == (picture + 1) & PICTURE_MASK && head.tl0 == tl0.wrapping_add(1)
        });
        let torn = std::mem::take(&mut self.torn);
        self.gaps += u64::from(!follows && !torn);
        self.last = Some((head.picture, head.tl0));
        if head.key {
            self.holds = true;
            self.layer = head.layer;
        } else {
            self.holds &= follows;
        }
        match self.layer.filter(|_| self.holds) {
            Some(layer) => {
                if let Some(count) = self.shown.get_mut(layer.index()) {
                    *count += 1;
                }
                true
            }
            None => {
                self.broken += 1;
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of three packets.
    fn feed(picture: &mut Picture, number: u16, key: bool, layer: Layer) -> bool {
        let tl0 = number as u8;
        let of = |index: u8| Part {
            head: Some(Head {
                starts: index == 0,
                key: key && index == 0,
                layer: (key && index == 0).then_some(layer),
                picture: number & PICTURE_MASK,
                tl0,
            }),
            ends: index == 2,
        };
        assert!(!picture.part(of(0)) && !picture.part(of(1)));
        picture.part(of(2))
    }

    #[test]
    fn frames_are_shown_from_a_key_frame_on_over_the_end_of_numbers() {
        let mut picture = Picture::default();
        assert!(!feed(&mut picture, 32_765, false, Layer::F), "nothing to refer to");
        assert!(picture.needs_key());
        assert!(feed(&mut picture, 32_766, true, Layer::F));
        assert!(feed(&mut picture, 32_767, false, Layer::F));
        assert!(feed(&mut picture, 0x8000, false, Layer::F), "32768 is 0");
        assert!(feed(&mut picture, 1, true, Layer::Q));
        assert_eq!((picture.shown, picture.gaps, picture.broken), ([3, 0, 1, 0], 0, 1));
    }

    #[test]
    fn what_is_lost_breaks_the_chain_until_the_next_key_frame_and_is_no_gap() {
        let mut picture = Picture::default();
        feed(&mut picture, 1, true, Layer::H);
        picture.lost();
        assert!(!feed(&mut picture, 3, false, Layer::H) && picture.needs_key());
        assert!(feed(&mut picture, 4, true, Layer::H));
        assert_eq!((picture.frames(), picture.gaps, picture.broken), (2, 0, 1));
    }

    #[test]
    fn numbers_that_do_not_follow_are_gaps_when_nothing_is_lost() {
        let mut picture = Picture::default();
        feed(&mut picture, 1, true, Layer::F);
        assert!(!feed(&mut picture, 3, false, Layer::F));
        assert!(feed(&mut picture, 9, true, Layer::F), "a key frame can be shown all the same");
        assert_eq!(picture.gaps, 2);
    }

    #[test]
    fn a_frame_may_be_cut_by_a_key_frame_whose_numbers_follow() {
        let cut = |number: u16| Part {
            head: Some(Head { starts: true, key: false, layer: None, picture: number, tl0: number as u8 }),
            ends: false,
        };
        for (next, gaps) in [(3, 0), (4, 1)] {
            let mut picture = Picture::default();
            feed(&mut picture, 1, true, Layer::F);
            assert!(!picture.part(cut(2)));
            assert!(feed(&mut picture, next, true, Layer::H));
            assert_eq!((picture.frames(), picture.gaps, picture.broken, picture.cut), (2, gaps, 0, 1));
        }
    }

    #[test]
    fn a_frame_without_its_end_or_its_beginning_is_a_gap() {
        let part = |starts, number| Part {
            head: Some(Head {
                starts,
                key: false,
                layer: Some(Layer::F),
                picture: number,
                tl0: number as u8,
            }),
            ends: false,
        };
        let mut picture = Picture::default();
        assert!(!picture.part(part(false, 40)), "the first packet was lost");
        assert_eq!(picture.gaps, 0);
        feed(&mut picture, 41, true, Layer::F);
        assert!(!picture.part(part(true, 42)) && !picture.part(part(true, 43)));
        assert_eq!(picture.gaps, 1);
        assert!(!picture.part(part(false, 7)));
        assert_eq!((picture.gaps, picture.cut, picture.needs_key()), (2, 0, true));
        picture.part(Part { head: None, ends: false });
        assert_eq!(picture.gaps, 2, "padding is no part of a frame");
    }
}
