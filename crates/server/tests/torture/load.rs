//! A server under load until it is killed, and what its clients saw.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::common::client::{Client, Gone, Pass};
use crate::common::http::{Answer, Kit};
use crate::common::{DEADLINE, FirstRun, Server};
use crate::family::Families;
use crate::index::Sealing;
use crate::removal::{Kick, Out};
use sederunt_dice::Dice;

/// Clients that only read.
const READERS: u64 = 2;
/// Clients that come back after they were removed.
const RETURNERS: u64 = 2;

/// What a client did, as it saw it. Times are this machine's clock, before asking and after being told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempt {
    pub(crate) pass: Pass,
    pub(crate) join_asked: i64,
    pub(crate) joined: Option<i64>,
    pub(crate) leave_asked: Option<i64>,
    pub(crate) left: Option<i64>,
    /// The socket was dropped without a word.
    pub(crate) dropped: Option<i64>,
    /// The server was dead by then.
    pub(crate) killed: i64,
}

/// Everything that was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// By peer.
    pub(crate) attempts: BTreeMap<String, Attempt>,
    /// The same peers, oldest first.
    pub(crate) order: Vec<String>,
    /// In the order in which they were asked for.
    pub(crate) kicks: Vec<Kick>,
    /// Who was told of its removal, by peer.
    pub(crate) out: BTreeMap<String, Out>,
    /// Answers to readers.
    pub(crate) reads: u64,
    pub(crate) sealing: Sealing,
}

pub(crate) type Log = Arc<Mutex<Seen>>;

pub(crate) fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// One life of the server.
pub(crate) struct Scene {
    server: Server,
    player: Player,
    kill: watch::Sender<Option<i64>>,
}

/// What everybody in a scene shares.
#[derive(Clone)]
pub(crate) struct Player {
    pub(crate) base: String,
    pub(crate) kit: Kit,
    pub(crate) log: Log,
    /// When the server began to die.
    pub(crate) dying: watch::Receiver<Option<i64>>,
}

impl Scene {
    pub(crate) fn open(server: Server, first: &FirstRun, log: &Log) -> Self {
        let (kill, dying) = watch::channel(None);
        let base = server.bound.http.clone();
        let player = Player { kit: Kit::new(&base, first), base, log: Arc::clone(log), dying };
        Self { server, player, kill }
    }

    /// Load from every participant and family until the server is killed under it, at the end of `until`.
    pub(crate) async fn round(
        self,
        everybody: &[Pass],
        families: &Families,
        rng: &Dice,
        until: impl Future<Output = ()>,
    ) {
        let mut players = JoinSet::new();
        for family in families.players(&self.player, rng) {
            players.spawn(family);
        }
        for (no, pass) in everybody.iter().enumerate() {
            players.spawn(self.player.clone().come_and_go(pass.clone(), rng.fork(no as u64 + 1)));
        }
        for no in 0..READERS {
            players.spawn(self.player.clone().read(everybody.to_vec(), rng.fork(no + 1_000)));
        }
        for no in 0..RETURNERS {
            players.spawn(self.player.clone().come_back(rng.fork(no + 3_000)));
        }
        for (salt, is_all) in [(2_000, true), (2_001, false)] {
            players.spawn(self.player.clone().remove(everybody.to_vec(), is_all, rng.fork(salt)));
        }
        players.spawn(self.player.clone().watch(self.server.bound.metrics.clone()));
        tokio::select! {
            () = until => {}
            // They go on for ever.
            ended = players.join_next() => {
                panic!("a client ended before the server: {ended:?}\n{}", self.server.log());
            }
        }
        self.kill.send(Some(now_ms())).unwrap();
        self.server.kill();
        let killed = now_ms();
        // Whatever was acknowledged before the kill may still be on its way.
        while let Some(ended) = players.join_next().await {
            ended.unwrap();
        }
        let mut seen = self.player.log.lock().unwrap();
        seen.attempts.values_mut().filter(|a| a.killed == 0).for_each(|a| a.killed = killed);
        seen.kicks.iter_mut().filter(|k| k.killed == 0).for_each(|k| k.killed = killed);
        seen.out.values_mut().filter(|o| o.killed == 0).for_each(|o| o.killed = killed);
    }
}

impl Player {
    /// Something failed at `at`: fine if the server was dying by then, which is told a moment later.
    pub(crate) async fn must_be_dying(&mut self, at: i64, what: &str) {
        let dying = tokio::time::timeout(DEADLINE, self.dying.wait_for(Option::is_some)).await;
        let dying = dying.unwrap_or_else(|_| panic!("the server lives, but {what}")).unwrap();
        assert!(dying.is_some_and(|dying| dying <= at), "before the kill: {what}");
    }

