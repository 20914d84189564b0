//! The peers of a room and their sockets: who is connected, who is away, who has joined.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::ConnId;
use crate::fact::Role;
use crate::family::Member;
use crate::id::{MeetingId, ParticipantId, PeerId};
use crate::limit;
use crate::rights::{Change, PRODUCE, Right, Rights};
use crate::standing::{Joined, Seat, StageAccess, Standing};
use crate::time::UnixMs;
use crate::who::{Abilities, Ability, Who};
use crate::words::entry::PeerInfo;
use crate::words::media::MediaPeer;

use super::pace::Pace;
use super::peer_media::PeerMedia;

/// One peer: a client, over all its sockets. Until it joins it is on the set-up screen and seen by nobody.
#[derive(Debug)]
pub(crate) struct Peer {
    /// The wire's id, made by the client.
    pub(crate) id: PeerId,
    pub(crate) token: u64,
    pub(crate) who: Box<Who>,
    /// Name in force.
    pub(crate) display_name: String,
    pub(crate) created_at: UnixMs,
    /// When its latest socket came.
    pub(crate) attached_at: UnixMs,
    /// The socket; `None` while the reconnect grace runs.
    pub(crate) conn: Option<ConnId>,
    /// When the socket was lost, which is when the peer was last heard; `Some` exactly while `conn` is `None`.
    pub(crate) lost_at: Option<UnixMs>,
    /// When the latest loss was noticed: the grace runs from here.
    pub(crate) noticed_at: UnixMs,
    /// From when on it may be moved to another room: its app knows by then that it is in this one.
    pub(crate) ripe_at: UnixMs,
    /// What it asks of breakout rooms.
    pub(crate) rooms_pace: Pace,
    /// How it stands to the room.
    standing: Standing,
    /// What hosts have changed for its participant.
    change: Change,
    pub(crate) media: PeerMedia,
}

impl Peer {
    /// A peer on the set-up screen.
    pub(crate) fn new(id: PeerId, token: u64, who: Box<Who>, conn: ConnId, now: UnixMs) -> Self {
        Self {
            id,
            token,
            display_name: cut(&who.display_name),
            who,
            created_at: now,
            attached_at: now,
            conn: Some(conn),
            lost_at: None,
            noticed_at: now,
            ripe_at: now,
            rooms_pace: Pace::new(limit::BREAKOUT_ASKS_PER_SECOND, limit::BREAKOUT_ASKS_BURST, now),
            standing: Standing::Setup,
            change: Change::default(),
            media: PeerMedia::default(),
        }
    }

    /// In the room.
    pub(crate) fn is_in(&self) -> bool {
        self.standing.joined().is_some()
    }

    /// The peer id by which its stay is recorded; bots have none.
    pub(crate) fn recorded_as(&self) -> Option<PeerId> {
        self.standing.joined().and_then(|joined| joined.recorded_as)
    }

    /// In the waiting room, let in or not.
    pub(crate) fn waits(&self) -> bool {
        matches!(self.standing, Standing::Waiting { .. })
    }

    /// In the waiting room since then, and not let in yet.
    pub(crate) fn waits_since(&self) -> Option<UnixMs> {
        match self.standing {
            Standing::Waiting { since, called: false } => Some(since),
            Standing::Waiting { called: true, .. }
            | Standing::Setup
            | Standing::In(_)
            | Standing::Moving { .. } => None,
        }
    }

    /// On its way to another room: where to.
    pub(crate) fn moves_to(&self) -> Option<MeetingId> {
        match self.standing {
            Standing::Moving { to } => Some(to),
            Standing::Setup | Standing::Waiting { .. } | Standing::In(_) => None,
        }
    }

    /// As other rooms of the family see it.
    pub(crate) fn member(&self) -> Member {
        Member {
            participant: self.who.participant,
            display_name: self.display_name.clone(),
            custom_id: match &self.who.custom_participant_id {
                Some(custom) => custom.clone(),
                None => self.who.participant.to_string(),
            },
            picture: self.who.picture.clone(),
            hidden: self.who.abilities.hidden,
        }
    }

    /// Those who may let people in are told of it.
    pub(crate) fn is_listed(&self) -> bool {
        self.waits_since().is_some()
    }

    /// Where it sits; `None` = it is not in the room.
    pub(crate) fn seat(&self) -> Option<Seat> {
        self.standing.joined().map(|joined| joined.seat)
    }

