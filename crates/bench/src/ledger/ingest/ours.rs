//! The ledger: what a room writes, folded as a room folds it, through the store's own verb.

use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use anyhow::{Context as _, Result};
use sederunt_core::effect::{Person, Write};
use sederunt_core::fact::{Fact, FactKind, LeaveReason, Role};
use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId, SessionId};
use sederunt_core::tally::Tally;
use sederunt_core::time::UnixMs;
use sederunt_node::clock::{Clock as _, SystemClock};
use sederunt_store::{AppRow, SessionQuery, SessionSort, Store};
use tokio::sync::Mutex;

use super::PEERS_PER_ROOM;
use super::clients::{self, Run, come_and_go};

const APP: &str = "bench";
const NODE: &str = "bench";

/// A ledger with LIVE sessions.
pub(super) struct Ledger {
    store: Store,
    rooms: Vec<Mutex<Room>>,
    ids: AtomicU64,
}

struct Room {
    tally: Tally,
    /// The stay of each peer that is in.
    stays: Vec<PeerId>,
}

impl Ledger {
    pub(super) async fn open(dir: &Path, rooms: usize) -> Result<Self> {
        let store = Store::open(dir)?;
        let now = SystemClock.now();
        let app = AppRow { id: APP.into(), account: APP.to_owned(), name: APP.to_owned(), created_at: now };
        store.create_app(app, Vec::new()).await?;
        let mut ledger = Self { store, rooms: Vec::new(), ids: AtomicU64::new(1) };
        for _ in 0..rooms {
            let started = Fact {
                at: now,
                app: APP.into(),
                meeting: MeetingId(ledger.id(now)),
                session: SessionId(ledger.id(now)),
                kind: FactKind::SessionStarted { title: "Weekly sync".to_owned(), keep_alive_ms: 60_000 },
            };
            let tally = Tally::start(&started)?;
            let columns = tally.columns().clone();
            let write = Write::Fact { fact: started, columns, stay: None, person: None };
            ledger.store.remember(NODE, vec![write]).await?;
            ledger.rooms.push(Mutex::new(Room { tally, stays: vec![PeerId::default(); PEERS_PER_ROOM] }));
        }
        Ok(ledger)
    }

    fn id(&self, now: UnixMs) -> Id {
        let n = self.ids.fetch_add(1, Ordering::Relaxed);
        Id::mint(u64::try_from(now.0).unwrap_or(0), n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16)
    }
}

impl Room {
    fn write(&mut self, seat: usize, id: Option<Id>) -> Result<Write> {
        let c = self.tally.columns();
        let at = SystemClock.now().max(self.tally.latest());
        let (kind, person) = match id {
            Some(id) => {
                let (peer, participant) = (PeerId(id), ParticipantId::from_u128(seat as u128));
                self.stays[seat] = peer;
                let person = Person {
                    display_name: "Ada".to_owned(),
                    preset_name: "group_call_host".to_owned(),
                    custom_participant_id: None,
                    user_id: Some(format!("user {seat}")),
                    ip_address: None,
                    user_agent: None,
                };
                (FactKind::PeerJoined { peer, participant, role: Role::Member, created_at: at }, Some(person))
            }
            None => (FactKind::PeerLeft { peer: self.stays[seat], reason: LeaveReason::Left }, None),
        };
        let fact = Fact { at, app: AppId::from(APP), meeting: c.meeting, session: c.session, kind };
        let stay = self.tally.apply(&fact)?;
        Ok(Write::Fact { fact, columns: self.tally.columns().clone(), stay, person })
    }
}

impl clients::Store for Ledger {
    async fn act(&self, peer: usize, joins: bool) -> Result<()> {
        let room = self.rooms.get(peer / PEERS_PER_ROOM).context("no such room")?;
        let id = joins.then(|| self.id(SystemClock.now()));
        let mut room = room.lock().await;
        let write = room.write(peer % PEERS_PER_ROOM, id)?;
        let mut durable = pin!(self.store.remember(NODE, vec![write]));
        // Queued in the order of the room; others of the room follow without waiting for the disk.
        let queued = poll_fn(|cx| Poll::Ready(durable.as_mut().poll(cx))).await;
        drop(room);
        match queued {
            Poll::Ready(done) => done?,
            Poll::Pending => durable.await?,
        };
        Ok(())
    }
}

/// The same while one reader asks for lists without a pause; returns also how many it got.
pub(super) async fn with_reader(ledger: Arc<Ledger>, peers: usize, each: Duration) -> Result<(Run, u64)> {
    let stop = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(read(ledger.store.clone(), Arc::clone(&stop)));
    let run = come_and_go(ledger, peers, each).await?;
    stop.store(true, Ordering::Relaxed);
    Ok((run, reader.await??))
}

async fn read(store: Store, stop: Arc<AtomicBool>) -> Result<u64> {
    let mut pages = 0;
    while !stop.load(Ordering::Relaxed) {
        let query = SessionQuery {
            app: APP.into(),
            now: SystemClock.now(),
            meeting: None,
            started_from: None,
            started_to: None,
            status: None,
            peak_min: None,
            peak_max: None,
            search: (pages % 2 == 1).then(|| "sync".to_owned()),
            sort: if pages % 3 == 0 { SessionSort::MinutesConsumed } else { SessionSort::CreatedAt },
            ascending: false,
            offset: 0,
            limit: 25,
        };
        store.sessions(query).await?;
        pages += 1;
    }
    Ok(pages)
}
