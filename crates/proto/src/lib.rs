//! Wire messages of the RealtimeKit browser client 2.0.2 and their framing (PROTOCOL §3, §4).
#![forbid(unsafe_code)]

pub mod event;
pub mod frame;

#[expect(missing_docs, reason = "generated; the definitions in crates/proto/proto are the document")]
mod r#gen;

pub use r#gen::{common, media, message, socket};
