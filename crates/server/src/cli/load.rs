//! `sederunt load`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use sederunt_load::{Churn, Link};

/// `sederunt load`.
#[derive(Debug, clap::Args)]
pub struct LoadArgs {
    /// Address of the server, e.g. `http://127.0.0.1:8080` or `https://localhost:8443`
    #[arg(long)]
    pub url: String,
    /// File with an API token that may make meetings: the first-run.json of the server's data folder, or the token alone
    #[arg(long, value_name = "FILE")]
    pub token: PathBuf,
    /// Account of the token. Left out: as in the file
    #[arg(long)]
    pub account: Option<String>,
    /// App in which the meetings are made. Left out: as in the file
    #[arg(long)]
    pub app: Option<String>,
    /// Rooms
    #[arg(long, default_value_t = 1)]
    pub rooms: usize,
    /// People in each room
    #[arg(long, default_value_t = 4)]
    pub people: usize,
    /// How many of them are presenters of a webinar; the others are its viewers. Left out: everybody is in a group call
    #[arg(long)]
    pub presenters: Option<usize>,
    /// How many of them have a camera and a microphone
    #[arg(long, default_value_t = 4)]
    pub publishing: usize,
    /// How many of them share a screen besides
    #[arg(long, default_value_t = 0)]
    pub screens: usize,
    /// How many of those with a microphone speak at a time
    #[arg(long, default_value_t = 1)]
    pub speakers: usize,
    /// Seconds that it goes on after the last one has come
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
    /// Share of the people who leave and come back, e.g. 5%/min
    #[arg(long, value_name = "SHARE")]
    pub churn: Option<Churn>,
    /// Media over ICE-TCP instead of UDP
    #[arg(long)]
    pub tcp: bool,
    /// Media through the server's relay (TURN) instead of UDP, as for people whose network lets only TLS through
    #[arg(long, conflicts_with = "tcp")]
    pub relay: bool,
    /// The line of each person, both ways: a rate, a loss, or both, e.g. 1mbit,5%
    #[arg(long, value_name = "LINE")]
    pub link: Option<Link>,
    /// Threads that carry the people. Left out: half of the cores
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// Where the server's metrics are, e.g. `http://127.0.0.1:9464`, which is tried when it is left out
    #[arg(long, value_name = "URL")]
    pub metrics: Option<String>,
    /// Certificates of authorities to trust besides the system's, PEM
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Allow a server that is not on this machine
    #[arg(long)]
    pub i_run_this_server: bool,
    /// One line of JSON a second, and the report as the last one
    #[arg(long)]
    pub json: bool,
}
