//! What the owner of a webhook may ask of the service.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId, SessionId, StayId};
use sederunt_core::time::UnixMs;
use sederunt_store::{ReplayRow, StoreError, WebhookRow};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::config::{Config, room_receiver};
use super::receiver::{Command, Retried, Status};
use super::shared::Shared;
use super::wants::Wants;
use super::{Service, event};
use crate::body::kit::{self, EventName};
use crate::body::pagecall::{self, Action};
use crate::client::{Reply, Request};
use crate::retry::{Outcome, Phase};
use crate::sign::Secret;
use crate::told::{Key, Order, Told};

/// How long a receiver's task may take to answer: it waits for nobody itself.
const ANSWER_BOUND: Duration = Duration::from_secs(5);

/// Whose deliveries are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A webhook of the app.
    Webhook(WebhookRow),
    /// A replay of one, whether it runs or not.
    Replay(WebhookRow, ReplayRow),
    /// The webhook of a room. All rooms of the app with the same URL share a receiver.
    Room {
        /// Where its requests go.
        url: String,
        /// The room.
        room: MeetingId,
    },
}

/// What is said to have happened when a receiver is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// At a webhook of the app. Events that this server never tells are told as a start.
    Event(EventName),
    /// At the webhook of a room.
    Action(Action),
}

impl From<EventName> for Sample {
    fn from(event: EventName) -> Self {
        Self::Event(event)
    }
}

impl Subject {
    /// The id of the receiver, as the delivery log has it.
    pub fn receiver(&self, app: &AppId) -> Id {
        match self {
            Self::Webhook(webhook) | Self::Replay(webhook, _) => webhook.id,
            Self::Room { url, .. } => room_receiver(app, url),
        }
    }
}

/// A request as it is sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its headers, but for those of the connection.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// A test, and what came of it.
#[derive(Debug, Clone)]
pub struct Tested {
    /// What was sent.
    pub sent: Sent,
    /// How it ended.
    pub outcome: Outcome,
    /// The beginning of what the receiver said.
    pub excerpt: Bytes,
    /// How long it took.
    pub latency: Duration,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Too many tests of the app are under way.
    #[error("too many tests of this app are under way")]
    TooMany,
    /// The receiver is switched off, or its task does not answer.
    #[error("nothing is delivered to this receiver now")]
    NotServed,
    /// A request for the event is under way.
    #[error("a request for this event is under way")]
    UnderWay,
    /// As much waits for this receiver as may.
    #[error("too many events wait for this receiver already")]
    TooManyWait,
    /// Nothing of the fact is told to this receiver.
    #[error("there is no such event for this receiver")]
    NoEvent,
    /// The body cannot be signed.
    #[error("the body cannot be signed")]
    Unsigned,
    /// The ledger.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Service {
    /// How a receiver does; `None` when it is not served.
    pub async fn status(&self, app: &AppId, of: &Subject) -> Option<Status> {
        let (answer, status) = oneshot::channel();
        self.ask(app, of, Command::Status(answer))?;
        timeout(ANSWER_BOUND, status).await.ok()?.ok()
    }

    /// Sends an event now, whether it was delivered or not.
    ///
    /// # Errors
    /// It is not told to this receiver, a request for it is under way, too many wait, or the receiver is not served.
    pub async fn retry(
        &self,
        app: &AppId,
        of: &Subject,
        key: Key,
        meeting: MeetingId,
    ) -> Result<(), DeskError> {
        if let Subject::Room { url, .. } = of {
            self.wake_room(app, url).await?;
        }
        let (answer, done) = oneshot::channel();
        self.ask(app, of, Command::Retry(key, meeting, answer)).ok_or(DeskError::NotServed)?;
        match timeout(ANSWER_BOUND, done).await {
            Ok(Ok(Retried::Due)) => Ok(()),
            Ok(Ok(Retried::UnderWay)) => Err(DeskError::UnderWay),
            Ok(Ok(Retried::Full)) => Err(DeskError::TooManyWait),
            Ok(Err(_)) | Err(_) => Err(DeskError::NotServed),
        }
    }

    /// A request for an event, rendered anew. Where it is not signed, signatures of the server's key are empty.
    ///
    /// # Errors
    /// Nothing of the fact is told to this receiver, or the ledger fails.
    pub async fn render(
        &self,
        app: &AppId,
        of: &Subject,
        (key, meeting): (Key, MeetingId),
        is_signed: bool,
    ) -> Result<Sent, DeskError> {
        let app = self.app(app).await?;
        let config = self.config(&app, of);
        let told = app.event_at(&config.wants, key, meeting).await?.ok_or(DeskError::NoEvent)?;
        let signature = if is_signed {
            self.setup.signer.sign(&told.body).await.map_err(|_| DeskError::Unsigned)?
        } else {
            Arc::from("")
        };
        let headers = app.headers(&config, (&told, 1), &signature, false).await;
        Ok(Sent { headers, body: told.body.clone() })
    }

