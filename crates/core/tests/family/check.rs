//! What must hold, after every step and in the end.

use std::collections::{BTreeMap, BTreeSet};

use sederunt_core::fact::EndReason;
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_core::tally::Tally;
use sederunt_core::time::UnixMs;

use crate::world::{Client, HIDDEN, MAIN, PEOPLE, WAITER, World};

impl World {
    pub(crate) fn check(&self) {
        for person in 0..PEOPLE {
            let participant = ParticipantId::from_u128(person);
            // A page that is gone without a word is still there beside the new one, but in the same room.
            let open = |tally: &&Tally| tally.open().any(|stay| stay.participant == participant);
            let at: BTreeSet<MeetingId> =
                self.tallies.values().filter(open).map(|tally| tally.columns().meeting).collect();
            assert!(at.len() <= 1, "p{person} is in two rooms: {at:?}");
        }
        // A LIVE breakout session keeps its parent.
        for tally in self.tallies.values().filter(|t| t.columns().ended_at.is_none()) {
            if let Some(parent) = tally.columns().parent {
                let parent = self.tallies[&parent].columns();
                let forced = parent.end_reason.is_some_and(|reason| reason != EndReason::AllParticipantsLeft);
                assert!(parent.ended_at.is_none() || forced, "a room outlives its meeting");
            }
        }
    }

    /// The minutes of all sessions together are those of the stays, and of a person who had one page at a time no two stays of
    /// different rooms overlap.
    fn minutes(&self) {
        let now = UnixMs(self.now);
        let mut stays: BTreeMap<u128, Vec<(i64, i64, MeetingId)>> = BTreeMap::new();
        for (participant, meeting, from, to) in &self.ended {
            stays.entry(participant.0.as_u128()).or_default().push((from.0, to.0, *meeting));
        }
        for tally in self.tallies.values() {
            for stay in tally.open() {
                let one = (stay.joined_at.0, now.0, tally.columns().meeting);
                stays.entry(stay.participant.0.as_u128()).or_default().push(one);
            }
        }
        let sum: i64 = stays.values().flatten().map(|(from, to, _)| to - from).sum();
        let told: i64 = self.tallies.values().map(|tally| tally.columns().consumed_ms(now)).sum();
        assert_eq!(told, sum, "the minutes of all sessions are those of the stays");
        for (person, mut stays) in stays {
            stays.sort_unstable();
            let apart = |(a, b): (&(i64, i64, MeetingId), &(i64, i64, MeetingId))| a.2 == b.2 || a.1 <= b.0;
            assert!(stays.iter().zip(stays.iter().skip(1)).all(apart), "p{person} is twice: {stays:?}");
        }
    }

    /// Nobody goes on for so long that nobody is awaited any more: whoever is shown anywhere is there.
    fn nobody_is_awaited_for_ever(&mut self) {
        self.wait(32_000);
        self.hear_all();
        self.wait(1_000);
        self.hear_all();
        for client in self.clients.iter().filter(|client| client.is_in && client.sent.is_none()) {
            let Some(told) = client.conn.and_then(|conn| self.told.get(&conn)) else { continue };
            // Without rooms nobody is told of changes.
            let some = !told.rooms.is_empty();
            for branch in std::iter::once(&told.parent).chain(&told.rooms).filter(|_| some) {
                for who in &branch.people {
                    let at = self.open_stay(who.participant);
                    assert_eq!(
                        at,
                        Some(branch.meeting),
                        "p{} is told of {} there",
                        client.person,
                        who.participant
                    );
                }
            }
        }
    }

    /// Everything is heard, and everybody goes where he was told to: then all is as it belongs.
    pub(crate) fn settle(&mut self) {
        self.nobody_is_awaited_for_ever();
        for _ in 0..20 {
            self.wait(4_000);
            for nth in 0..PEOPLE as usize {
                if self.clients[nth].sent.is_some() {
                    self.go_on(nth);
                } else if !self.clients[nth].is_in {
                    self.enter(nth);
                }
                self.let_in();
                self.check();
            }
        }
        self.hear_all();
        self.wait(31_000);
        self.hear_all();
        self.check();
        assert_eq!(self.open, BTreeMap::new(), "every request is answered");
        for client in &self.clients {
            let participant = ParticipantId::from_u128(client.person);
            let place = self.placed.get(&participant).copied().unwrap_or(MAIN);
            if client.person == WAITER && client.waits {
                // No host is in the meeting to let it in.
                assert_eq!((place, self.open_stay(participant)), (MAIN, None), "whoever waits is nowhere");
                continue;
            }
            assert_eq!(self.open_stay(participant), Some(place), "p{} is where it belongs", client.person);
            assert_eq!((client.at, client.is_in), (place, true), "its client knows");
        }
        self.minutes();
        let truth = |meeting: MeetingId| -> Vec<u128> {
            let here = |client: &&Client| client.at == meeting && client.is_in && client.person != HIDDEN;
            self.clients.iter().filter(here).map(|client| client.person).collect()
        };
        for client in &self.clients {
            let Some(told) = client.conn.and_then(|conn| self.told.get(&conn)) else { continue };
            for branch in std::iter::once(&told.parent).chain(&told.rooms).filter(|_| !told.rooms.is_empty())
            {
                let mut people: Vec<u128> =
                    branch.people.iter().map(|who| who.participant.0.as_u128()).collect();
                people.sort_unstable();
                assert_eq!(
                    people,
                    truth(branch.meeting),
                    "p{} knows who is in {:?}",
                    client.person,
                    branch.title
                );
            }
            assert_eq!(told.rooms.len(), self.open_rooms().len(), "p{} knows the rooms", client.person);
        }
    }
}
