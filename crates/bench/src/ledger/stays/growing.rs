//! A LIVE session that grows while its list is asked for again and again.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use sederunt_core::effect::{Person, Write};
use sederunt_core::fact::{Fact, FactKind, LeaveReason, Role};
use sederunt_core::id::{MeetingId, ParticipantId, PeerId, SessionId, StayId};
use sederunt_core::tally::Tally;
use sederunt_core::time::UnixMs;
use sederunt_core::view_type::ViewType;
use sederunt_dice::nth;
use sederunt_store::{AppRow, StayQuery, StaySort, Store};

use super::super::sample::{Samples, ms};
use super::history::at;
use super::{app, in_memory};

const SESSION: SessionId = SessionId::from_u128(7);
/// Joins of one write while the session is filled.
const FILL: u64 = 1_000;
/// Joins, and leaves of others, of one write while it is measured …
const STEP: u64 = 10;
/// … and the time from one write to the next: a thousand joins and five hundred leaves a second.
const PAUSE: Duration = Duration::from_millis(10);
/// Part of the stays that come while the list is asked for.
const MEASURED: u64 = 10;

/// One meeting, folded as a room does it.
struct Room {
    tally: Option<Tally>,
    writes: Vec<Write>,
    joined: u64,
}

impl Room {
    fn fact(&mut self, now: UnixMs, kind: FactKind, person: Option<Person>) -> Result<()> {
        let fact = Fact { at: now, app: app(), meeting: MeetingId::from_u128(6), session: SESSION, kind };
        let stay = match &mut self.tally {
            None => {
                self.tally = Some(Tally::start(&fact)?);
                None
            }
            Some(tally) => tally.apply(&fact)?,
        };
        if let Some(tally) = &self.tally {
            self.writes.push(Write::Fact {
                fact,
                columns: tally.columns().clone(),
                stay,
                person,
                offset_ms: 0,
            });
        }
        Ok(())
    }

    fn join(&mut self) -> Result<()> {
        let n = self.joined;
        let now = at(i64::try_from(n)? * 2);
        if n == 0 {
            let kind =
                FactKind::SessionStarted { title: "Growing".to_owned(), keep_alive_ms: 60_000, parent: None };
            self.fact(now, kind, None)?;
        }
        let person = Person {
            display_name: format!("Person {}", nth(n) % 70_000),
            view_type: Some(ViewType::GroupCall),
            preset_name: "group_call_participant".to_owned(),
            custom_participant_id: Some(format!("cust-{n}")),
            user_id: None,
            ip_address: None,
            user_agent: None,
        };
        let kind = FactKind::PeerJoined {
            peer: peer(n),
            stay: StayId::from_u128(u128::from(nth(n))),
            participant: ParticipantId::from_u128(u128::from(nth(n)) << 64),
            role: Role::Member,
            created_at: now,
        };
        self.joined += 1;
        self.fact(now, kind, Some(person))?;
        // Every other one leaves some time later.
        if n >= 5_000 && n.is_multiple_of(2) {
            self.fact(now, FactKind::PeerLeft { peer: peer(n - 5_000), reason: LeaveReason::Left }, None)?;
        }
        Ok(())
    }

    async fn save(&mut self, store: &Store) -> Result<()> {
        store.remember("bench", std::mem::take(&mut self.writes)).await?;
        Ok(())
    }
}

fn peer(n: u64) -> PeerId {
    PeerId::from_u128(u128::from(nth(n)) << 64 | u128::from(n))
}

pub(super) async fn measure(data: &Path, stays: u64) -> Result<String> {
    let store = Store::open(data)?;
    let row = AppRow { id: app(), account: "bench".to_owned(), name: String::new(), created_at: at(0) };
    store.create_app(row, Vec::new()).await?;
    let mut room = Room { tally: None, writes: Vec::new(), joined: 0 };
    let measured = stays / MEASURED;
    while room.joined < stays - measured {
        for _ in 0..FILL.min(stays - measured - room.joined) {
            room.join()?;
        }
        room.save(&store).await?;
    }
    store.stays(queries(at(0))[0].1.clone()).await?;
    in_memory(&store, 1).await?;
    let done = Arc::new(AtomicU64::new(room.joined));
    let samples: Arc<Mutex<Vec<Samples>>> = Arc::default();
    let reader = tokio::spawn(ask(store.clone(), Arc::clone(&done), Arc::clone(&samples)));
    let mut joins = Samples::default();
    let mut next = Instant::now();
    while room.joined < stays {
        for _ in 0..STEP {
            room.join()?;
        }
        let start = Instant::now();
        room.save(&store).await?;
        joins.push(start.elapsed());
        done.store(room.joined, Ordering::Release);
        next += PAUSE;
        tokio::time::sleep_until(next.into()).await;
    }
    done.store(u64::MAX, Ordering::Release);
    let asked = reader.await??;
    let mut text = format!(
        "A LIVE session that grows from {} to {stays} stays, 1000 joins and 500 leaves a second in 100 writes; \
         the list is asked for without a pause, {asked} times. A write takes {} / {}.\n\n\
         | List | p50 / p99 |\n|---|---:|\n",
        stays - measured,
        ms(joins.percentile(50)),
        ms(joins.percentile(99)),
    );
    let mut samples = samples.lock().unwrap_or_else(PoisonError::into_inner);
    for ((name, _), samples) in queries(at(0)).iter().zip(samples.iter_mut()) {
        writeln!(text, "| {name} | {} / {} |", ms(samples.percentile(50)), ms(samples.percentile(99)))?;
    }
    Ok(text)
}

fn queries(now: UnixMs) -> [(&'static str, StayQuery); 4] {
    let first = StayQuery {
        session: SESSION,
        now,
        search: None,
        sort: StaySort::JoinedAt,
        ascending: false,
        offset: 0,
        limit: 25,
    };
    let longest = StayQuery { sort: StaySort::Duration, ..first.clone() };
    let deep = StayQuery { offset: 50_000, ..longest.clone() };
    let search = StayQuery { search: Some("son 77".to_owned()), ..longest.clone() };
    [
        ("latest", first),
        ("longest", longest),
        ("by duration, from 50000", deep),
        ("search by duration", search),
    ]
}

/// Asks until all have joined; every answer holds what was acknowledged before it was asked for.
async fn ask(store: Store, done: Arc<AtomicU64>, samples: Arc<Mutex<Vec<Samples>>>) -> Result<u64> {
    let mut all: Vec<Samples> = (0..4).map(|_| Samples::default()).collect();
    let mut asked = 0;
    loop {
        for (n, (_, query)) in queries(at(i64::MAX >> 24)).into_iter().enumerate() {
            let joined = done.load(Ordering::Acquire);
            if joined == u64::MAX {
                samples.lock().unwrap_or_else(PoisonError::into_inner).append(&mut all);
                return Ok(asked);
            }
            let start = Instant::now();
            let page = store.stays(query).await?;
            all[n].push(start.elapsed());
            ensure!(n == 3 || page.total >= joined, "a join is missing");
            asked += 1;
        }
    }
}
