//! The ledger against what the clients saw.

use std::collections::BTreeMap;

use sederunt_core::id::Id;

use crate::common::client::Pass;
use crate::load::{Attempt, Seen};
use crate::truth::{Stay, Truth};

/// A crash may stretch or cut a stay by one heartbeat (SEMANTICS §1 rule 5).
pub(crate) const HEARTBEAT_MS: i64 = 5_000;
/// A heartbeat is late when the machine is busy.
pub(crate) const LATE_MS: i64 = 2_500;
/// Two processes round the same clock to whole milliseconds, and a session whose clock was set is rounded once more by
/// each process that takes it over.
pub(crate) const ROUNDING_MS: i64 = 5;

/// Every acknowledged fact is there, at its time, and nothing else is.
pub(crate) fn stays(truth: &Truth, everybody: &[Pass], seen: &Seen, kills: u64) {
    let rooms: Vec<Id> = everybody.iter().map(|p| Id::parse(&p.meeting).unwrap()).collect();
    let mut stays: BTreeMap<Id, (Id, &Stay)> = BTreeMap::new();
    for session in truth.sessions.values().filter(|s| rooms.contains(&s.meeting)) {
        for stay in &session.stays {
            stays.insert(stay.peer, (session.meeting, stay));
        }
    }
    let mut counts = Counts::default();
    for (peer, attempt) in &seen.attempts {
        let meeting = Id::parse(&attempt.pass.meeting).unwrap();
        counts.joins += u64::from(attempt.joined.is_some());
        counts.leaves += u64::from(attempt.left.is_some());
        match stays.remove(&Id::parse(peer).unwrap()) {
            Some((of, stay)) => {
                assert_eq!(of, meeting, "{peer} is in another room");
                counts.lost += u64::from(stay.reason == "node_lost");
                counts.ended += u64::from(stay.reason == "host_ended");
                counts.kicked += u64::from(stay.reason == "kicked");
                counts.unheard += u64::from(attempt.joined.is_none());
                stay_is_as_seen(stay, attempt);
            }
            None => assert!(attempt.joined.is_none(), "an acknowledged join is lost: {peer} {attempt:?}"),
        }
    }
    assert!(stays.is_empty(), "stays that nobody asked for: {stays:?}");
    println!("{counts:?}, {} reads", seen.reads);
    // The load was a load, and the kills hit it.
    assert!(counts.joins > 4 * kills && counts.leaves > kills && counts.lost > kills, "{counts:?}");
    assert!(counts.ended > kills / 2 && seen.reads > 4 * kills, "{counts:?}, {} reads", seen.reads);
}

#[derive(Debug, Default)]
struct Counts {
    /// Acknowledged.
    joins: u64,
    /// Acknowledged.
    leaves: u64,
    /// Closed by recovery.
    lost: u64,
    /// Ended with their session.
    ended: u64,
    /// Ended by a kick.
    kicked: u64,
    /// Joins that are durable, but were not heard of.
    unheard: u64,
}

/// A stay against what its client saw.
fn stay_is_as_seen(stay: &Stay, attempt: &Attempt) {
    let what = format!("{stay:?}\n{attempt:?}");
    let (joined_at, left_at) = (stay.joined_at, stay.left_at);
    assert!(joined_at >= attempt.join_asked - ROUNDING_MS, "joined before it asked: {what}");
    assert!(joined_at <= attempt.joined.unwrap_or(attempt.killed) + ROUNDING_MS, "joined too late: {what}");
    if let (Some(asked), Some(told)) = (attempt.leave_asked, attempt.left) {
        assert_eq!(stay.reason, "left", "{what}");
        assert!(
            left_at >= asked - ROUNDING_MS && left_at <= told + ROUNDING_MS,
            "left at another time: {what}"
        );
        return;
    }
    if matches!(stay.reason.as_str(), "host_ended" | "kicked") {
        // Who did it, and when, is looked at with the removals.
        return;
    }
    // Nobody was told of an end: the truth is the loss of the connection, or the kill.
    let end = attempt.dropped.unwrap_or(attempt.killed);
    assert!(left_at - end <= HEARTBEAT_MS, "minutes invented: {what}");
    assert!(left_at <= attempt.killed + ROUNDING_MS, "counted after the kill: {what}");
    let earliest = attempt.leave_asked.unwrap_or(end).min(end);
    assert!(earliest - left_at <= HEARTBEAT_MS + LATE_MS, "minutes lost: {what}");
}