    /// It is heard and seen.
    pub(crate) fn is_on_stage(&self) -> bool {
        self.seat().is_some_and(Seat::is_on_stage)
    }

    /// What its preset says of the stage.
    pub(crate) fn stage(&self) -> StageAccess {
        self.who.abilities.stage
    }

    /// Where its preset puts it when it comes in.
    pub(crate) fn first_seat(&self) -> Seat {
        self.stage().seat(None)
    }

    /// What its preset gives it and no host has taken away, where it stands and sits. Who is not seen publishes nothing.
    pub(crate) fn may(&self, ability: Ability) -> bool {
        let Abilities { hidden, stage, .. } = self.who.abilities;
        let taken = !ability.rights(stage).common(self.change.taken).is_empty();
        self.who.abilities.has(ability)
            && !taken
            && (!ability.is_for_the_stage() || self.is_on_stage() && !hidden)
    }

    /// What its preset gives it of what a host can take away.
    pub(crate) fn preset_rights(&self) -> Rights {
        self.who.abilities.rights
    }

    /// What of that it has. Where there is no stage nobody can ask to publish: freely, or not at all.
    pub(crate) fn rights(&self) -> Rights {
        let rights = self.preset_rights().without(self.change.taken);
        let asks = |(_, produce, freely): &(&str, Right, Right)| {
            self.stage() == StageAccess::NoStage && rights.contains(*produce) && !rights.contains(*freely)
        };
        let void = PRODUCE.iter().filter(|kind| asks(kind)).map(|(_, produce, _)| *produce).collect();
        rights.without(void).that_count()
    }

    /// Recorders and hidden participants are not shown to others.
    pub(crate) fn visible(&self) -> bool {
        self.is_in() && !self.who.abilities.hidden && self.who.role != Role::Bot
    }

    pub(crate) fn participant(&self) -> ParticipantId {
        self.who.participant
    }

    /// The peer as others see it.
    pub(crate) fn info(&self) -> PeerInfo {
        PeerInfo {
            seat: self.seat().unwrap_or_else(|| self.first_seat()),
            ..info(self.id, &self.who, &self.display_name)
        }
    }

    /// The peer with its producers.
    pub(crate) fn media_info(&self) -> MediaPeer {
        MediaPeer {
            peer: self.id,
            participant: self.who.participant,
            display_name: self.display_name.clone(),
            producers: self.media.producers().cloned().collect(),
        }
    }
}

/// Somebody as others see it.
pub(crate) fn info(peer: PeerId, who: &Who, display_name: &str) -> PeerInfo {
    PeerInfo {
        peer,
        participant: who.participant,
        display_name: display_name.to_owned(),
        custom_participant_id: who.custom_participant_id.clone(),
        picture: who.picture.clone(),
        preset_name: who.preset_name.clone(),
        hidden: who.abilities.hidden,
        recorder: who.role == Role::Bot,
        seat: who.abilities.stage.seat(None),
    }
}

/// All peers of a room.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    by_id: BTreeMap<PeerId, Peer>,
    conns: BTreeMap<ConnId, PeerId>,
    /// By the moment at which the loss was noticed.
    away: BTreeSet<(UnixMs, PeerId)>,
    joins: u64,
    /// Seats of those who were lost and may come back, where they are not what the preset gives.
    kept_seats: BTreeMap<PeerId, Seat>,
    /// Peers that came back to another seat than was kept for them, as their preset has changed.
    reseated: Vec<PeerId>,
    /// Who asks to come on stage is not who asked when this was looked at last.
    requests_changed: bool,
    /// What hosts have changed for people in the LIVE session, whether they are here or not.
    changes: BTreeMap<ParticipantId, Change>,
    /// Who is in the room, or under which name, is not as it was when this was looked at last.
    people_changed: bool,
}

impl Peers {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(crate) fn get(&self, id: PeerId) -> Option<&Peer> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        self.by_id.get_mut(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.by_id.values()
    }

    /// Peers that joined the room, in order of joining.
    pub(crate) fn joined(&self) -> Vec<&Peer> {
        let mut joined: Vec<(u64, &Peer)> =
            self.by_id.values().filter_map(|p| p.standing.joined().map(|joined| (joined.order, p))).collect();
        joined.sort_unstable_by_key(|(order, _)| *order);
        joined.into_iter().map(|(_, peer)| peer).collect()
    }

