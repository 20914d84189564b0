//! The ledger against the removals that were asked for.

use std::collections::{BTreeMap, BTreeSet};

use sederunt_core::id::Id;
use sederunt_core::limit::REMOVED_MAX;
use sederunt_proto::event::room;

use crate::check::ROUNDING_MS;
use crate::load::{Attempt, Seen};
use crate::removal::Kick;
use crate::truth::{Session, Stay, Truth};

/// What a stay is called that a kick ended.
const KICKED: &str = "kicked";
/// … that a kick-all ended.
const HOST_ENDED: &str = "host_ended";

/// A stay of the ledger and the client whose it was.
type Pair<'a> = (&'a Stay, &'a Attempt);

/// What was acknowledged has happened, nobody was removed otherwise, and everybody was told what the ledger says.
pub(crate) fn check(truth: &Truth, seen: &Seen) {
    let attempts: BTreeMap<Id, &Attempt> =
        seen.attempts.iter().map(|(peer, attempt)| (Id::parse(peer).unwrap(), attempt)).collect();
    let mut counts = Counts::default();
    let mut rooms: BTreeMap<Id, Vec<&Session>> = BTreeMap::new();
    for session in truth.sessions.values() {
        rooms.entry(session.meeting).or_default().push(session);
    }
    let mut kicks: BTreeMap<Id, Vec<&Kick>> = BTreeMap::new();
    for kick in &seen.kicks {
        kicks.entry(Id::parse(&kick.meeting).unwrap()).or_default().push(kick);
    }
    for (meeting, kicks) in kicks {
        let sessions = rooms.remove(&meeting).unwrap_or_default();
        let pairs: Vec<Pair<'_>> =
            sessions.iter().flat_map(|s| &s.stays).map(|s| (s, attempts[&s.peer])).collect();
        assert!(pairs.len() < REMOVED_MAX / 2, "so many removals are not remembered: use more rooms");
        for (stay, attempt) in &pairs {
            is_explained(stay, attempt, &kicks);
        }
        sessions.iter().for_each(|session| ended_wholly(session, &kicks));
        for kick in kicks {
            nobody_outlived(kick, &pairs);
            match &kick.person {
                Some(_) => counts.kicks += hit_its_person(kick, &pairs),
                None => counts.kick_alls += ended_a_session(kick, &sessions, &attempts),
            }
        }
    }
    told_the_truth(truth, seen, &mut counts);
    println!("{counts:?}");
    assert!(counts.kicks > 0 && counts.kick_alls > 0, "nothing was acknowledged: {counts:?}");
    assert!(counts.returns > 0 && counts.late_returns > 0, "nobody came back: {counts:?}");
    assert!(counts.late_kicked > 0 && counts.late_ended > 0, "nobody came back after a kill: {counts:?}");
}

#[derive(Debug, Default)]
struct Counts {
    /// Acknowledged, of people who were there.
    kicks: u64,
    /// Acknowledged.
    kick_alls: u64,
    /// Peer ids that came back and were turned away.
    returns: u64,
    /// … after a kill.
    late_returns: u64,
    /// Peer ids that were told of a kick after a kill.
    late_kicked: u64,
    /// Peer ids that were told of a kick-all after a kill.
    late_ended: u64,
}

/// Whoever was removed was so by somebody who asked for it, when it was asked for.
fn is_explained(stay: &Stay, attempt: &Attempt, kicks: &[&Kick]) {
    let is_all = match stay.reason.as_str() {
        KICKED => false,
        HOST_ENDED => true,
        _ => return,
    };
    let mut by = kicks.iter().filter(|kick| kick.person.is_none() == is_all && kick.is_of(attempt));
    let explained = by.any(|kick| within(kick, stay.left_at) || was_away(stay, attempt, kick));
    assert!(explained, "nobody removed it then: {stay:?}\n{attempt:?}");
}

fn within(kick: &Kick, at: i64) -> bool {
    let window = kick.window();
    (window.start() - ROUNDING_MS..=window.end() + ROUNDING_MS).contains(&at)
}

/// Whoever was away when it was removed left at the loss of the connection.
fn was_away(stay: &Stay, attempt: &Attempt, kick: &Kick) -> bool {
    let lost = attempt.dropped.is_some_and(|dropped| stay.left_at >= dropped - ROUNDING_MS);
    lost && stay.left_at <= kick.window().end() + ROUNDING_MS && kick.killed == attempt.killed
}

