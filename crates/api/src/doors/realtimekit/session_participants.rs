//! Who was in a session: one row per peer (SEMANTICS §2.4).

use std::collections::BTreeMap;

use sederunt_changes::text::{Minutes, iso};
use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use sederunt_core::view_type::ViewType;
use sederunt_store::{StayQuery, StayRow, StaySort, Store};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::access::InSession;
use super::consolidated;
use super::page::{PageOf, Paging};
use super::sessions::{Order, OrderName};
use super::view::{Envelope, Listed};
use crate::dialect::{KitError, KitErrors};
use crate::extract::Params;
use crate::fault::Fault;
use crate::query::{FromQuery, Query};

/// A peer of a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionParticipant {
    /// Peer ID.
    id: String,
    /// Participant ID as returned by Add Participant (same over all connections).
    user_id: String,
    /// The caller's own identifier for this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    custom_participant_id: Option<String>,
    /// Name at the join.
    display_name: String,
    /// Preset at the join.
    preset_name: String,
    /// When the connection was accepted.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the person joined.
    #[schema(format = DateTime)]
    joined_at: String,
    /// When the person left; absent while connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    left_at: Option<String>,
    /// Latest join or leave.
    #[schema(format = DateTime)]
    updated_at: String,
    /// Minutes in the session.
    #[schema(value_type = f64)]
    duration: Minutes,
    /// Connection events; only with `include_peer_events=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    peer_events: Option<Vec<PeerEvent>>,
}

/// A step of a connection.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PeerEvent {
    /// Identifier.
    id: String,
    /// Kind.
    event_name: PeerEventName,
    /// Peer ID.
    peer_id: String,
    /// Participant ID.
    participant_id: Option<String>,
    /// Session ID; null before joining.
    session_id: Option<String>,
    /// Signalling connection; not recorded.
    socket_session_id: Option<String>,
    /// View type of the preset at the join.
    preset_view_type: Option<String>,
    /// Length of the stay when leaving, else 0.
    #[schema(value_type = f64)]
    minutes_consumed: Minutes,
    /// When.
    #[schema(format = DateTime)]
    created_at: String,
    /// When.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Kind of a [`PeerEvent`].
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
enum PeerEventName {
    /// Signalling connection accepted.
    #[serde(rename = "PEER_CREATED")]
    Created,
    /// Entered.
    #[serde(rename = "PEER_JOINING")]
    Joining,
    /// Left.
    #[serde(rename = "PEER_LEAVING")]
    Leaving,
}

impl SessionParticipant {
    /// As of an instant of the steady clock.
    fn of(row: &StayRow, now: UnixMs) -> Self {
        let stay = &row.stay;
        Self {
            id: stay.peer.to_string(),
            user_id: stay.participant.to_string(),
            custom_participant_id: row.person.custom_participant_id.clone(),
            display_name: row.person.display_name.clone(),
            preset_name: row.person.preset_name.clone(),
            created_at: iso(stay.created_at),
            joined_at: iso(stay.joined_at),
            left_at: stay.left_at.map(iso),
            updated_at: iso(stay.left_at.unwrap_or(stay.joined_at)),
            duration: Minutes::of(row.duration_ms(now)),
            peer_events: None,
        }
    }
}

impl PeerEvent {
    /// The steps of a stay.
    pub(super) fn of(row: &StayRow, view_type: Option<ViewType>) -> Vec<Self> {
        let stay = &row.stay;
        let event = |name: PeerEventName, number: u128, at: UnixMs, ms: i64| PeerEvent {
            // Derived, so that it is the same in every answer.
            id: Id::from_u128(stay.id.as_u128() ^ number).to_string(),
            event_name: name,
            peer_id: stay.peer.to_string(),
            participant_id: Some(stay.participant.to_string()),
            session_id: (!matches!(name, PeerEventName::Created)).then(|| row.session.to_string()),
            socket_session_id: None,
            preset_view_type: view_type.map(|view_type| view_type.as_str().to_owned()),
            minutes_consumed: Minutes::of(ms),
            created_at: iso(at),
            updated_at: iso(at),
        };
        let mut events = vec![
            event(PeerEventName::Created, 1, stay.created_at, 0),
            event(PeerEventName::Joining, 2, stay.joined_at, 0),
        ];
        if let Some(left_at) = stay.left_at {
            events.push(event(PeerEventName::Leaving, 3, left_at, stay.duration_ms(left_at)));
        }
        events
    }
}

/// The view type of the preset at the join. Of stays from before it was kept, what a preset of that name says now.
pub(super) async fn view_type(store: &Store, row: &StayRow) -> Result<Option<ViewType>, KitError> {
    match row.person.view_type {
        Some(kept) => Ok(Some(kept)),
        None => {
            let preset = store.preset(&row.app, &row.person.preset_name).await?;
            Ok(preset.and_then(|preset| preset.view_type()))
        }
    }
}

