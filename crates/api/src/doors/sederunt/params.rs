//! Parameters of the feed and of the pull.

use axum::http::HeaderMap;
use sederunt_core::fact::FactName;
use sederunt_core::id::{Id, MeetingId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_store::EventFilter;
use utoipa::IntoParams;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::schema::{Object, Type};

use crate::fault::Fault;
use crate::limit::{EVENTS_DEFAULT, EVENTS_MAX, FEED_MEETINGS_MAX, FEED_SESSIONS_MAX};
use crate::query::{FromQuery, Query};
use crate::value::{Edge, instant_param, number, page_size};

/// Where to go on, in the header that browsers send by themselves.
const LAST_EVENT_ID: &str = "last-event-id";

/// A list in one parameter: texts that match `one`, separated by commas; or nothing.
fn listed(one: &str, more_max: usize) -> Object {
    let pattern = format!("^(({one})(,({one})){{0,{more_max}}})?$");
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()
}

fn meeting_ids() -> Object {
    listed("[0-9A-Fa-f]{24}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", FEED_MEETINGS_MAX - 1)
}

fn session_ids() -> Object {
    listed("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", FEED_SESSIONS_MAX - 1)
}

fn kind_names() -> Object {
    let names: Vec<String> = FactName::ALL.iter().map(|kind| kind.told().replace('.', r"\.")).collect();
    listed(&names.join("|"), FactName::ALL.len() - 1)
}

/// Where a feed begins, and which changes it tells.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedParams {
    /// Go on after this id, as the header `Last-Event-ID` does; the header goes first.
    #[param(value_type = Option<u64>)]
    pub(super) last_event_id: Option<u64>,
    /// Begin with the LIVE sessions and who is in them, unless the feed goes on after an id.
    #[param(value_type = Option<bool>, default = false)]
    pub(super) snapshot: bool,
    /// Only changes of these meetings: ids, separated by commas, at most 100.
    #[param(schema_with = meeting_ids)]
    pub(super) meeting_id: Vec<MeetingId>,
    /// Only changes of these sessions: ids, separated by commas, at most 100. They are found along the chains of their own facts.
    #[param(schema_with = session_ids)]
    pub(super) session_id: Vec<SessionId>,
    /// Only changes of these types: names, separated by commas.
    #[param(schema_with = kind_names, example = "session.started,session.ended")]
    pub(super) events: Vec<FactName>,
}

/// A page of changes.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PullParams {
    /// Changes after this sequence number; 0 = from the beginning.
    #[param(value_type = Option<u64>, default = 0)]
    pub(super) after: u64,
    /// Most changes in the answer, at most 1000; 0 is the default.
    #[param(value_type = Option<u64>, minimum = 0, default = 100)]
    pub(super) limit: usize,
    /// Only what happened from this instant on; what was imported is left out then.
    #[param(schema_with = crate::document::time)]
    pub(super) from: Option<UnixMs>,
    /// Only what happened up to this instant; what was imported is left out then.
    #[param(schema_with = crate::document::time)]
    pub(super) to: Option<UnixMs>,
    /// Only changes of these meetings: ids, separated by commas, at most 100.
    #[param(schema_with = meeting_ids)]
    pub(super) meeting_id: Vec<MeetingId>,
    /// Only changes of these sessions: ids, separated by commas, at most 100. They are found along the chains of their own facts.
    #[param(schema_with = session_ids)]
    pub(super) session_id: Vec<SessionId>,
    /// Only changes of these types: names, separated by commas.
    #[param(schema_with = kind_names, example = "session.started,session.ended")]
    pub(super) events: Vec<FactName>,
}

impl FeedParams {
    /// The filter.
    pub(super) fn filter(&self) -> EventFilter {
        EventFilter {
            meetings: self.meeting_id.clone(),
            sessions: self.session_id.clone(),
            kinds: self.events.clone(),
            counts: false,
        }
    }

    /// Where the client wants to go on; the header is newer than the query.
    pub(super) fn resume(&self, headers: &HeaderMap) -> Result<Option<u64>, Fault> {
        let text = match headers.get(LAST_EVENT_ID).map(|value| value.to_str()) {
            None => return Ok(self.last_event_id),
            Some(Ok("")) => return Ok(self.last_event_id),
            Some(text) => text.map_err(|_| bad_seq("Last-Event-ID"))?,
        };
        seq("Last-Event-ID", text).map(Some)
    }
}

impl FromQuery for FeedParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            last_event_id: query.text("last_event_id")?.map(|text| seq("last_event_id", text)).transpose()?,
            snapshot: query.boolean("snapshot")?.unwrap_or(false),
            meeting_id: meetings(query)?,
            session_id: sessions(query)?,
            events: kinds(query)?,
        })
    }
}

impl FromQuery for PullParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let (from, to) = (instant_param(query, "from", Edge::From)?, instant_param(query, "to", Edge::To)?);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            return Err(Fault::new("to", "must not be before \"from\""));
        }
        Ok(Self {
            after: query.text("after")?.map(|text| seq("after", text)).transpose()?.unwrap_or(0),
            limit: page_size(query, EVENTS_DEFAULT, EVENTS_MAX)?,
            from,
            to,
            meeting_id: meetings(query)?,
            session_id: sessions(query)?,
            events: kinds(query)?,
        })
    }
}

/// A sequence number: digits alone.
fn seq(name: &'static str, text: &str) -> Result<u64, Fault> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let whole = number(text).ok().filter(|_| digits).map(|n| n.whole);
    whole.ok_or_else(|| bad_seq(name))
}

fn bad_seq(name: &'static str) -> Fault {
    Fault::new(name, "must be the id of an event")
}

fn meetings(query: &Query) -> Result<Vec<MeetingId>, Fault> {
    ids(query, "meeting_id", "must be meeting ids separated by commas", FEED_MEETINGS_MAX, |id| {
        id.parse().ok()
    })
}

fn sessions(query: &Query) -> Result<Vec<SessionId>, Fault> {
    let parse = |id: &str| Id::parse(id).ok().map(SessionId::from);
    ids(query, "session_id", "must be session ids separated by commas", FEED_SESSIONS_MAX, parse)
}

/// Ids in one parameter, sorted and each once; none = no filter.
fn ids<T: Ord>(
    query: &Query,
    name: &'static str,
    rule: &'static str,
    most: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Fault> {
    let Some(text) = query.text(name)? else { return Ok(Vec::new()) };
    let parsed = text.split(',').map(|id| parse(id).ok_or_else(|| Fault::new(name, rule)));
    let mut ids = parsed.collect::<Result<Vec<T>, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > most {
        return Err(Fault::new(name, format!("must have at most {most} ids")));
    }
    Ok(ids)
}

fn kinds(query: &Query) -> Result<Vec<FactName>, Fault> {
    const NAME: &str = "events";
    let Some(text) = query.text(NAME)? else { return Ok(Vec::new()) };
    let mut kinds = Vec::new();
    for name in text.split(',') {
        let Some(kind) = FactName::ALL.iter().copied().find(|kind| kind.told() == name) else {
            let all: Vec<&str> = FactName::ALL.iter().map(|kind| kind.told()).collect();
            return Err(Fault::new(
                NAME,
                format!("must be some of [{}] separated by commas", all.join(", ")),
            ));
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}