    /// Sends something that has not happened, and says what came of it. One that succeeds is worth a probe of a receiver that is
    /// down.
    ///
    /// # Errors
    /// Too many are under way.
    pub async fn test(
        &self,
        app: &AppId,
        of: &Subject,
        sample: impl Into<Sample>,
    ) -> Result<Tested, DeskError> {
        let turn = self.setup.tests.begin(app).ok_or(DeskError::TooMany)?;
        let app = self.app(app).await?;
        let config = self.config(&app, of);
        let told = made_up(&app, of, sample.into(), self.setup.clock.wall());
        let signature = self.setup.signer.sign(&told.body).await.map_err(|_| DeskError::Unsigned)?;
        let headers = app.headers(&config, (&told, 1), &signature, true).await;
        let sent = Sent { headers: headers.clone(), body: told.body.clone() };
        let reply = match config.target {
            Ok(target) => {
                let request = Request { app: app.resolver_key(), target, headers, body: told.body };
                let client = self.setup.client.clone();
                let send = async move {
                    // To the end of the request, also when nobody waits for it any more.
                    let _turn = turn;
                    client.send(&request).await
                };
                // On the runtime of webhooks: its connections belong to that.
                let reply = self.spawn(send).await;
                reply.ok_or(DeskError::NotServed)?
            }
            Err(_) => Reply {
                outcome: Outcome::Fault(Phase::Refused),
                refused: None,
                excerpt: Bytes::new(),
                latency: Duration::ZERO,
            },
        };
        app.count(&reply);
        if reply.outcome.status().is_some_and(|status| (200..300).contains(&status)) {
            self.ask(&app.id, of, Command::Probe);
        }
        Ok(Tested { sent, outcome: reply.outcome, excerpt: reply.excerpt, latency: reply.latency })
    }

    fn ask(&self, app: &AppId, of: &Subject, command: Command) -> Option<()> {
        let app = self.apps.app(app)?;
        let is_asked = match of {
            Subject::Webhook(webhook) => app.with(webhook.id, |handle| handle.ask(command)),
            Subject::Replay(_, replay) => app.with(replay.delivery, |handle| handle.ask(command)),
            Subject::Room { url, .. } => app.rooms.with(url, |handle| handle.ask(command)),
        }?;
        is_asked.then_some(())
    }

    /// Receivers of room webhooks go when there is nothing to do for them.
    async fn wake_room(&self, app: &AppId, url: &str) -> Result<(), DeskError> {
        let place = self.setup.store.rooms_place(app).await?;
        let (app, place) = self.apps.app(app).zip(place).ok_or(DeskError::NotServed)?;
        app.wake_room(url, place);
        Ok(())
    }

    fn config(&self, app: &Shared, of: &Subject) -> Config {
        let places = &self.setup.places;
        let settings = self.setup.settings.endpoint;
        match of {
            // What is asked for by name may have been told before the list was changed.
            Subject::Webhook(webhook) => {
                let mut config = Config::of_webhook(webhook, places, settings);
                config.wants = Wants::Kit(EventName::ALL.iter().copied().collect());
                config
            }
            Subject::Replay(webhook, replay) => {
                let all = EventName::ALL.iter().map(|name| name.as_str().to_owned()).collect();
                let whole = ReplayRow { only_failed: false, events: Some(all), ..replay.clone() };
                Config::of_replay(&whole, webhook, places, settings)
            }
            Subject::Room { url, .. } => {
                let secret: Secret = (self.setup.room_secret)(&app.id);
                Config::of_room(&app.id, url, secret, places, settings)
            }
        }
    }

    /// The app, also one whose receivers are all switched off.
    async fn app(&self, id: &AppId) -> Result<Arc<Shared>, DeskError> {
        if let Some(app) = self.apps.app(id) {
            return Ok(Arc::clone(&app.shared));
        }
        let app = Shared::new(Arc::clone(&self.setup), id.clone(), self.stop.clone());
        app.learn_name(&self.setup.store.receivers(id).await?.app_name);
        Ok(Arc::new(app))
    }
}

/// An event whose ids are made up.
fn made_up(app: &Shared, of: &Subject, sample: Sample, now: UnixMs) -> Told {
    let name = app.name();
    let (meeting, peer) = (MeetingId::from_u128(0), PeerId::from_u128(0));
    let body = match sample {
        Sample::Event(event) => {
            let session = kit::Session {
                meeting,
                session: SessionId::from_u128(0),
                title: "Test",
                started_at: now,
                organizer: kit::Organizer { id: app.id.as_str(), name: &name },
            };
            event::sample(&session, peer, event, now)
        }
        Sample::Action(action) => {
            let visit = pagecall::Visit {
                room: meeting,
                user_id: Some("test"),
                member: ParticipantId::from_u128(0),
                session: StayId::from_u128(0),
                sessions: u64::from(action == Action::Joined),
                members: u64::from(action == Action::Joined),
                at: now,
            };
            pagecall::visited(action, &visit).unwrap_or_default()
        }
    };
    // The headers are those of the room.
    let lane = if let Subject::Room { room, .. } = of { *room } else { meeting };
    Told { key: Key::first(0), lane, order: Order::Session, body }
}