/// Rows as they are shown, with their events if asked for.
async fn shown(
    caller: &InSession,
    rows: &[StayRow],
    events: bool,
) -> Result<Vec<SessionParticipant>, KitError> {
    let now = caller.node.steady();
    let mut former: BTreeMap<&str, Option<ViewType>> = BTreeMap::new();
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let mut one = SessionParticipant::of(row, now);
        if events {
            let name = row.person.preset_name.as_str();
            let view_type = match former.get(name) {
                Some(former) => row.person.view_type.or(*former),
                None => view_type(caller.node.store(), row).await?,
            };
            if row.person.view_type.is_none() {
                former.insert(name, view_type);
            }
            one.peer_events = Some(PeerEvent::of(row, view_type));
        }
        out.push(one);
    }
    Ok(out)
}

/// Filters, order and page of a session's participants.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Part of the participant ID, the custom participant ID or the display name.
    search: Option<String>,
    /// Sort key.
    #[param(inline, value_type = Option<SortName>)]
    sort_by: Option<StaySort>,
    /// Sort order; ASC when not given.
    #[param(inline, value_type = Option<OrderName>)]
    sort_order: Option<Order>,
    /// List the connection events too.
    #[param(value_type = Option<bool>, default = false)]
    include_peer_events: bool,
    /// `consolidated` adds the time in the breakout rooms to which somebody went from here to `duration`; the order is that of
    /// the time in this session alone.
    #[param(inline, value_type = Option<ViewName>, rename = "view")]
    consolidated: bool,
    #[param(ignore)]
    page: PageOf,
}

/// Names of [`StaySort`].
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents the values")]
enum SortName {
    JoinedAt,
    Duration,
}

/// How breakout sessions are counted.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the values")]
enum ViewName {
    Raw,
    Consolidated,
}

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            search: query.text("search")?.map(str::to_owned),
            sort_by: query
                .one_of("sort_by", &[("joinedAt", StaySort::JoinedAt), ("duration", StaySort::Duration)])?,
            sort_order: Order::from_query(query)?,
            include_peer_events: query.boolean("include_peer_events")?.unwrap_or(false),
            consolidated: query.one_of("view", &[("raw", false), ("consolidated", true)])?.unwrap_or(false),
            page: PageOf::from_query(query)?,
        })
    }
}

/// Participants of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionParticipants {
    /// The peers.
    participants: Vec<SessionParticipant>,
    /// The ancestor of this API has it here.
    #[schema(ignore)]
    paging: Paging,
}

/// Peers of a session, first join first.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/participants",
    operation_id = "sessionsGetSessionParticipants",
    tag = "Sessions",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("session_id" = String, Path), ListParams, PageOf),
    responses((status = 200, description = "Done.", body = Listed<SessionParticipants>), KitErrors)
)]
pub(super) async fn list(
    caller: InSession,
    Params(p, _): Params<ListParams, KitError>,
) -> Result<Listed<SessionParticipants>, KitError> {
    let page = p.page;
    let query = StayQuery {
        session: caller.session.id,
        now: caller.session.own_time(caller.node.steady()),
        search: p.search,
        sort: p.sort_by.unwrap_or(StaySort::JoinedAt),
        ascending: p.sort_order != Some(Order::Descending),
        offset: page.offset(),
        limit: page.limit(),
    };
    let found = caller.node.store().stays(query).await?;
    let mut participants = shown(&caller, &found.items, p.include_peer_events).await?;
    if p.consolidated {
        let elsewhere =
            consolidated::elsewhere(caller.node.store(), &caller.session, caller.node.steady()).await?;
        for (row, one) in found.items.iter().zip(&mut participants) {
            let more = elsewhere.get(&row.stay.peer).copied().unwrap_or(0);
            one.duration = Minutes::of(row.duration_ms(caller.node.steady()).saturating_add(more));
        }
    }
    let paging = page.paging(participants.len(), found.total);
    Ok(Listed { success: true, data: SessionParticipants { participants, paging }, paging })
}

/// Parameters of one participant.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetParams {
    /// List the connection events too.
    #[param(value_type = Option<bool>, default = false)]
    include_peer_events: bool,
}

impl FromQuery for GetParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self { include_peer_events: query.boolean("include_peer_events")?.unwrap_or(false) })
    }
}

/// A single participant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneParticipant {
    /// The peer.
    participant: SessionParticipant,
}

/// One peer of a session; a participant ID means that person's latest peer.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/participants/{participant_id}",
    operation_id = "sessionsGetSessionParticipantDetails",
    tag = "Sessions",
    params(
        ("account_id" = String, Path),
        ("app_id" = String, Path),
        ("session_id" = String, Path),
        ("participant_id" = String, Path),
        GetParams
    ),
    responses((status = 200, description = "Done.", body = Envelope<OneParticipant>), KitErrors)
)]
pub(super) async fn get(
    caller: InSession,
    Params(p, _): Params<GetParams, KitError>,
) -> Result<Envelope<OneParticipant>, KitError> {
    let unknown = || KitError::not_found("Participant");
    let id = caller.participant.as_deref().and_then(|text| Id::parse(text).ok()).ok_or_else(unknown)?;
    let (store, session) = (caller.node.store(), caller.session.id);
    let row = match store.stay(session, id.into()).await? {
        Some(row) => row,
        None => store.latest_stay(session, id.into()).await?.ok_or_else(unknown)?,
    };
    let mut shown = shown(&caller, &[row], p.include_peer_events).await?;
    let participant = shown.pop().ok_or_else(unknown)?;
    Ok(Envelope::of(OneParticipant { participant }))
}
