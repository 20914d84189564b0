//! Links to files: what each says, and who may believe it. Whoever has a link gets the file, so each is good for a while, and is
//! of one file of one session; the signature of one to upload is none of one to download.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sederunt_core::id::{FileId, Id, ParticipantId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_core::words::chat::ChatMessage;
use sederunt_files::plain_name;
use sederunt_node::Node;

use crate::hex::{hex, unhex};

/// How long a link to upload is good: the client uses it at once, and again when a try has failed.
pub(super) const UPLOAD_MS: i64 = 15 * 60 * 1_000;
/// Links to download end with a day of UTC, the next but one, so that all links to a file are one text for a day, and browsers load
/// it once.
const DAY_MS: i64 = 24 * 3_600 * 1_000;
const DAYS: i64 = 2;
/// What is signed begins with what it is for.
const TO_UPLOAD: &[u8] = b"sederunt chat file upload 1\0";
const TO_READ: &[u8] = b"sederunt chat file 1\0";
/// What stands for a link in what is kept, before the id, a slash and a plain name.
const MARK: &str = "sederunt-file:";
/// Characters of an id.
const ID_CHARS: usize = 36;

/// What a link to upload says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLink {
    /// The session for which it is.
    pub session: SessionId,
    /// The id that the file gets.
    pub file: FileId,
    /// Who uploads it.
    pub by: ParticipantId,
    /// Its name, safe.
    pub name: String,
    /// The last instant at which the upload may begin.
    pub until: UnixMs,
    /// Hex digits.
    pub signature: String,
}

/// What a link to download says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLink {
    /// The session of the message that has it, or for which it was uploaded.
    pub session: SessionId,
    /// The file.
    pub file: FileId,
    /// The last instant at which it is good.
    pub until: UnixMs,
    /// Hex digits.
    pub signature: String,
}

/// The path of a file, in links of both kinds.
fn path(session: SessionId, file: FileId, name: &str) -> String {
    format!("/files/{session}/{file}/{}", plain_name(name))
}

impl UploadLink {
    pub(super) fn sign(self, node: &Node) -> Self {
        let signature = hex(&node.sign_link(&self.said()));
        Self { signature, ..self }
    }

    pub(super) fn is_good(&self, node: &Node) -> bool {
        self.until >= node.now() && is_signed(node, &self.said(), &self.signature)
    }

    fn said(&self) -> Vec<u8> {
        let ids = [self.session.as_u128(), self.file.as_u128(), self.by.as_u128()].map(u128::to_be_bytes);
        [TO_UPLOAD, ids.as_flattened(), &self.until.0.to_be_bytes(), self.name.as_bytes()].concat()
    }

    /// Path and query.
    pub fn text(&self) -> String {
        let Self { session, file, by, name, until, signature } = self;
        let path = path(*session, *file, name);
        format!("{path}?by={by}&name={}&until={}&signature={signature}", encoded_name(name), until.0)
    }
}

impl FileLink {
    /// A link that is good now, and for a day at least.
    pub(super) fn new(node: &Node, session: SessionId, file: FileId) -> Self {
        let until = UnixMs(node.now().0.div_euclid(DAY_MS).saturating_add(DAYS).saturating_mul(DAY_MS));
        Self::until(node, session, file, until)
    }

    fn until(node: &Node, session: SessionId, file: FileId, until: UnixMs) -> Self {
        let link = Self { session, file, until, signature: String::new() };
        let signature = hex(&node.sign_link(&link.said()));
        Self { signature, ..link }
    }

    pub(super) fn is_good(&self, node: &Node) -> bool {
        self.until >= node.now() && is_signed(node, &self.said(), &self.signature)
    }

    fn said(&self) -> Vec<u8> {
        let ids = [self.session.as_u128(), self.file.as_u128()].map(u128::to_be_bytes);
        [TO_READ, ids.as_flattened(), &self.until.0.to_be_bytes()].concat()
    }

    /// Path and query; the name in it is for whoever saves the file, and nothing else.
    pub(super) fn text(&self, name: &str) -> String {
        let Self { session, file, until, signature } = self;
        format!("{}?until={}&signature={signature}", path(*session, *file, name), until.0)
    }
}

/// A name in a query or a header (RFC 8187 §3.2).
pub fn encoded_name(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}

fn is_signed(node: &Node, said: &[u8], signature: &str) -> bool {
    unhex(signature).is_some_and(|bytes| node.verify_link(said, &bytes))
}

