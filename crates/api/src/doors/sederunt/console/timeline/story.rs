//! The facts of a session as people and their stays.

use std::collections::{HashMap, HashSet};

use sederunt_core::fact::{FactKind, LeaveReason};
use sederunt_core::id::{ParticipantId, PeerId};
use sederunt_store::{EventPerson, SessionFact, SessionStory};
use serde::Serialize;
use utoipa::ToSchema;

/// A participant of a session, by the names of the latest stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimelinePerson)]
pub(crate) struct Person {
    /// The participant.
    pub(in crate::doors::sederunt::console) id: String,
    /// Name at the join; missing when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::doors::sederunt::console) display_name: Option<String>,
    /// The caller's own identifier for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::doors::sederunt::console) custom_participant_id: Option<String>,
    /// The user of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::doors::sederunt::console) user_id: Option<String>,
    /// Preset at the join.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::doors::sederunt::console) preset_name: Option<String>,
    /// `member` or `monitor`.
    pub(in crate::doors::sederunt::console) role: &'static str,
}

/// A recorded interval of one peer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimelineStay)]
pub(crate) struct Stay {
    /// The peer.
    pub(in crate::doors::sederunt::console) peer: String,
    /// Whose: an id of `people`.
    pub(in crate::doors::sederunt::console) person: String,
    /// Entered.
    pub(in crate::doors::sederunt::console) joined_at: i64,
    /// The fact that says so.
    pub(in crate::doors::sederunt::console) joined_seq: u64,
    /// Left; missing while open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::doors::sederunt::console) left_at: Option<i64>,
    /// The fact that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::doors::sederunt::console) left_seq: Option<u64>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::doors::sederunt::console) reason: Option<&'static str>,
    /// When its connection was lost for a while, oldest first.
    pub(in crate::doors::sederunt::console) away: Vec<Away>,
}

/// A loss of the connection within a stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimelineAway)]
pub(crate) struct Away {
    /// Lost.
    pub(in crate::doors::sederunt::console) from: i64,
    /// The fact that says so.
    seq: u64,
    /// Back; missing when it is not, or not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::doors::sederunt::console) to: Option<i64>,
    /// The fact that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    back_seq: Option<u64>,
}

/// Something that happened to the session itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimelineEvent)]
pub(crate) struct Moment {
    /// Sequence number in the ledger.
    seq: u64,
    /// When it was true.
    at: i64,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(pattern = r"^session\.(started|retitled|keep_alive_changed|ended)$")]
    kind: &'static str,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<&'static str>,
    /// The title from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    title: Option<String>,
    /// Milliseconds that the session stays LIVE after the last leave, from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    keep_alive_ms: Option<i64>,
}

impl Stay {
    /// When it ends as far as is certain at `now`: it counts up to a loss that nobody has come back from.
    pub(in crate::doors::sederunt::console) fn until(&self, now: i64) -> i64 {
        let lost = self.away.last().filter(|away| away.to.is_none()).map(|away| away.from);
        self.left_at.or(lost).unwrap_or(now)
    }

    /// Milliseconds without a connection after which it went on.
    pub(super) fn away_ms(&self) -> i64 {
        self.away.iter().filter_map(|away| Some(away.to? - away.from)).sum()
    }
}

/// Whether it was somebody else who ended the stay of this one person.
fn is_removal(reason: LeaveReason) -> bool {
    match reason {
        LeaveReason::Kicked | LeaveReason::Blocked | LeaveReason::ParticipantDeleted => true,
        LeaveReason::Left
        | LeaveReason::Moved
        | LeaveReason::ConnectionLost
        | LeaveReason::HostEnded
        | LeaveReason::RoomTerminated
        | LeaveReason::ServerStopped
        | LeaveReason::NodeLost
        | LeaveReason::Imported => false,
    }
}

/// A session, folded.
#[derive(Debug, Default)]
pub(in crate::doors::sederunt::console) struct Story {
    /// In order of the first join.
    people: Vec<Person>,
    places: HashMap<ParticipantId, usize>,
    stays: Vec<Stay>,
    /// The latest stay of each peer, and of whom it is.
    of_peer: HashMap<PeerId, (usize, ParticipantId)>,
    lost: HashSet<ParticipantId>,
    removed: HashSet<ParticipantId>,
    events: Vec<Moment>,
}

impl Story {
    /// Folds what was recorded.
    pub(in crate::doors::sederunt::console) fn of(told: SessionStory) -> Self {
        let mut story = Self::default();
        for SessionFact { seq, fact } in told.facts {
            story.take(seq, fact.at.0, fact.kind, &told.people);
        }
        story
    }

