//! The m-lines of one session, as the client orders them and as str0m does.
//!
//! str0m appends every m-line that it offers. On the wire a new one takes the place of one that both sides have
//! stopped (RFC 8829 §5.2.2), so that descriptions do not grow while people come and go. The name of an m-line is
//! never used again: the client keeps its consumers by it.

use std::collections::HashSet;

use crate::command::Kind;
use crate::sdp::MLine;

/// The m-lines of one session.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Every mid there was, in the order of str0m.
    session: Vec<Name>,
    /// The last description on which both sides agreed.
    wire: Vec<MLine>,
}

/// An m-line by its mid; no kind = neither audio nor video.
type Name = (String, Option<Kind>);

impl Lines {
    /// m-lines that str0m keeps, displaced ones included.
    pub(crate) fn kept(&self) -> usize {
        self.session.len()
    }

    /// The mids of our next offer in the order of the wire: each new one takes the place of a stopped one of its
    /// kind, if there is any.
    pub(crate) fn order(&self, new: &[(String, Kind)]) -> Vec<String> {
        let free = |line: &MLine| line.kind.filter(|_| line.stopped);
        let mut places: Vec<_> = self.wire.iter().map(|line| (line.mid.clone(), free(line))).collect();
        for (mid, kind) in new {
            match places.iter_mut().find(|(_, free)| *free == Some(*kind)) {
                Some(place) => *place = (mid.clone(), None),
                None => places.push((mid.clone(), None)),
            }
        }
        places.into_iter().map(|(mid, _)| mid).collect()
    }

    /// The m-lines when a description of the client with these `lines` holds; `offered` = the new ones, when it
    /// answers an offer of ours.
    pub(crate) fn after(&self, lines: Vec<MLine>, offered: &[(String, Kind)]) -> Self {
        let mut session = self.session.clone();
        session.extend(offered.iter().map(|(mid, kind)| (mid.clone(), Some(*kind))));
        for (index, line) in lines.iter().enumerate() {
            if session.iter().any(|(mid, _)| *mid == line.mid) {
                continue;
            }
            // A client may displace a stopped m-line, too; str0m does so with it.
            let stopped = self.wire.get(index).filter(|former| former.stopped);
            let displaced = stopped.and_then(|former| session.iter_mut().find(|(mid, _)| *mid == former.mid));
            let name = (line.mid.clone(), line.kind);
            match displaced {
                Some(place) => *place = name,
                None => session.push(name),
            }
        }
        Self { session, wire: lines }
    }

    /// A description of the client in the order of str0m. What the client has no line for any more is stopped.
    pub(crate) fn inward(&self, text: &str) -> String {
        if self.session.iter().map(|(mid, _)| mid).eq(self.wire.iter().map(|line| &line.mid)) {
            return text.to_owned();
        }
        let (head, sections) = split(text);
        let mut out = bundled(&head, self.session.iter().map(|(mid, _)| mid.as_str()));
        for (mid, kind) in &self.session {
            match sections.iter().find(|section| section.0 == mid) {
                Some((_, section)) => out.push_str(section),
                None => out.push_str(&stopped(mid, *kind)),
            }
        }
        out
    }
}

/// A description of str0m with the m-lines of `mids` alone, in that order.
pub(crate) fn outward<'a>(text: &str, mids: impl Iterator<Item = &'a str> + Clone) -> String {
    let (head, sections) = split(text);
    let mut out = bundled(&head, mids.clone());
    for mid in mids {
        if let Some((_, section)) = sections.iter().find(|section| section.0 == mid) {
            out.push_str(section);
        }
    }
    out
}

/// The head of a description with its bundle in the order of the m-lines, as str0m and browsers want it.
fn bundled<'a>(head: &str, mids: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut out = String::with_capacity(head.len());
    for line in head.split_inclusive('\n') {
        match line.strip_prefix("a=group:BUNDLE") {
            Some(rest) => {
                let bundle: HashSet<&str> = rest.split_ascii_whitespace().collect();
                out.push_str("a=group:BUNDLE");
                mids.clone().filter(|mid| bundle.contains(mid)).for_each(|mid| {
                    out.push(' ');
                    out.push_str(mid);
                });
                out.push_str("\r\n");
            }
            None => out.push_str(line),
        }
    }
    out
}

