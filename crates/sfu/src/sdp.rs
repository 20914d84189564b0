//! The little that is read from a session description beside str0m: its m-lines, and what its addresses are.

use std::net::{IpAddr, SocketAddr};

use smallvec::SmallVec;

use crate::command::{Fault, Kind};
use crate::limit::{CANDIDATES_MAX, M_LINES_MAX, SDP_MAX_BYTES};

/// One m-line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MLine {
    /// `None` for anything but audio and video.
    pub(crate) kind: Option<Kind>,
    /// `a=mid`; empty when there is none.
    pub(crate) mid: String,
    /// It has port 0 and an address of no other m-line either: whoever sends this has stopped it for good.
    pub(crate) stopped: bool,
    /// The client sends on it and has not stopped it.
    pub(crate) sends: bool,
    /// Its payload types.
    pub(crate) formats: Vec<String>,
    /// Those of them, or `*`, of which lost packets may be asked for again.
    pub(crate) nacks: Vec<String>,
}

/// The m-lines of a description, in order. Refuses one that is too long or has too many.
pub(crate) fn m_lines(text: &str) -> Result<Vec<MLine>, Fault> {
    if text.len() > SDP_MAX_BYTES {
        return Err(Fault::Limit("bytes of a session description"));
    }
    let mut lines: Vec<MLine> = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("m=") {
            if lines.len() == M_LINES_MAX {
                return Err(Fault::Limit("m-lines of a session description"));
            }
            let mut words = rest.split_ascii_whitespace();
            let kind = match words.next() {
                Some("audio") => Some(Kind::Audio),
                Some("video") => Some(Kind::Video),
                Some(_) | None => None,
            };
            let stopped = words.next() == Some("0");
            let formats = words.skip(1).map(str::to_owned).collect();
            let (mid, nacks) = (String::new(), Vec::new());
            lines.push(MLine { kind, mid, stopped, sends: true, formats, nacks });
        } else if let (Some(current), Some(attribute)) = (lines.last_mut(), line.strip_prefix("a=")) {
            if let Some(mid) = attribute.strip_prefix("mid:") {
                mid.trim().clone_into(&mut current.mid);
            } else if let Some(format) = nack(attribute) {
                current.nacks.push(format.to_owned());
            } else if matches!(attribute, "recvonly" | "inactive") {
                current.sends = false;
            } else if attribute == "bundle-only" {
                // Port 0 says here that it has no address of its own (RFC 8843 §6); so Firefox offers new ones.
                current.stopped = false;
            }
        }
    }
    lines.iter_mut().for_each(|line| line.sends &= !line.stopped);
    Ok(lines)
}

/// Whether the client of an offer can tell of each packet when it came (transport-wide congestion control).
pub(crate) fn reports_arrivals(offer: &str) -> bool {
    let extension =
        |line: &str| line.starts_with("a=extmap:") && line.contains("transport-wide-cc-extensions-01");
    offer.lines().any(extension)
}

/// The payload type of an attribute that lets lost packets be asked for again.
fn nack(attribute: &str) -> Option<&str> {
    attribute.trim_end().strip_prefix("rtcp-fb:")?.strip_suffix(" nack")
}

/// What a client's address is (RFC 8445 §5.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidateKind {
    /// Of the client's machine.
    Host,
    /// What a STUN server sees of it.
    ServerReflexive,
    /// Nobody told it: checks came from there.
    PeerReflexive,
    /// A TURN server.
    Relayed,
}

impl CandidateKind {
    /// As in a session description.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::ServerReflexive => "srflx",
            Self::PeerReflexive => "prflx",
            Self::Relayed => "relay",
        }
    }
}

/// UDP addresses that a client told of itself.
#[derive(Debug, Default)]
pub(crate) struct Candidates(SmallVec<[(SocketAddr, CandidateKind); 4]>);

impl Candidates {
    /// Adds those of a description.
    pub(crate) fn hear(&mut self, description: &str) {
        for line in description.lines().filter_map(|line| line.strip_prefix("a=candidate:")) {
            if let Some(told) = candidate(line)
                && self.0.len() < CANDIDATES_MAX
                && !self.0.contains(&told)
            {
                self.0.push(told);
            }
        }
    }

    /// What is known of an address from which a check came.
    pub(crate) fn kind_of(&self, address: SocketAddr) -> CandidateKind {
        let told = self.0.iter().find(|(known, _)| *known == address);
        told.map_or(CandidateKind::PeerReflexive, |(_, kind)| *kind)
    }
}

/// The address of a candidate line (RFC 8839 §5.1), if it is one of UDP and not hidden behind a name.
fn candidate(line: &str) -> Option<(SocketAddr, CandidateKind)> {
    let mut words = line.split_ascii_whitespace();
    let is_udp = words.nth(2)?.eq_ignore_ascii_case("udp");
    let ip: IpAddr = words.nth(1)?.parse().ok()?;
    let address = SocketAddr::new(ip, words.next()?.parse().ok()?);
    let kind = match (words.next()?, words.next()?) {
        ("typ", "host") => CandidateKind::Host,
        ("typ", "srflx") => CandidateKind::ServerReflexive,
        ("typ", "prflx") => CandidateKind::PeerReflexive,
        ("typ", "relay") => CandidateKind::Relayed,
        (_, _) => return None,
    };
    is_udp.then_some((address, kind))
}

