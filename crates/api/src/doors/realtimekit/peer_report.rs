//! A peer with the statistics of its call, by the peer's id alone (SEMANTICS §5, docs/decisions/0027-peer-report.md).

mod figures;
mod metadata;
mod moments;
mod part;
mod quality;
mod samples;
mod sums;

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sederunt_app::reports::Report;
use sederunt_changes::text::{Minutes, iso};
use sederunt_core::id::PeerId;
use sederunt_node::Node;
use sederunt_store::StayRow;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::access::{InApp, Read, path_id};
use super::session_participants::{PeerEvent, view_type};
use super::view::Envelope;
use crate::dialect::{KitError, KitErrors};
use crate::extract::Params;
use crate::fault::Fault;
use crate::query::{FromQuery, Query, named};
use crate::reports::Reports;
use crate::state::Api;

use metadata::PeerReportMetadata;
use part::{PARTS, Part};
use quality::PeerReportQuality;

/// A caller that may read the stay of the path.
#[derive(Debug)]
pub(super) struct OfPeer {
    /// The stay.
    row: StayRow,
    /// The shell.
    node: Node,
    /// Builds the report.
    reports: Reports,
}

impl FromRequestParts<Api> for OfPeer {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let caller = InApp::<Read>::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("Peer");
        let id: PeerId = path_id(parts, "peer_id").ok_or_else(unknown)?;
        let row = caller.store().peer(&caller.app.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { row, node: caller.node, reports: api.reports.clone() })
    }
}

/// Parts that are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct GetParams {
    /// Which parts to show, joined by commas; all when not given.
    #[param(
        value_type = Option<String>,
        pattern = "^((device_info|ip_information|precall_network_information|events|quality_stats)(,(device_info|ip_information|precall_network_information|events|quality_stats))*)?$"
    )]
    filters: Option<BTreeSet<Part>>,
    /// List the connection events too.
    #[param(value_type = Option<bool>, default = false)]
    include_peer_events: bool,
}

impl FromQuery for GetParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let parts = |text: &str| text.split(',').map(|name| named("filters", name, &PARTS)).collect();
        let filters = query.text("filters")?.map(parts).transpose()?;
        Ok(Self { filters, include_peer_events: query.boolean("include_peer_events")?.unwrap_or(false) })
    }
}

impl GetParams {
    /// Whether a part is to be shown.
    fn shows(&self, part: Part) -> bool {
        self.filters.as_ref().is_none_or(|parts| parts.contains(&part))
    }
}

/// A peer with its report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PeerReportAnswer {
    /// The peer.
    participant: PeerReportParticipant,
}

/// A peer of a session, and what is known of its call.
#[derive(Debug, Serialize, ToSchema)]
struct PeerReportParticipant {
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
    role: String,
    /// Session ID.
    session_id: String,
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
    /// What is known of the call. What is not known is left out.
    peer_report: PeerReport,
}

/// What is known of a call.
#[derive(Debug, Serialize, ToSchema)]
struct PeerReport {
    /// What it ran on, and what happened.
    metadata: PeerReportMetadata,
    /// Samples of its streams, and figures over them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    quality: Option<PeerReportQuality>,
}

/// A peer with the statistics of its call, without knowing its session.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/sessions/peer-report/{peer_id}",
    operation_id = "sessionsGetParticipantDataFromPeerID",
    tag = "Sessions",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("peer_id" = String, Path), GetParams),
    responses((status = 200, description = "Done.", body = Envelope<PeerReportAnswer>), KitErrors)
)]
pub(super) async fn get(
    caller: OfPeer,
    Params(p, _): Params<GetParams, KitError>,
) -> Result<Envelope<PeerReportAnswer>, KitError> {
    let OfPeer { row, node, reports } = caller;
    let view_type = view_type(node.store(), &row).await?;
    let (session, peer) = (row.session, row.stay.peer);
    let read = async {
        // In this order: what is written down meanwhile is in both, and counts once.
        let lately = node.seen_lately(session, peer);
        Ok::<_, KitError>((lately, node.store().reports(session, peer).await?))
    };
    let figures = reports.build(read, move |(lately, kept)| {
        let report = kept.map(|kept| Report::read(&kept, lately)).unwrap_or_default();
        let quality = p.shows(Part::Quality).then(|| PeerReportQuality::of(&report)).flatten();
        let metadata = PeerReportMetadata::of(&row, view_type, report, |part| p.shows(part));
        (p, row, PeerReport { metadata, quality })
    });
    let (p, row, peer_report) = figures.await?.map_err(|error| KitError::internal(&error))?;
    let stay = &row.stay;
    let participant = PeerReportParticipant {
        id: stay.peer.to_string(),
        user_id: stay.participant.to_string(),
        custom_participant_id: row.person.custom_participant_id.clone(),
        display_name: row.person.display_name.clone(),
        role: row.person.preset_name.clone(),
        session_id: row.session.to_string(),
        created_at: iso(stay.created_at),
        joined_at: iso(stay.joined_at),
        left_at: stay.left_at.map(iso),
        updated_at: iso(stay.left_at.unwrap_or(stay.joined_at)),
        duration: Minutes::of(row.duration_ms(node.steady())),
        peer_events: p.include_peer_events.then(|| PeerEvent::of(&row, view_type)),
        peer_report,
    };
    Ok(Envelope::of(PeerReportAnswer { participant }))
}
