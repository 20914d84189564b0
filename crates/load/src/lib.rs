//! Load tests: people who speak the client's protocol with a running server, publish, receive, and check what they get.
//!
//! [`run`] carries out a [`Plan`] and gives a [`Report`]. Whoever wants less takes a [`Scene`], makes a [`Room`] in it, and
//! lets each [`Person`] join, stay and leave. People have no tasks and no threads of their own, and two sockets each: one
//! thread carries hundreds of them.
//!
//! What is published is generated ([`vp8`]): descriptors and headers are true, the rest is filler with the time of sending
//! at its end ([`stamp`]). What is received is judged as a decoder would ([`order`], [`picture`]).
#![forbid(unsafe_code)]

mod api;
mod board;
mod call;
mod carrier;
mod dial;
mod error;
mod follow;
mod histogram;
mod kind;
mod link;
mod metrics;
pub mod order;
mod own;
mod person;
pub mod picture;
mod plan;
mod relay;
mod report;
mod request;
mod run;
mod scene;
mod screen;
mod seen;
mod side;
mod signal;
mod source;
pub mod stamp;
mod studio;
mod table;
mod target;
mod turn;
pub mod vp8;
mod wire;

pub use api::{Pass, Room};
pub use board::{Board, Standing};
pub use error::LoadError;
pub use histogram::Histogram;
pub use link::{BadLink, Link};
pub use metrics::Counters;
pub use own::Usage;
pub use person::Person;
pub use plan::{BadChurn, Churn, Plan, Way};
pub use relay::Relay;
pub use report::{Ends, Own, Report, Row};
pub use run::run;
pub use scene::Scene;
pub use seen::{Packets, Seen, Share};
pub use signal::Trouble;
pub use target::{Key, Target};
