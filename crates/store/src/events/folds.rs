//! The sessions of a feed, folded as far as it was read.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use sederunt_core::fact::{FactKind, Role};
use sederunt_core::id::{AppId, SessionId};
use sederunt_core::tally::{SessionColumns, Stay, Tally, TallyError};
use sederunt_core::time::UnixMs;

use super::chains::Ahead;
use super::filter::{Counts, EventFilter};
use crate::replay::{self, Recorded};
use crate::{Result, StoreError};

/// Facts whose sessions are remembered, at 20 to 50 bytes each: what bounds the memory of a feed …
const WEIGHT_MAX: usize = 200_000;

/// … but for these most recent sessions, so that a few very long ones are not folded anew with each of their facts.
const RECENT_MIN: usize = 16;

/// Sessions of one app, each folded up to the same sequence number. LIVE sessions only, and not all: what is missing is
/// folded from its facts when it is needed.
#[derive(Debug, Default)]
pub struct EventFolds {
    app: Option<AppId>,
    /// Nothing is known but of these; empty = of all.
    of: Vec<SessionId>,
    through: u64,
    /// Of `of`: what was found along their chains and not told yet.
    pub(super) ahead: Ahead,
    sessions: HashMap<SessionId, Folded>,
    /// Sum of the sessions' weights.
    weight: usize,
    /// Counts uses, to know the least recent one.
    uses: u64,
}

#[derive(Debug)]
struct Folded {
    tally: Tally,
    weight: usize,
    used: u64,
}

/// A session after a fact.
pub(super) struct State {
    pub(super) columns: SessionColumns,
    pub(super) as_of: UnixMs,
    pub(super) stay: Option<Stay>,
    pub(super) counts: Option<Counts>,
}

/// What is wanted of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Nothing,
    State,
    /// And who is in the session then.
    Counted,
}

impl Wanted {
    pub(super) fn of(passes: bool, filter: &EventFilter) -> Self {
        match (passes, filter.counts) {
            (false, _) => Self::Nothing,
            (true, false) => Self::State,
            (true, true) => Self::Counted,
        }
    }
}

impl EventFolds {
    /// Whether a page of `app` after `after` with this filter can go on with these.
    pub fn fits(&self, app: &AppId, after: u64, filter: &EventFilter) -> bool {
        self.through == after && self.app.as_ref() == Some(app) && self.of == filter.sessions
    }

    /// Begins a page.
    pub(super) fn resume(&mut self, app: &AppId, after: u64, filter: &EventFilter) {
        if !self.fits(app, after, filter) {
            let of = filter.sessions.clone();
            let ahead = Ahead::after(after);
            *self = Self { app: Some(app.clone()), of, through: after, ahead, ..Self::default() };
        }
    }

    /// Ends a page: all sessions are folded up to `through`.
    pub(super) fn pause(&mut self, through: u64) {
        self.through = through;
    }

    /// Takes the next fact of the app; answers the session after it, if `wanted`. `folded` counts the facts that were
    /// read for it. After an error these folds are of no use.
    pub(super) fn take(
        &mut self,
        conn: &Connection,
        apps: &HashMap<i64, AppId>,
        recorded: &Recorded,
        wanted: Wanted,
        folded: &mut usize,
    ) -> Result<Option<State>> {
        let Recorded { seq, fact, .. } = recorded;
        self.uses += 1;
        let stay = match self.sessions.get_mut(&fact.session) {
            Some(known) => {
                let stay = known.tally.apply(fact).map_err(damaged(*seq))?;
                known.used = self.uses;
                known.weight += 1;
                self.weight += 1;
                stay
            }
            None if wanted != Wanted::Nothing => {
                let (tally, weight, stay) = fold(conn, apps, recorded)?;
                *folded += weight;
                self.weight += weight;
                self.sessions.insert(fact.session, Folded { tally, weight, used: self.uses });
                stay
            }
            None => return Ok(None),
        };
        let state =
            self.sessions.get(&fact.session).filter(|_| wanted != Wanted::Nothing).map(|known| State {
                columns: known.tally.columns().clone(),
                as_of: known.tally.latest(),
                stay,
                counts: (wanted == Wanted::Counted).then(|| count(&known.tally)),
            });
        if matches!(fact.kind, FactKind::SessionEnded { .. })
            && let Some(ended) = self.sessions.remove(&fact.session)
        {
            self.weight -= ended.weight;
        }
        if self.weight > WEIGHT_MAX {
            self.forget();
        }
        Ok(state)
    }

    /// Forgets the half that was not needed for the longest time.
    fn forget(&mut self) {
        let mut uses: Vec<u64> = self.sessions.values().map(|known| known.used).collect();
        let keep = (uses.len() / 2).max(RECENT_MIN);
        if keep >= uses.len() {
            return;
        }
        uses.sort_unstable_by(|a, b| b.cmp(a));
        let oldest = uses.get(keep).copied().unwrap_or(0);
        self.sessions.retain(|_, known| known.used > oldest);
        self.weight = self.sessions.values().map(|known| known.weight).sum();
    }
}

/// Who is in a session.
fn count(tally: &Tally) -> Counts {
    let present = || tally.open().filter(|stay| stay.role != Role::Monitor);
    let participants: HashSet<_> = present().map(|stay| stay.participant).collect();
    let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
    Counts { stays: number(present().count()), participants: number(participants.len()) }
}

/// The tally after `fact`, the number of facts in it, and the stay that the fact touched.
fn fold(
    conn: &Connection,
    apps: &HashMap<i64, AppId>,
    recorded: &Recorded,
) -> Result<(Tally, usize, Option<Stay>)> {
    let Recorded { seq, prev, fact, .. } = recorded;
    let damaged = damaged(*seq);
    if matches!(fact.kind, FactKind::SessionStarted { .. }) {
        return Ok((Tally::start(fact).map_err(damaged)?, 1, None));
    }
    let Some(prev) = prev else {
        return Err(StoreError::Damaged(format!("fact {seq}: its session never started")));
    };
    let (mut tally, before) = replay::fold_chain(conn, apps, *prev)?;
    let stay = tally.apply(fact).map_err(damaged)?;
    Ok((tally, before + 1, stay))
}

fn damaged(seq: i64) -> impl Fn(TallyError) -> StoreError {
    move |e| StoreError::Damaged(format!("fact {seq}: {e}"))
}
