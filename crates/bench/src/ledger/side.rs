//! Every list on every engine, in turns in the same loop, and their answers compared.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use sederunt_store::{Page, SessionRow, Store};

use super::note;
use super::pg::ask::{Answer, Asker};
use super::query::{Ask, QUESTIONS, Question};
use super::sample::Samples;
use super::world::World;

/// Rounds of PostgreSQL may take so long a list; two at least, unless the first takes longer than [`SLOW`].
const POSTGRES_BOUND: Duration = Duration::from_secs(4);
const SLOW: Duration = Duration::from_secs(8);
/// Rounds of ours may take so long a list.
const OURS_BOUND: Duration = Duration::from_secs(6);
/// Requests of one engine before it is the next one's turn. Few enough that all see the same machine, enough that
/// most do not pay for what the other engines pushed out of the processor's caches.
const TURN: u64 = 20;

/// What one list took.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) question: &'static Question,
    pub(super) ours: Samples,
    pub(super) plain: Postgres,
    /// Where ordinals help.
    pub(super) ordinal: Postgres,
    /// Answers that were compared.
    pub(super) compared: u64,
    /// Answers that differed, in words.
    pub(super) differences: Vec<String>,
}

/// What PostgreSQL took.
#[derive(Debug, Default)]
pub(super) struct Postgres {
    pub(super) samples: Samples,
    pub(super) timed_out: bool,
    spent: Duration,
    not_this: bool,
}

/// `postgres`: without it, only ours is measured.
pub(super) async fn measure(
    store: &Store,
    mut postgres: Option<Asker>,
    world: World,
    rounds: u64,
) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for question in QUESTIONS {
        let measured = list(store, postgres.as_mut(), world, rounds, question).await?;
        note!("{}: {} answers compared", question.name, measured.compared);
        all.push(measured);
    }
    Ok(all)
}

async fn list(
    store: &Store,
    mut postgres: Option<&mut Asker>,
    world: World,
    rounds: u64,
    question: &'static Question,
) -> Result<Measured> {
    let mut measured = Measured {
        question,
        ours: Samples::default(),
        plain: Postgres::default(),
        ordinal: Postgres::default(),
        compared: 0,
        differences: Vec::new(),
    };
    let begin = Instant::now();
    for turn in 0..rounds.div_ceil(TURN) {
        let asks: Vec<Ask> = (0..TURN).map(|n| question.ask(&world, turn * TURN + n)).collect();
        let mut pages = Vec::with_capacity(asks.len());
        for ask in &asks {
            let (took, page) = ours(store, &world, ask).await?;
            measured.ours.push(took);
            pages.push(page);
        }
        let mut compared = 0;
        if let Some(asker) = &mut postgres {
            for (ask, page) in asks.iter().zip(&pages) {
                if measured.plain.goes_on() {
                    let start = Instant::now();
                    let answer = asker.plain(ask).await;
                    compared += measured.plain.take(answer.map(Some), start.elapsed(), |answer| {
                        measured.differences.extend(difference(question, ask, page, answer));
                    })?;
                }
            }
            for (ask, page) in asks.iter().zip(&pages) {
                if measured.ordinal.goes_on() {
                    let start = Instant::now();
                    let answer = asker.ordinal(ask).await;
                    compared += measured.ordinal.take(answer, start.elapsed(), |answer| {
                        measured.differences.extend(difference(question, ask, page, answer));
                    })?;
                }
            }
        }
        measured.compared += compared;
        if measured.ours.total() > OURS_BOUND && (compared == 0 || begin.elapsed() > 4 * OURS_BOUND) {
            break;
        }
    }
    Ok(measured)
}

/// One answer of ours.
pub(super) async fn ours(store: &Store, world: &World, ask: &Ask) -> Result<(Duration, Page<SessionRow>)> {
    let query = ask.query(world);
    let start = Instant::now();
    let page = store.sessions(query).await?;
    let took = start.elapsed();
    ensure!(page.total == 0 || ask.offset >= page.total || !page.items.is_empty(), "an empty page: {ask:?}");
    Ok((took, page))
}

impl Postgres {
    fn goes_on(&self) -> bool {
        let first_was_slow = self.samples.len() == 1 && self.spent > SLOW;
        let enough = self.samples.len() >= 2 && self.spent > POSTGRES_BOUND;
        !(self.timed_out || self.not_this || first_was_slow || enough)
    }

    /// Keeps the time of an answer and shows it to `compare`; returns the number of answers. A query that ran into
    /// the timeout has none.
    fn take(
        &mut self,
        answer: Result<Option<Answer>>,
        took: Duration,
        compare: impl FnOnce(&Answer),
    ) -> Result<u64> {
        self.spent += took;
        match answer {
            Ok(Some(answer)) => {
                self.samples.push(took);
                compare(&answer);
                return Ok(1);
            }
            Ok(None) => self.not_this = true,
            Err(e) if is_timeout(&e) => self.timed_out = true,
            Err(e) => return Err(e),
        }
        Ok(0)
    }
}

fn is_timeout(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<tokio_postgres::Error>();
    error.and_then(|e| e.code()) == Some(&tokio_postgres::error::SqlState::QUERY_CANCELED)
}

fn difference(question: &Question, ask: &Ask, ours: &Page<SessionRow>, theirs: &Answer) -> Option<String> {
    let (total, rows) = theirs;
    let same = ours.total == *total
        && ours.items.len() == rows.len()
        && ours.items.iter().zip(rows).all(|(o, t)| o.id.as_u128() == t.id);
    (!same).then(|| {
        let at = ours.items.iter().zip(rows).position(|(o, t)| o.id.as_u128() != t.id);
        format!(
            "{}: ours {} and {} rows, PostgreSQL {total} and {} rows, first other row {at:?}: {ask:?}",
            question.name,
            ours.total,
            ours.items.len(),
            rows.len()
        )
    })
}