/// The m-line of a new track: the named one, else the last of the kind that sends (PROTOCOL §6.2).
pub(crate) fn track_line(lines: &[MLine], kind: Kind, mid: Option<&str>) -> Option<String> {
    let fits = |line: &&MLine| line.kind == Some(kind) && line.sends;
    match mid {
        Some(mid) => lines.iter().filter(fits).find(|line| line.mid == mid),
        None => lines.iter().rfind(fits),
    }
    .map(|line| line.mid.clone())
}

/// The answer without payload types that its offer did not have in the same m-line. str0m knows formats only per
/// session, so it would answer RTX, which the client offers on its first m-lines, also where it does not (PROTOCOL §13).
/// The same with the wish to be asked for lost packets (RFC 4585 §4.2).
pub(crate) fn only_offered(answer: &str, offered: &[MLine]) -> String {
    let mut out = String::with_capacity(answer.len());
    let mut lines = offered.iter();
    let mut current: Option<&MLine> = None;
    for line in answer.split_inclusive('\n') {
        if line.starts_with("m=") {
            current = lines.next().filter(|m| m.kind.is_some());
            if let Some(m_line) = current {
                let words = line.split_ascii_whitespace().enumerate();
                let kept = words.filter(|(i, word)| *i < 3 || m_line.formats.iter().any(|f| f == word));
                out.push_str(&kept.map(|(_, word)| word).collect::<Vec<_>>().join(" "));
                out.push_str("\r\n");
                continue;
            }
        }
        let unwanted = |format: &str, m: &MLine| !m.nacks.iter().any(|known| known == format || known == "*");
        if let (Some(format), Some(m_line)) = (line.strip_prefix("a=").and_then(nack), current)
            && unwanted(format, m_line)
        {
            continue;
        }
        let about = ["a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"].iter().find_map(|name| line.strip_prefix(name));
        let format = about.and_then(|rest| rest.split(' ').next());
        if let (Some(format), Some(m_line)) = (format, current)
            && !m_line.formats.iter().any(|f| f == format)
        {
            continue;
        }
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_what_was_told_of_them() {
        let mut told = Candidates::default();
        told.hear(include_str!("../tests/fixtures/send-3-produce-audio-offer.sdp"));
        told.hear(
            "a=candidate:1 1 UDP 1 203.0.113.7 5 typ srflx raddr 10.0.0.1 rport 5\r\n\
             a=candidate:2 1 udp 1 name.local 6 typ host\r\na=candidate:3 1 tcp 1 10.0.0.1 9 typ host\r\na=candidate:\r\n",
        );
        let kind = |address: &str| told.kind_of(address.parse().unwrap());
        assert_eq!(kind("192.0.2.2:33109"), CandidateKind::Host);
        assert_eq!(kind("[fd00::2]:36054"), CandidateKind::Host);
        assert_eq!(kind("203.0.113.7:5"), CandidateKind::ServerReflexive);
        for other in ["192.0.2.2:33110", "10.0.0.1:9"] {
            assert_eq!(kind(other), CandidateKind::PeerReflexive, "{other}");
        }
        for port in 1..=100 {
            told.hear(&format!("a=candidate:1 1 udp 1 10.0.0.1 {port} typ host"));
        }
        assert_eq!(told.0.len(), CANDIDATES_MAX);
    }

    const OFFER: &str = "v=0\r\na=group:BUNDLE 0 1 2\r\nm=audio 9 X 111\r\na=mid:0\r\na=sendonly\r\n\
        m=video 0 X 96\r\na=mid:1\r\na=sendonly\r\nm=audio 9 X 111\r\na=mid:2\r\na=inactive\r\n\
        m=application 9 X y\r\na=mid:3\r\n";

    #[test]
    fn stopped_and_inactive_lines_do_not_send() {
        let lines = m_lines(OFFER).unwrap();
        assert_eq!(lines.iter().map(|l| l.sends).collect::<Vec<_>>(), [true, false, false, true]);
        assert_eq!(track_line(&lines, Kind::Audio, None).as_deref(), Some("0"));
        assert_eq!(track_line(&lines, Kind::Audio, Some("2")), None);
        assert_eq!(track_line(&lines, Kind::Video, None), None);
        assert_eq!(track_line(&lines, Kind::Video, Some("3")), None);
    }

    #[test]
    fn an_answer_names_only_what_was_offered() {
        let lines = m_lines("m=video 9 X 96 97\r\nm=video 9 X 96\r\nm=application 9 X y\r\n").unwrap();
        let section =
            "m=video 9 X 96 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";
        let data = "m=application 9 X z\r\n";
        let cut = "m=video 9 X 96\r\na=rtpmap:96 VP8/90000\r\n";
        let answer = format!("v=0\r\n{section}{section}{data}");
        assert_eq!(only_offered(&answer, &lines), format!("v=0\r\n{section}{cut}{data}"));
    }

    #[test]
    fn too_long_and_too_many_are_refused() {
        assert!(matches!(m_lines(&"x".repeat(SDP_MAX_BYTES + 1)), Err(Fault::Limit(_))));
        assert!(matches!(m_lines(&"m=audio 9\n".repeat(M_LINES_MAX + 1)), Err(Fault::Limit(_))));
        assert_eq!(m_lines(&"m=audio 9\n".repeat(M_LINES_MAX)).unwrap().len(), M_LINES_MAX);
    }
}
