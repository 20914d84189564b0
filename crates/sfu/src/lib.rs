//! A selective forwarding unit without sockets, clock, threads or rooms: an engine on str0m.
//!
//! ```text
//! handle(now, Datagram | Call | Timeout) …  then  poll() -> Transmit | Event, until Timeout(at)
//! ```
//!
//! Every client has two transports, one that sends and one that receives (PROTOCOL §0), each a str0m session in RTP
//! mode with ICE-lite. A packet takes this way: `demux` finds its transport, str0m decrypts it, `route` finds the
//! producer's subscribers, `select` decides who gets it, `rewrite` numbers it, and after the whole batch of inputs
//! every touched session is drained once. `keyframe` decides when a publisher is asked for a key frame; `protect` whether
//! the sound of a subscriber carries redundancy, which `red` builds; `floor` who is heard in a large room.
//!
//! Randomness is drawn only inside str0m (keys, SSRCs, mids); ICE credentials are derived from a key of the caller. Time comes in with every input.
//! What a subscriber's line carries is estimated by str0m and shared by `allocate`: nobody gets more than it asks for
//! (`SelectLayers`), and sound comes before pictures. `share` joins the two.
//! Sender reports carry the arrival time as wall clock, so tracks of one publisher are synchronised as they arrive.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod allocate;
mod command;
mod config;
mod consume;
mod count;
mod demux;
mod downlink;
mod drain;
mod dtls;
mod engine;
mod floor;
mod ice;
mod id;
mod keyframe;
mod late;
pub mod limit;
mod lines;
mod loudest;
mod negotiate;
mod protect;
mod rate;
mod red;
mod rewrite;
mod room;
mod route;
mod rtc;
mod sample;
mod sampling;
mod sdp;
mod select;
mod share;
mod stats;
mod timer;
mod track;
mod transport;
mod via;
mod vp8;

pub use command::{Answer, Command, Fault, Kind};
pub use config::{NoCertificate, SfuConfig};
pub use engine::{Event, Input, Output, Sfu, Transmit};
pub use ice::{Doorkeeper, IceKey, PeerTag};
pub use id::{CallId, PeerKey, ProducerKey, Scope, TransportKey};
pub use sample::{ConsumerSample, Path, ProducerSample, ReceivedReport, Sample, SentReport};
pub use sdp::CandidateKind;
pub use stats::Stats;
pub use via::Via;