/// Tells messages with links in them, as one client finds the server.
#[derive(Debug, Clone)]
pub struct FileLinks {
    node: Node,
    /// `https://host[:port]`.
    origin: String,
    /// Until when; `None` = as in the chat of a client.
    until: Option<UnixMs>,
}

impl FileLinks {
    /// Links that begin with this origin, for people in the meeting.
    pub fn new(node: Node, origin: String) -> Self {
        Self { node, origin, until: None }
    }

    /// Links that begin with this origin and end at an instant.
    pub fn until(node: Node, origin: String, until: UnixMs) -> Self {
        Self { node, origin, until: Some(until) }
    }

    /// The payload of a message, with a link in place of each mark of a file of its own. Other texts that look like a mark are
    /// texts.
    pub fn payload(&self, message: &ChatMessage) -> String {
        if message.files.is_empty() {
            return message.payload.clone();
        }
        let mut told = String::with_capacity(message.payload.len() + message.files.len() * 300);
        let mut rest = message.payload.as_str();
        while let Some((before, behind)) = rest.split_once(MARK) {
            told.push_str(before);
            rest = behind;
            match read_mark(behind).filter(|(file, ..)| message.files.contains(file)) {
                Some((file, name, after)) => {
                    told.push_str(&self.origin);
                    told.push_str(&self.link(message.session, file).text(name));
                    rest = after;
                }
                None => told.push_str(MARK),
            }
        }
        told.push_str(rest);
        told
    }

    fn link(&self, session: SessionId, file: FileId) -> FileLink {
        match self.until {
            Some(until) => FileLink::until(&self.node, session, file, until),
            None => FileLink::new(&self.node, session, file),
        }
    }
}

/// What stands for the link of a file in what is kept.
pub(super) fn mark(file: FileId, name: &str) -> String {
    format!("{MARK}{file}/{}", plain_name(name))
}

/// Reads what follows [`MARK`]: the id, the name, and what is behind it.
fn read_mark(text: &str) -> Option<(FileId, &str, &str)> {
    let (id, rest) = text.split_at_checked(ID_CHARS)?;
    let rest = rest.strip_prefix('/')?;
    let end =
        rest.find(|c: char| plain_name(c.encode_utf8(&mut [0; 4])) != c.to_string()).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    Some((FileId(Id::parse(id).ok()?), name, after))
}

/// The file that a link of ours names, wherever it begins; `None` = it is none. What it is good for is not looked at.
pub(super) fn named_by(link: &str) -> Option<FileId> {
    let (scheme, rest) = link.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let (host, path) = rest.split_once('/')?;
    let path = path.split(['?', '#']).next()?;
    let mut parts = path.split('/');
    let (files, session, file, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_ours =
        !host.contains(['?', '#', '\\']) && files == "files" && parts.next().is_none() && !name.is_empty();
    Id::parse(session).ok().filter(|_| is_ours)?;
    Id::parse(file).ok().map(FileId)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "14a396e7-ca44-4937-bf1f-050a69118543";
    const FILE: &str = "01a2262c-3c66-8cec-bc37-0c31e0000000";

    #[test]
    fn a_link_names_its_file() {
        let file = FileId(Id::parse(FILE).unwrap());
        for good in ["https://m.example.com", "http://localhost:8080"] {
            assert_eq!(
                named_by(&format!("{good}/files/{SESSION}/{FILE}/a.png?until=1&signature=00")),
                Some(file)
            );
        }
        for bad in [
            format!("javascript://x/files/{SESSION}/{FILE}/a.png"),
            format!("https://x/files/{SESSION}/{FILE}"),
            format!("https://x/files/{SESSION}/{FILE}/"),
            format!("https://x/files/{SESSION}/{FILE}/a/b"),
            format!("https://x/other/{SESSION}/{FILE}/a"),
            format!("https://x/files/1/{FILE}/a"),
            format!("https://x?/files/{SESSION}/{FILE}/a"),
            "https://example.com/track.png".to_owned(),
            String::new(),
        ] {
            assert_eq!(named_by(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_mark_is_read_as_it_is_written() {
        let file = FileId(Id::parse(FILE).unwrap());
        let text = mark(file, "Grüße 1.png");
        let behind = text.strip_prefix(MARK).unwrap();
        assert_eq!(read_mark(behind), Some((file, "Gr__e_1.png", "")));
        assert_eq!(read_mark(&format!("{behind}\",")), Some((file, "Gr__e_1.png", "\",")));
        for bad in ["", "x", FILE, "ööööööööööööööööööööööööööööööööööööööö"]
        {
            assert_eq!(read_mark(bad), None, "{bad}");
        }
    }
}