    /// The peer on this socket.
    pub(crate) fn on(&self, conn: ConnId) -> Option<PeerId> {
        self.conns.get(&conn).copied()
    }

    pub(crate) fn insert(&mut self, mut peer: Peer) {
        peer.change = self.change_of(peer.participant());
        if let Some(conn) = peer.conn {
            self.conns.insert(conn, peer.id);
        }
        self.by_id.insert(peer.id, peer);
    }

    pub(crate) fn remove(&mut self, id: PeerId) -> Option<Peer> {
        let peer = self.by_id.remove(&id)?;
        if let Some(conn) = peer.conn {
            self.conns.remove(&conn);
        }
        self.away.remove(&(peer.noticed_at, id));
        self.requests_changed |= peer.seat() == Some(Seat::Asking);
        self.people_changed |= peer.is_in();
        Some(peer)
    }

    /// Lets a peer in. It sits where it sat when it was lost, else where its preset puts it.
    pub(crate) fn join(&mut self, id: PeerId, recorded_as: Option<PeerId>) {
        self.joins = self.joins.saturating_add(1);
        let order = self.joins;
        self.people_changed = true;
        if let Some(peer) = self.by_id.get_mut(&id) {
            let kept = self.kept_seats.remove(&id);
            let seat = peer.stage().seat(kept);
            if kept.is_some_and(|kept| kept != seat) {
                self.reseated.push(id);
            }
            self.requests_changed |= seat == Seat::Asking;
            peer.standing = Standing::In(Joined { order, recorded_as, seat });
        }
    }

