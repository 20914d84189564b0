//! A request about something that has not happened.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use sederunt_webhook::body::kit::EventName;
use sederunt_webhook::body::pagecall::Action;
use sederunt_webhook::retry::Outcome;
use sederunt_webhook::service::{Sample, Subject, Tested};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use tokio::time::timeout;
use utoipa::ToSchema;
use utoipa::openapi::Schema;

use super::access::{Change, OfReceiver};
use super::refused::Conflict;
use super::request::Request;
use crate::dialect::{KitError, KitErrors};
use crate::extract::Body;
use crate::hook_event::Event;
use crate::limit::TEST_SECONDS;

/// What a webhook is told.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = WebhookTestRequest)]
pub(crate) struct TestRequest {
    /// Of which event; the first that the webhook lists, when it is not given. One that this server never tells is told as
    /// a start.
    event: Option<Event>,
}

/// What a room's webhook is told.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RoomWebhookTestRequest)]
pub(crate) struct RoomTestRequest {
    /// Of what; `sessionJoined`, when it is not given.
    #[schema(schema_with = actions)]
    #[serde(default, deserialize_with = "action")]
    event: Option<Action>,
}

const ACTIONS: [&str; 2] = [Action::Joined.as_str(), Action::Left.as_str()];

fn actions() -> Schema {
    crate::document::one_of_or_null(ACTIONS)
}

fn action<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Action>, D::Error> {
    let Some(name) = Option::<String>::deserialize(d)? else { return Ok(None) };
    Action::parse(&name).map(Some).ok_or_else(|| D::Error::unknown_variant(&name, &ACTIONS))
}

/// A test, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookTested)]
pub(crate) struct Test {
    /// `delivered`: a 2xx came; `answered`: something else; `no_answer`.
    #[schema(pattern = "^(delivered|answered|no_answer)$")]
    outcome: &'static str,
    /// Status of HTTP; `null` = no answer came.
    status: Option<u16>,
    /// Where it ended without an answer: `refused`, `dns`, `connect`, `tls`, `write`, `head` or `stopped`.
    phase: Option<&'static str>,
    /// How long it took.
    latency_ms: u64,
    /// How the answer's body began, where it was not a 2xx.
    excerpt: String,
    /// What was sent.
    request: Request,
}

impl Test {
    fn of(of: &Subject, tested: &Tested) -> Self {
        let (outcome, status, phase) = match tested.outcome {
            Outcome::Answered { status, .. } if (200..300).contains(&status) => {
                ("delivered", Some(status), None)
            }
            Outcome::Answered { status, .. } => ("answered", Some(status), None),
            Outcome::Fault(phase) => ("no_answer", None, Some(phase.name())),
        };
        Self {
            outcome,
            status,
            phase,
            latency_ms: u64::try_from(tested.latency.as_millis()).unwrap_or(u64::MAX),
            excerpt: String::from_utf8_lossy(&tested.excerpt).into_owned(),
            request: Request::of(of, &tested.sent, true),
        }
    }
}

async fn test(caller: OfReceiver<Change>, sample: Sample) -> Result<Json<Test>, KitError> {
    let OfReceiver { app, of, service, .. } = caller;
    let tested = timeout(Duration::from_secs(TEST_SECONDS), service.get()?.test(&app, &of, sample)).await;
    let late =
        |_| KitError::new(StatusCode::SERVICE_UNAVAILABLE, "The server is too busy for tests; try again");
    Ok(Json(Test::of(&of, &tested.map_err(late)??)))
}

/// Sends a webhook one request about something that has not happened, and says what came of it.
///
/// Answers within 10 seconds. It works while the webhook is switched off, too, and a success is worth a probe of one that is
/// down.
#[utoipa::path(
    post,
    path = "/apps/{app_id}/webhooks/{webhook_id}/test",
    operation_id = "TestWebhook",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("webhook_id" = String, Path)),
    request_body = TestRequest,
    responses((status = 200, description = "Done, whatever came of it.", body = Test), Conflict, KitErrors)
)]
pub(crate) async fn of_webhook(
    caller: OfReceiver<Change>,
    Body(body, _): Body<TestRequest, KitError>,
) -> Result<Json<Test>, KitError> {
    let listed = match &caller.of {
        Subject::Webhook(webhook) => webhook.events.iter().find_map(|name| EventName::parse(name)),
        Subject::Replay(..) | Subject::Room { .. } => None,
    };
    let event = body.event.map(|Event(name)| name).or(listed).unwrap_or(EventName::MeetingStarted);
    test(caller, event.into()).await
}

/// Sends a room's webhook one request about something that has not happened, and says what came of it.
///
/// It has the room's own headers. Answers within 10 seconds.
#[utoipa::path(
    post,
    path = "/apps/{app_id}/rooms/{room_id}/webhook/test",
    operation_id = "TestRoomWebhook",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("room_id" = String, Path)),
    request_body = RoomTestRequest,
    responses((status = 200, description = "Done, whatever came of it.", body = Test), Conflict, KitErrors)
)]
pub(crate) async fn of_room(
    caller: OfReceiver<Change>,
    Body(body, _): Body<RoomTestRequest, KitError>,
) -> Result<Json<Test>, KitError> {
    test(caller, Sample::Action(body.event.unwrap_or(Action::Joined))).await
}
