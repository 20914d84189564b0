//! The index under torture: thresholds so low that it seals and merges all the time.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;

use crate::common::http::try_exchange;
use crate::common::{Server, sederunt};
use sederunt_dice::Dice;

/// Longest time until a rebuild is killed.
const KILL_MS: u64 = 250;

/// A server that seals every few sessions, bears that all of its load comes from one address, and tells
/// receivers on this machine.
pub(crate) fn serve(data: &Path, rng: &mut Dice, environment: &[(&str, &Path)]) -> Server {
    let seal = rng.within(1..4).to_string();
    let options = ["--index-from-sessions", "1", "--index-seal-sessions", &seal, "--per-address-factor", "0"];
    let options = [&options[..], &["--webhook-allow", "127.0.0.0/8"]].concat();
    Server::start_in(data, &options, environment)
}

/// Starts a rebuild of the index and kills it.
pub(crate) async fn killed_rebuild(data: &Path, rng: &mut Dice) {
    let mut command = sederunt(&["index", "rebuild", "--data"]);
    let mut rebuild = command.arg(data).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    crate::at_instant(Duration::from_millis(rng.within(1..KILL_MS))).await;
    match rebuild.try_wait().unwrap() {
        Some(status) => assert!(status.success(), "{status}"),
        None => {
            rebuild.kill().unwrap();
            rebuild.wait().unwrap();
        }
    }
}

/// It may be deleted at any time.
pub(crate) fn remove(data: &Path) {
    std::fs::remove_dir_all(data.join("index")).unwrap();
}

/// Session lists came from the index, and none from SQL.
pub(crate) async fn has_answered(metrics: &str) {
    let answers = counters(metrics, ["session_lists_index_total", "session_lists_sql_total"]).await;
    let [index, sql] = answers.expect("an answer");
    assert!(index > 0 && sql == 0, "{index} lists from the index, {sql} from SQL");
}

/// What the sealer did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sealing {
    seals: u64,
    merges: u64,
    rebuilds: u64,
    set_aside: u64,
    failures: u64,
}

impl Sealing {
    /// `None` when the server does not answer.
    pub(crate) async fn read(metrics: &str) -> Option<Self> {
        let names = ["seals", "merges", "rebuilds", "set_aside", "failures"];
        let [seals, merges, rebuilds, set_aside, failures] =
            counters(metrics, names.map(|n| format!("index_{n}_total"))).await?;
        Some(Self { seals, merges, rebuilds, set_aside, failures })
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.seals += other.seals;
        self.merges += other.merges;
        self.rebuilds += other.rebuilds;
        self.set_aside += other.set_aside;
        self.failures += other.failures;
    }

    /// The kills had something to hit, and nothing was found broken.
    pub(crate) fn check(&self, kills: u64) {
        println!("{self:?}");
        assert!(self.seals > kills && self.merges > kills / 4, "{self:?}");
        assert_eq!((self.set_aside, self.failures), (0, 0), "a kill damaged the index: {self:?}");
    }
}

async fn counters<const N: usize>(metrics: &str, names: [impl AsRef<str>; N]) -> Option<[u64; N]> {
    let stream = TcpStream::connect(metrics.strip_prefix("http://").unwrap()).await.ok()?;
    let answer = try_exchange(stream, "GET", "/metrics", None, None).await.ok()?;
    let mut values = [0; N];
    for (value, name) in values.iter_mut().zip(names) {
        let name = format!("sederunt_{} ", name.as_ref());
        *value = answer.body.lines().find_map(|l| l.strip_prefix(&name))?.parse().ok()?;
    }
    Some(values)
}