    async fn come_and_go(mut self, pass: Pass, mut rng: Dice) {
        loop {
            let peer = rng.uuid();
            // A new peer id may always enter, whoever was removed before.
            let visited = match Client::connect(&self.base, &pass, &peer).await {
                Ok(client) => self.visit(client, &pass, &peer, &mut rng).await,
                Err(gone) => Err(gone),
            };
            let failed_at = now_ms();
            if let Err(gone) = visited {
                return self.must_be_dying(failed_at, &format!("{gone:?}")).await;
            }
        }
    }

    fn note(&self, peer: &str, change: impl FnOnce(&mut Attempt)) {
        change(self.log.lock().unwrap().attempts.entry(peer.to_owned()).or_default());
    }

    /// One visit: joins, stays a random while, then leaves, or drops the connection without a word.
    async fn visit(
        &mut self,
        mut client: Client,
        pass: &Pass,
        peer: &str,
        rng: &mut Dice,
    ) -> Result<(), Gone> {
        let asked = now_ms();
        self.note(peer, |a| {
            a.pass = pass.clone();
            a.join_asked = asked;
        });
        self.log.lock().unwrap().order.push(peer.to_owned());
        client.join().await?;
        let told = now_ms();
        self.note(peer, |a| a.joined = Some(told));
        if rng.within(0..4) == 0 {
            self.is_listed(pass, peer).await;
        }
        let stay = Duration::from_millis(match rng.within(0..10) {
            0..5 => 0,
            5..9 => rng.within(1..200),
            _ => 60_000,
        });
        if let Ok(end) = tokio::time::timeout(stay, client.ended()).await {
            self.is_removed(peer, &end?);
            return Ok(());
        }
        if rng.within(0..5) == 0 {
            let dropped = now_ms();
            self.note(peer, |a| a.dropped = Some(dropped));
            return Ok(());
        }
        let asked = now_ms();
        self.note(peer, |a| a.leave_asked = Some(asked));
        // A removal or the kill may come first; what comes next tells.
        if client.leave().await.is_ok() {
            let told = now_ms();
            self.note(peer, |a| a.left = Some(told));
        }
        Ok(())
    }

    /// Whoever has joined is in the list.
    async fn is_listed(&mut self, pass: &Pass, peer: &str) {
        // Mostly among the newest; after the wall clock was set back, anywhere.
        for limit in ["?limit=200", ""] {
            let target = format!("/v1/rooms/{}/sessions{limit}", pass.meeting);
            let Some(answer) = self.answer(&target).await else { return };
            let page = answer.json();
            if page["sessions"].as_array().unwrap().iter().any(|s| same_id(&s["connection_id"], peer)) {
                return;
            }
        }
        panic!("{peer} has joined and is not listed");
    }

    /// The answer to a reader, which is good; `None` when the server is dying.
    async fn answer(&mut self, target: &str) -> Option<Answer> {
        match self.kit.try_get(target).await {
            Ok(answer)
                if answer.status == 200
                    && serde_json::from_str::<serde_json::Value>(&answer.body).is_ok() =>
            {
                self.log.lock().unwrap().reads += 1;
                Some(answer)
            }
            other => {
                let failed_at = now_ms();
                self.must_be_dying(failed_at, &format!("{target}: {other:?}")).await;
                None
            }
        }
    }

    /// Reads both lists, in all orders.
    async fn read(mut self, everybody: Vec<Pass>, mut rng: Dice) {
        loop {
            let pass = &everybody[usize::try_from(rng.within(0..everybody.len() as u64)).unwrap()];
            let page = rng.within(1..4);
            let target = match rng.within(0..6) {
                0 => self.kit.target(&format!("/sessions?page_no={page}")),
                1 => self.kit.target("/sessions?sort_by=minutesConsumed&status=ENDED"),
                2 => self.kit.target(&format!("/sessions?search=room%20{page}&sort_order=ASC")),
                3 => format!("/v1/rooms/{}/sessions", pass.meeting),
                4 => format!("/v1/rooms/{}/sessions?sort_by=%2Bdisconnected_at&limit=10", pass.meeting),
                _ => {
                    let sessions = self.kit.target(&format!("/sessions?associated_id={}", pass.meeting));
                    let Some(answer) = self.answer(&sessions).await else { return };
                    let page = answer.json();
                    let Some(id) = page["data"]["sessions"][0]["id"].as_str() else { continue };
                    self.kit.target(&format!("/sessions/{id}/participants?search=person&sort_by=duration"))
                }
            };
            if self.answer(&target).await.is_none() {
                return;
            }
        }
    }

    /// Watches the sealing; what it saw last counts.
    async fn watch(mut self, metrics: String) {
        let mut last = Sealing::default();
        while let Some(now) = Sealing::read(&metrics).await {
            last = now;
        }
        let failed_at = now_ms();
        self.log.lock().unwrap().sealing.add(last);
        self.must_be_dying(failed_at, "the metrics do not answer").await;
    }
}

/// Whether a printed id, in either form, is this one.
pub(crate) fn same_id(printed: &serde_json::Value, id: &str) -> bool {
    let parse = |text: &str| sederunt_core::id::Id::parse(text).ok();
    printed.as_str().and_then(parse) == parse(id)
}