    /// Those who wait and are not let in yet.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Peer> {
        self.by_id.values().filter(|peer| peer.is_listed())
    }

    /// Puts a peer into the waiting room.
    pub(crate) fn wait(&mut self, id: PeerId, since: UnixMs) {
        self.stand(id, Standing::Waiting { since, called: false });
    }

    /// A peer that waits is let in, and comes when it likes.
    pub(crate) fn call(&mut self, id: PeerId) {
        if let Some(Standing::Waiting { called, .. }) = self.by_id.get_mut(&id).map(|peer| &mut peer.standing)
        {
            *called = true;
        }
    }

    /// A peer is sent away, to its set-up screen.
    pub(crate) fn wait_no_more(&mut self, id: PeerId) {
        self.stand(id, Standing::Setup);
    }

    fn stand(&mut self, id: PeerId, standing: Standing) {
        if let Some(peer) = self.by_id.get_mut(&id) {
            peer.standing = standing;
        }
    }

    /// A peer is out of the room, and its client is to go to another one.
    pub(crate) fn send_on(&mut self, id: PeerId, to: MeetingId) {
        self.stand(id, Standing::Moving { to });
    }

    /// Somebody in the room has another name.
    pub(crate) fn note_people(&mut self) {
        self.people_changed = true;
    }

    /// Whether others are in the room than when this was asked last, or under other names.
    pub(crate) fn take_people_changed(&mut self) -> bool {
        std::mem::take(&mut self.people_changed)
    }

    /// Moves a peer that is in the room to a seat. Returns where it sat before.
    pub(crate) fn sit(&mut self, id: PeerId, seat: Seat) -> Option<Seat> {
        let peer = self.by_id.get_mut(&id)?;
        let joined = peer.standing.joined()?;
        peer.standing = Standing::In(Joined { seat, ..joined });
        self.requests_changed |= (joined.seat == Seat::Asking) != (seat == Seat::Asking);
        Some(joined.seat)
    }

    /// Keeps the seat of a peer that was lost.
    pub(crate) fn keep_seat(&mut self, id: PeerId, seat: Seat) {
        if self.kept_seats.len() < limit::LOST_MAX {
            self.kept_seats.insert(id, seat);
        }
    }

    /// The session is over.
    pub(crate) fn forget_seats(&mut self) {
        self.kept_seats.clear();
    }

    /// Whose kept seat means nothing any more.
    pub(crate) fn take_reseated(&mut self) -> Vec<PeerId> {
        std::mem::take(&mut self.reseated)
    }

    /// Whether others ask to come on stage than when this was asked last.
    pub(crate) fn take_requests_changed(&mut self) -> bool {
        std::mem::take(&mut self.requests_changed)
    }

    /// What hosts have changed for somebody.
    pub(crate) fn change_of(&self, participant: ParticipantId) -> Change {
        self.changes.get(&participant).copied().unwrap_or_default()
    }

    /// Whether that is anything, now or before.
    pub(crate) fn is_changed(&self, participant: ParticipantId) -> bool {
        self.changes.contains_key(&participant)
    }

    /// For how many people it is.
    pub(crate) fn changed(&self) -> usize {
        self.changes.len()
    }

    /// Changes it, for every page of these participants.
    pub(crate) fn set_changes(&mut self, changes: impl IntoIterator<Item = (ParticipantId, Change)>) {
        self.changes.extend(changes);
        for peer in self.by_id.values_mut() {
            peer.change = self.changes.get(&peer.who.participant).copied().unwrap_or_default();
        }
    }

    /// A peer is known anew.
    pub(crate) fn refresh_change(&mut self, id: PeerId) {
        if let Some(peer) = self.by_id.get_mut(&id) {
            peer.change = self.changes.get(&peer.who.participant).copied().unwrap_or_default();
        }
    }

    /// The session is over: everybody may do again what presets say. Returns what was changed.
    pub(crate) fn take_changes(&mut self) -> BTreeMap<ParticipantId, Change> {
        self.by_id.values_mut().for_each(|peer| peer.change = Change::default());
        std::mem::take(&mut self.changes)
    }

    /// The socket is gone; the peer is away from `at` on, which is noticed `now`.
    pub(crate) fn lose(&mut self, id: PeerId, at: UnixMs, now: UnixMs) {
        let Some(peer) = self.by_id.get_mut(&id) else { return };
        if let Some(conn) = peer.conn.take() {
            self.conns.remove(&conn);
        }
        peer.lost_at = Some(at);
        peer.noticed_at = now;
        self.away.insert((now, id));
    }

    /// A new socket for a known peer. Returns the socket it replaces.
    pub(crate) fn resume(&mut self, id: PeerId, conn: ConnId, now: UnixMs) -> Option<ConnId> {
        let peer = self.by_id.get_mut(&id)?;
        if peer.lost_at.take().is_some() {
            self.away.remove(&(peer.noticed_at, id));
        }
        peer.attached_at = now;
        let old = peer.conn.replace(conn);
        if let Some(old) = old {
            self.conns.remove(&old);
        }
        self.conns.insert(conn, id);
        old
    }

    /// Moves every instant: the room's time was set.
    pub(crate) fn shift(&mut self, ms: i64) {
        self.away = std::mem::take(&mut self.away).into_iter().map(|(at, id)| (at.plus_ms(ms), id)).collect();
        for peer in self.by_id.values_mut() {
            peer.created_at = peer.created_at.plus_ms(ms);
            peer.attached_at = peer.attached_at.plus_ms(ms);
            peer.lost_at = peer.lost_at.map(|at| at.plus_ms(ms));
            peer.noticed_at = peer.noticed_at.plus_ms(ms);
            peer.ripe_at = peer.ripe_at.plus_ms(ms);
            peer.rooms_pace.shift(ms);
            if let Standing::Waiting { since, .. } = &mut peer.standing {
                *since = since.plus_ms(ms);
            }
            peer.media.shift(ms);
        }
    }

    /// Whose loss was noticed first, and when.
    pub(crate) fn first_away(&self) -> Option<(UnixMs, PeerId)> {
        self.away.first().copied()
    }

    /// Sockets of those in the room, but for one peer.
    pub(crate) fn audience(&self, except: Option<PeerId>) -> Vec<ConnId> {
        self.sockets(|peer| peer.is_in() && Some(peer.id) != except)
    }

    /// Sockets of those that take part in media, but for one peer.
    pub(crate) fn media_audience(&self, except: Option<PeerId>) -> Vec<ConnId> {
        self.sockets(|peer| peer.is_in() && peer.media.is_complete() && Some(peer.id) != except)
    }

    /// Sockets of the peers that `wanted` picks.
    pub(crate) fn sockets(&self, wanted: impl Fn(&Peer) -> bool) -> Vec<ConnId> {
        self.by_id.values().filter(|peer| wanted(peer)).filter_map(|peer| peer.conn).collect()
    }
}

/// A display name within its limit.
pub(crate) fn cut(name: &str) -> String {
    name.chars().take(limit::DISPLAY_NAME_MAX_CHARS).collect()
}
