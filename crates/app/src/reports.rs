//! What clients say of their own calls (PROTOCOL §11) and the server sees of them: kept with the stay, beside the ledger, and
//! read back for its report.

mod said;

use sederunt_core::id::PeerId;
use sederunt_node::{Named, Node};
use sederunt_store::{ClientPost, KeptPost, Posted, StoreError};

pub use said::{DeviceKind, Fields, Said, Stream};
pub use sederunt_node::seen::{
    ReceivedMoment, ReceivedTrack, Seen, SeenEvent, SeenPath, SentMoment, SentTrack, Side, TrackKind,
};

/// Bytes of one post.
pub const POST_MAX_BYTES: usize = 64 * 1024;
/// Bytes that are kept of all posts of a stay: some two hours of statistics every seven seconds.
const STAY_MAX_BYTES: u64 = 2 * 1024 * 1024;

/// What became of a post. Its name is that of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is durable.
    Kept,
    /// There is nothing in it that a report shows.
    Nothing,
    /// It is no post of a client.
    Unreadable,
    /// The stay is not the token's, or not there any more.
    NotTheirs,
    /// The stay has said enough.
    Full,
}

impl Heard {
    /// The name of its counter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Nothing => "nothing",
            Self::Unreadable => "unreadable",
            Self::NotTheirs => "not_theirs",
            Self::Full => "full",
        }
    }
}

/// Keeps what the bearer of a token says of a stay of theirs.
pub async fn hear(node: &Node, named: Named, post: &[u8]) -> Result<Heard, StoreError> {
    let Some((peer, said)) = said::read(post) else { return Ok(Heard::Unreadable) };
    let Ok(peer) = peer.parse::<PeerId>() else { return Ok(Heard::Unreadable) };
    if said.is_empty() {
        return Ok(Heard::Nothing);
    }
    let Ok(body) = serde_json::to_string(&said) else { return Ok(Heard::Unreadable) };
    let post = ClientPost {
        meeting: named.meeting,
        participant: named.participant,
        peer,
        at: node.reading(),
        body,
        stay_max_bytes: STAY_MAX_BYTES,
    };
    Ok(match node.store().client_post(post).await? {
        Posted::Kept => Heard::Kept,
        Posted::Full => Heard::Full,
        Posted::NoStay => Heard::NotTheirs,
    })
}

/// What is known of a stay beside the ledger.
#[derive(Debug, Default)]
pub struct Report {
    /// What its client said, in the order in which it came.
    pub said: Vec<Said>,
    /// By how much the client's clock is ahead of the server's, milliseconds.
    pub ahead_ms: i64,
    /// What the server saw.
    pub seen: Seen,
}

impl Report {
    /// Of what is kept of a stay, and what was seen lately and is not kept yet. Four mebibytes take a while: not on a thread
    /// that serves others.
    pub fn read(kept: &[KeptPost], lately: Seen) -> Self {
        let (mut report, mut ahead) = (Self::default(), Vec::new());
        for KeptPost { at, body } in kept {
            if let Ok(said) = serde_json::from_str::<Vec<Said>>(body) {
                // A client posts as soon as it has its latest entry.
                ahead.extend(said.iter().map(Said::at).max().map(|latest| latest.saturating_sub(at.0)));
                report.said.extend(said);
            } else if let Ok(seen) = serde_json::from_str::<Seen>(body) {
                report.seen.append(seen);
            }
            // What else there is was written by another version of this program.
        }
        report.seen.append(lately);
        // Of most posts: one may have been held up, or a clock set.
        ahead.sort_unstable();
        report.ahead_ms = ahead.get(ahead.len() / 2).copied().unwrap_or_default();
        report
    }
}