    fn take(&mut self, seq: u64, at: i64, kind: FactKind, names: &HashMap<PeerId, EventPerson>) {
        let told = kind.name().told();
        let moment = Moment { seq, at, kind: told, reason: None, title: None, keep_alive_ms: None };
        match kind {
            FactKind::SessionStarted { title, keep_alive_ms, .. } => {
                let keep_alive_ms = Some(keep_alive_ms);
                self.events.push(Moment { title: Some(title), keep_alive_ms, ..moment });
            }
            FactKind::SessionRetitled { title } => {
                self.events.push(Moment { title: Some(title), ..moment });
            }
            FactKind::KeepAliveChanged { keep_alive_ms } => {
                self.events.push(Moment { keep_alive_ms: Some(keep_alive_ms), ..moment });
            }
            FactKind::SessionEnded { reason } => {
                self.events.push(Moment { reason: Some(reason.as_str()), ..moment });
            }
            FactKind::PeerJoined { peer, participant, role, .. } => {
                self.meet(participant, role.as_str(), names.get(&peer));
                self.of_peer.insert(peer, (self.stays.len(), participant));
                let (peer, person) = (peer.to_string(), participant.to_string());
                self.stays.push(Stay { peer, person, joined_at: at, joined_seq: seq, ..Stay::default() });
            }
            FactKind::PeerAway { peer } => {
                if let Some((stay, who)) = self.stay(peer) {
                    stay.away.push(Away { from: at, seq, to: None, back_seq: None });
                    self.lost.insert(who);
                }
            }
            FactKind::PeerBack { peer } => {
                if let Some(away) = self.stay(peer).and_then(|(stay, _)| stay.away.last_mut()) {
                    (away.to, away.back_seq) = (Some(at), Some(seq));
                }
            }
            FactKind::PeerLeft { peer, reason } => {
                if let Some((stay, who)) = self.stay(peer) {
                    (stay.left_at, stay.left_seq, stay.reason) = (Some(at), Some(seq), Some(reason.as_str()));
                    if reason == LeaveReason::ConnectionLost {
                        self.lost.insert(who);
                    } else if is_removal(reason) {
                        self.removed.insert(who);
                    }
                }
            }
        }
    }

    fn stay(&mut self, peer: PeerId) -> Option<(&mut Stay, ParticipantId)> {
        let (at, who) = *self.of_peer.get(&peer)?;
        Some((self.stays.get_mut(at)?, who))
    }

    /// Notes who somebody is; a later stay may have other names.
    fn meet(&mut self, participant: ParticipantId, role: &'static str, names: Option<&EventPerson>) {
        let place = *self.places.entry(participant).or_insert_with(|| {
            self.people.push(Person {
                id: participant.to_string(),
                display_name: None,
                custom_participant_id: None,
                user_id: None,
                preset_name: None,
                role,
            });
            self.people.len() - 1
        });
        if let (Some(person), Some(names)) = (self.people.get_mut(place), names) {
            person.display_name = Some(names.display_name.clone());
            person.custom_participant_id = names.custom_participant_id.clone();
            person.user_id = names.user_id.clone();
            person.preset_name = Some(names.preset_name.clone());
            person.role = role;
        }
    }

    /// All stays.
    pub(super) fn stays(&self) -> &[Stay] {
        &self.stays
    }

    /// All stays with whose they are.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Person, &Stay)> {
        let of: HashMap<&str, &Person> =
            self.people.iter().map(|person| (person.id.as_str(), person)).collect();
        self.stays.iter().filter_map(move |stay| Some((*of.get(stay.person.as_str())?, stay)))
    }

    /// Everybody with their stays, in order of the first join.
    pub(in crate::doors::sederunt::console) fn attended(
        &self,
    ) -> impl Iterator<Item = (&Person, Vec<&Stay>)> {
        let mut of: HashMap<&str, Vec<&Stay>> = HashMap::new();
        for stay in &self.stays {
            of.entry(&stay.person).or_default().push(stay);
        }
        self.people.iter().map(move |person| (person, of.remove(person.id.as_str()).unwrap_or_default()))
    }

    /// How many different people there were.
    pub(super) fn people(&self) -> usize {
        self.people.len()
    }

    /// How many of them lost their connection.
    pub(super) fn with_a_loss(&self) -> usize {
        self.lost.len()
    }

    /// How many of them were removed.
    pub(super) fn removed(&self) -> usize {
        self.removed.len()
    }

    /// People after so many, at most `limit`, with their stays; what happened to the session; and where to go on.
    pub(super) fn page(self, after: u64, limit: usize) -> (Vec<Person>, Vec<Stay>, Vec<Moment>, Option<u64>) {
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let all = self.people.len();
        let people: Vec<Person> = self.people.into_iter().skip(after).take(limit).collect();
        let told: HashSet<&str> = people.iter().map(|person| person.id.as_str()).collect();
        let stays = self.stays.into_iter().filter(|stay| told.contains(stay.person.as_str())).collect();
        let through = after.saturating_add(people.len());
        let next = (through < all).then(|| u64::try_from(through).unwrap_or(u64::MAX));
        (people, stays, self.events, next)
    }
}
