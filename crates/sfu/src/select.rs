//! Which simulcast layer a subscriber gets, and what to do with each packet.

/// The layer for a preference among the layers that flow (PROTOCOL §6.6, "asciibetical"): the preferred one, else
/// the next in alphabetical order (`f` < `h` < `q` goes from high to low quality), else the last.
/// `available` yields index and rid; a layer without rid is not simulcast and always fits.
pub(crate) fn pick<'a>(
    preferred: Option<&str>,
    available: impl Iterator<Item = (usize, Option<&'a str>)>,
) -> Option<usize> {
    let preferred = preferred.unwrap_or("");
    let mut next: Option<(&str, usize)> = None;
    let mut last: Option<(&str, usize)> = None;
    for (index, rid) in available {
        let Some(rid) = rid else { return Some(index) };
        if rid >= preferred && next.is_none_or(|(best, _)| rid < best) {
            next = Some((rid, index));
        }
        if last.is_none_or(|(best, _)| rid > best) {
            last = Some((rid, index));
        }
    }
    next.or(last).map(|(_, index)| index)
}

/// What a subscriber does with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Not for it.
    Drop,
    /// Goes on.
    Forward,
    /// The first packet of a (new) stretch: numbers are rebased on it.
    Start,
}

/// The layer choice of one subscriber. Audio has one layer and needs no key frame.
#[derive(Debug)]
pub(crate) struct Selector {
    needs_keyframe: bool,
    current: Option<usize>,
    target: Option<usize>,
}

impl Selector {
    pub(crate) fn new(needs_keyframe: bool) -> Self {
        Self { needs_keyframe, current: None, target: None }
    }

    /// Sets the layer to get; true when a key frame of it is needed for that.
    pub(crate) fn aim(&mut self, target: Option<usize>) -> bool {
        let changed = self.target != target;
        self.target = target;
        changed && self.waits_for().is_some()
    }

    /// The layer whose key frame is awaited.
    pub(crate) fn waits_for(&self) -> Option<usize> {
        if self.needs_keyframe && self.target != self.current { self.target } else { None }
    }

    /// The layer that is being forwarded.
    pub(crate) fn current(&self) -> Option<usize> {
        self.current
    }

    /// The stretch ended (pause, or the encoding started anew): the next one begins with a key frame.
    pub(crate) fn stop(&mut self) {
        self.current = None;
    }

    /// What to do with a packet of `layer`; `begins` = a stretch may begin with it: of a picture, it is the first packet of a key
    /// frame; of a sound, none came before it that follows it.
    pub(crate) fn step(&mut self, layer: usize, begins: bool) -> Step {
        if self.current == Some(layer) {
            return Step::Forward;
        }
        if self.target == Some(layer) && begins {
            self.current = Some(layer);
            return Step::Start;
        }
        Step::Drop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(preferred: Option<&str>, rids: &[&str]) -> Option<String> {
        let layers = rids.iter().enumerate().map(|(i, rid)| (i, Some(*rid)));
        pick(preferred, layers).map(|i| rids[i].to_owned())
    }

    #[test]
    fn asciibetical_fallback() {
        for (preferred, rids, want) in [
            (Some("f"), &["f", "h", "q"][..], Some("f")),
            (Some("h"), &["q", "h", "f"], Some("h")),
            (Some("q"), &["f", "h"], Some("h")),
            (Some("h"), &["f", "q"], Some("q")),
            (Some("f"), &["q", "h"], Some("h")),
            (Some("z"), &["f"], Some("f")),
            (None, &["q", "h", "f"], Some("f")),
            (Some("f"), &[], None),
        ] {
            assert_eq!(picked(preferred, rids).as_deref(), want, "{preferred:?} of {rids:?}");
        }
        assert_eq!(pick(Some("q"), [(0, None)].into_iter()), Some(0));
    }

    #[test]
    fn switches_only_at_a_key_frame_of_the_target() {
        let mut s = Selector::new(true);
        assert!(s.aim(Some(0)));
        assert_eq!(s.step(0, false), Step::Drop);
        assert_eq!(s.step(0, true), Step::Start);
        assert!(s.aim(Some(1)));
        assert!(!s.aim(Some(1)), "asked once");
        assert_eq!(s.step(0, false), Step::Forward, "the old layer flows until then");
        assert_eq!(s.step(1, false), Step::Drop);
        assert_eq!(s.step(1, true), Step::Start);
        assert_eq!(s.step(0, true), Step::Drop);
        s.stop();
        assert_eq!(s.waits_for(), Some(1));
    }

    #[test]
    fn audio_starts_with_any_packet_in_order() {
        let mut s = Selector::new(false);
        assert!(!s.aim(Some(0)));
        assert_eq!(s.step(0, false), Step::Drop, "one that comes late");
        assert_eq!(s.step(0, true), Step::Start);
        assert_eq!(s.step(0, false), Step::Forward);
    }
}