/// What stands before the first m-line, and each m-line by its mid.
fn split(text: &str) -> (String, Vec<(&str, &str)>) {
    let mut starts: Vec<usize> = text.match_indices("\nm=").map(|(at, _)| at + 1).collect();
    if text.starts_with("m=") {
        starts.insert(0, 0);
    }
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    let sections = starts.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end));
    let named = |section| (mid_of(section).unwrap_or_default(), section);
    let head = starts.first().and_then(|first| text.get(..*first)).unwrap_or(text);
    (head.to_owned(), sections.map(named).collect())
}

fn mid_of(section: &str) -> Option<&str> {
    section.lines().find_map(|line| line.strip_prefix("a=mid:")).map(str::trim)
}

/// The least that says of an m-line that it is stopped.
fn stopped(mid: &str, kind: Option<Kind>) -> String {
    let media = match kind {
        Some(Kind::Audio) => "audio 0 UDP/TLS/RTP/SAVPF 0",
        Some(Kind::Video) => "video 0 UDP/TLS/RTP/SAVPF 0",
        None => "application 0 UDP/DTLS/SCTP webrtc-datachannel",
    };
    format!("m={media}\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:0 PCMU/8000\r\na=mid:{mid}\r\na=inactive\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::m_lines;

    fn lines(text: &str) -> Vec<MLine> {
        m_lines(text).unwrap()
    }

    fn mids(text: &str) -> Vec<&str> {
        split(text).1.iter().map(|(mid, _)| *mid).collect()
    }

    const FIRST: &str = "v=0\r\na=group:BUNDLE 0\r\nm=audio 9 X 0\r\na=mid:0\r\nm=video 0 X 0\r\na=mid:a\r\nm=audio 0 X 0\r\na=mid:b\r\n";

    #[test]
    fn new_lines_take_the_places_of_stopped_ones_of_their_kind() {
        let known = Lines::default().after(lines(FIRST), &[]);
        let new =
            [("c".to_owned(), Kind::Audio), ("d".to_owned(), Kind::Audio), ("e".to_owned(), Kind::Video)];
        assert_eq!(known.order(&new), ["0", "e", "c", "d"]);
        let offer = format!(
            "{FIRST}m=audio 9 X 0\r\na=mid:c\r\nm=audio 9 X 0\r\na=mid:d\r\nm=video 9 X 0\r\na=mid:e\r\n"
        );
        let offer = offer.replace("BUNDLE 0", "BUNDLE 0 c d e");
        let wire = outward(&offer, ["0", "e", "c", "d"].into_iter());
        assert_eq!(mids(&wire), ["0", "e", "c", "d"]);
        let next = known.after(lines(&wire), &new);
        assert!(wire.contains("a=group:BUNDLE 0 e c d\r\n"), "{wire}");
        let inward = next.inward(&wire);
        assert!(inward.contains("a=group:BUNDLE 0 c d e\r\n"), "{inward}");
        assert_eq!(mids(&inward), ["0", "a", "b", "c", "d", "e"]);
        assert_eq!(lines(&inward).iter().filter(|line| line.stopped).count(), 2);
        assert_eq!((next.kept(), next.order(&[]).len()), (6, 4));
    }

    #[test]
    fn a_client_may_displace_a_stopped_line_itself() {
        let known = Lines::default().after(lines(FIRST), &[]);
        let offer = FIRST.replace("m=video 0 X 0\r\na=mid:a", "m=video 9 X 0\r\na=mid:z");
        let next = known.after(lines(&offer), &[]);
        assert_eq!((next.kept(), next.inward(&offer)), (3, offer));
    }
}
