//! Time in breakout rooms, by the stay from which somebody went there (SEMANTICS §2.4).

use std::collections::BTreeMap;

use sederunt_core::id::{ParticipantId, PeerId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_store::{SessionRow, StayQuery, StayRow, StaySort, Store, StoreError};

/// Milliseconds in breakout rooms at an instant of the steady clock, by the stay of this session that they belong to: the latest
/// of that person that had begun by then, else the first. Each is counted once, so that the sum over all stays is right.
pub(super) async fn elsewhere(
    store: &Store,
    session: &SessionRow,
    steady: UnixMs,
) -> Result<BTreeMap<PeerId, i64>, StoreError> {
    let mut sums = BTreeMap::new();
    let rooms = store.breakout_sessions(session.id).await?;
    if rooms.is_empty() {
        return Ok(sums);
    }
    let mut own: BTreeMap<ParticipantId, Vec<(UnixMs, PeerId)>> = BTreeMap::new();
    for row in all(store, session.id, steady).await? {
        own.entry(row.stay.participant).or_default().push((row.stay.joined_at, row.stay.peer));
    }
    for room in rooms {
        for row in all(store, room.id, steady).await? {
            let Some(stays) = own.get(&row.stay.participant) else { continue };
            let begun = stays.iter().rev().find(|(joined_at, _)| *joined_at <= row.stay.joined_at);
            if let Some((_, peer)) = begun.or(stays.first()) {
                let sum = sums.entry(*peer).or_insert(0_i64);
                *sum = sum.saturating_add(row.duration_ms(steady));
            }
        }
    }
    Ok(sums)
}

/// All stays of a session, in order of joining.
async fn all(store: &Store, session: SessionId, steady: UnixMs) -> Result<Vec<StayRow>, StoreError> {
    let query = StayQuery {
        session,
        now: steady,
        search: None,
        sort: StaySort::JoinedAt,
        ascending: true,
        offset: 0,
        limit: u32::MAX,
    };
    Ok(store.stays(query).await?.items)
}