/// A kick-all removes all who are there and ends the session with them; nothing comes after.
fn ended_wholly(session: &Session, kicks: &[&Kick]) {
    let ended_at = session.ended_at;
    for stay in &session.stays {
        let removed = stay.reason == HOST_ENDED;
        let what = || format!("{stay:?}\n{session:?}");
        assert!(session.by_host || !removed, "the session went on: {}", what());
        assert!(stay.joined_at <= ended_at && stay.left_at <= ended_at, "after the end: {}", what());
    }
    let mut by = kicks.iter().filter(|kick| kick.person.is_none() && kick.found_session());
    let explained = !session.by_host || by.any(|kick| within(kick, ended_at));
    let near =
        kicks.iter().filter(|kick| kick.person.is_none()).min_by_key(|kick| (kick.asked - ended_at).abs());
    assert!(explained, "nobody ended it: the nearest {near:?}, of {session:?}");
}

/// Whoever came before an acknowledged removal is out after it, and has the reason.
fn nobody_outlived(kick: &Kick, pairs: &[Pair<'_>]) {
    let Some(told) = kick.told else { return };
    // One that found no session found nobody.
    let meant =
        |attempt: &Attempt| kick.person.as_ref().is_none_or(|person| *person == attempt.pass.custom_id);
    let stayed = pairs
        .iter()
        .filter(|(_, attempt)| meant(attempt))
        .find(|(stay, _)| stay.joined_at < kick.asked - ROUNDING_MS && stay.left_at > told.at + ROUNDING_MS);
    assert!(stayed.is_none(), "{stayed:?} outlived {kick:?}");
}

/// Whom a kick says it removed has a stay that says so. 1 if it removed somebody.
fn hit_its_person(kick: &Kick, pairs: &[Pair<'_>]) -> u64 {
    let people = kick.told.and_then(|told| told.people).unwrap_or(0);
    let hit = |(stay, attempt): &Pair<'_>| {
        let removed = stay.reason == KICKED && kick.is_of(attempt);
        removed && (within(kick, stay.left_at) || was_away(stay, attempt, kick))
    };
    assert!(people == 0 || people == 1 && pairs.iter().any(hit), "nobody was removed by {kick:?}");
    people
}

/// An acknowledged kick-all ended a session, with as many people as it says. 1 if it did.
fn ended_a_session(kick: &Kick, sessions: &[&Session], attempts: &BTreeMap<Id, &Attempt>) -> u64 {
    let Some(people) = kick.told.and_then(|told| told.people) else { return 0 };
    let removed = |session: &&&Session| {
        let stays = session.stays.iter().filter(|stay| stay.reason == HOST_ENDED);
        stays.map(|stay| &attempts[&stay.peer].pass.custom_id).collect::<BTreeSet<_>>().len() as u64
    };
    let mut ended = sessions.iter().filter(|session| session.by_host && within(kick, session.ended_at));
    assert!(ended.any(|session| removed(&session) == people), "no session ended so with {kick:?}");
    1
}

/// What removed clients were told is how their stay, or their session, ended.
fn told_the_truth(truth: &Truth, seen: &Seen, counts: &mut Counts) {
    let stays: BTreeMap<Id, (&Stay, &Session)> = truth
        .sessions
        .values()
        .flat_map(|s| s.stays.iter().map(move |stay| (stay.peer, (stay, s))))
        .collect();
    for (peer, out) in &seen.out {
        let (stay, session) = stays[&Id::parse(peer).unwrap()];
        let is_true = match stay.reason.as_str() {
            KICKED => out.event == room::KICK,
            // Its grace ran out, or its server was gone, before the kick.
            "connection_lost" | "node_lost" | "server_stopped" if out.event == room::KICK => true,
            // Every peer id that was ever in a session is removed at its end.
            _ => out.event == room::KICK_ALL && session.by_host,
        };
        assert!(is_true, "told {out:?}, but {stay:?} of {session:?}");
        counts.returns += out.returns;
        counts.late_returns += out.late_returns;
        let late = u64::from(out.late_returns > 0);
        *(if out.event == room::KICK { &mut counts.late_kicked } else { &mut counts.late_ended }) += late;
    }
}
