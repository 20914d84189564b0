//! `GET …/feed`: one watcher, from where it wants to go on to the present and then with the others.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use sederunt_changes::{Batch, Cursor, Event, Look, Place};
use sederunt_store::{EventFilter, LivePart, LiveSession, StoreError};
use tokio::sync::mpsc;

use super::access::InApp;
use super::frame;
use super::hub::{End, Found, Subscription};
use super::params::FeedParams;
use crate::dialect::{KitError, KitErrors};
use crate::extract::Params;
use crate::fault::Fault;
use crate::limit::FEED_PAGE;

/// Tells nginx and its like to pass on what they get at once.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// Changes of the app's sessions and peers as they become durable, in the order of the ledger (Server-Sent Events).
///
/// `id:` is the ledger's sequence number, `event:` the type, `data:` one line of JSON. Blocks with an `id:` alone move the
/// place to go on from. The event `snapshot` comes first when asked for; `cut` comes last when the server ends the feed.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/feed",
    operation_id = "GetFeed",
    tag = "Feed",
    params(
        ("app_id" = String, Path),
        ("Last-Event-ID" = Option<u64>, Header, description = "Go on after this id, without a gap or a duplicate."),
        FeedParams
    ),
    responses(
        (status = 200, description = "The stream.", body = Event, content_type = "text/event-stream"),
        (status = 503, description = "Too many watchers, or the server stops."),
        KitErrors
    )
)]
pub(super) async fn feed(
    caller: InApp,
    headers: HeaderMap,
    Params(params, _): Params<FeedParams, KitError>,
) -> Result<Response, KitError> {
    let InApp { app, key, feeds, .. } = caller;
    let resume = params.resume(&headers)?;
    let durable = feeds.durable();
    let cursor = match resume {
        Some(seq) => Cursor::kept(seq, durable).map_err(|_| beyond("last_event_id"))?,
        None => Cursor::at_end(durable),
    };
    if feeds.node().is_stopping() {
        return Err(full("The server is stopping"));
    }
    let subscription = feeds.subscribe(&app.id, key).ok_or_else(|| full("Too many watchers"))?;
    let watcher = Watcher {
        subscription,
        filter: params.filter(),
        place: Place::at(cursor),
        live: false,
        stage: Stage::Hello { snapshot: params.snapshot && resume.is_none() },
    };
    let chunks = stream::unfold(watcher, |watcher| async {
        let (bytes, watcher) = watcher.step().await?;
        Some((Ok::<_, std::convert::Infallible>(bytes), watcher))
    });
    let kind = (header::CONTENT_TYPE, "text/event-stream");
    Ok(([kind, UNBUFFERED], Body::from_stream(chunks)).into_response())
}

/// A place that the ledger has not reached: of another ledger, or of this one before a backup was put back.
pub(super) fn beyond(name: &'static str) -> Fault {
    Fault::new(name, "is beyond the end of the ledger")
}

fn full(message: &str) -> KitError {
    KitError::new(StatusCode::SERVICE_UNAVAILABLE, message)
}

/// The state of one feed.
struct Watcher {
    subscription: Subscription,
    filter: EventFilter,
    place: Place,
    /// It got a batch of the ring: from now on it has to keep up.
    live: bool,
    stage: Stage,
}

enum Stage {
    Hello { snapshot: bool },
    Snapshot(SnapshotParts),
    Changes,
    Over,
}

/// A snapshot on its way.
struct SnapshotParts {
    parts: mpsc::Receiver<Result<LivePart, StoreError>>,
    seq: u64,
    /// Waits for the next message, which says whether it is the last.
    held: Option<Vec<LiveSession>>,
}

impl Watcher {
    /// The next bytes; `None` = the end.
    async fn step(mut self) -> Option<(Bytes, Self)> {
        loop {
            let bytes = match &mut self.stage {
                Stage::Hello { snapshot } => {
                    let snapshot = *snapshot;
                    Some(self.hello(snapshot))
                }
                Stage::Snapshot(_) => self.snapshot().await,
                Stage::Changes => self.changes().await,
                Stage::Over => return None,
            };
            if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
                return Some((bytes, self));
            }
        }
    }

    fn hello(&mut self, snapshot: bool) -> Bytes {
        let retry_ms = self.subscription.feeds().retry_ms();
        if !snapshot {
            self.stage = Stage::Changes;
            return frame::hello(retry_ms, Some(self.place.cursor));
        }
        let store = self.subscription.feeds().node().store();
        let parts = store.live_sessions(self.subscription.app().clone(), self.filter.clone());
        self.stage = Stage::Snapshot(SnapshotParts { parts, seq: 0, held: None });
        // Without an id: who is cut off before the snapshot is complete gets a new one.
        frame::hello(retry_ms, None)
    }

    async fn snapshot(&mut self) -> Option<Bytes> {
        let Stage::Snapshot(snapshot) = &mut self.stage else { return None };
        let (sessions, complete) = match snapshot.parts.recv().await {
            Some(Ok(LivePart::At(seq))) => {
                snapshot.seq = seq;
                return None;
            }
            Some(Ok(LivePart::Sessions(sessions))) => (snapshot.held.replace(sessions)?, false),
            Some(Ok(LivePart::Complete)) => (snapshot.held.take().unwrap_or_default(), true),
            Some(Err(error)) => return Some(self.fault(&error)),
            // It took so long to be read that the ledger's snapshot was given up.
            None => return Some(self.cut(End::SlowReader)),
        };
        let seq = snapshot.seq;
        if complete {
            self.place.cursor.move_to(seq);
            self.stage = Stage::Changes;
        }
        let now = self.subscription.feeds().node().steady();
        let text = frame::snapshot(seq, self.subscription.app().as_str(), sessions, now, complete);
        Some(text.unwrap_or_else(|error| self.fault(&error)))
    }

    async fn changes(&mut self) -> Option<Bytes> {
        // Seen before looking, so that whatever comes after the look wakes.
        self.subscription.news.borrow_and_update();
        match self.subscription.look(&mut self.place) {
            Found::Ring(Look::Batch(batch)) => {
                self.live = true;
                Some(self.take(&batch))
            }
            Found::Ring(Look::Wait) => {
                if self.subscription.news.changed().await.is_err() {
                    return Some(self.cut(End::Internal));
                }
                None
            }
            Found::Ring(Look::Behind) if self.live => Some(self.cut(End::SlowReader)),
            Found::Ring(Look::Behind) => Some(self.catch_up().await),
            Found::Over(end) => Some(self.cut(end)),
        }
    }

    fn take(&mut self, batch: &Batch) -> Bytes {
        if batch.through < self.place.cursor {
            return Bytes::new();
        }
        let text = batch.text(self.place.cursor, &self.filter);
        self.place.cursor = batch.through;
        text
    }

    /// A page of the ledger. It is read when the client has taken the one before, so a slow client only waits longer.
    async fn catch_up(&mut self) -> Bytes {
        let from = self.place.cursor;
        let (feeds, app) = (self.subscription.feeds(), self.subscription.app());
        let page = match feeds.page(app, from, FEED_PAGE, self.filter.clone()).await {
            Ok(page) => page,
            Err(error) => return self.fault(&error),
        };
        self.place.cursor.pass(&page);
        let last = page.events.last().map_or(from.seq(), |event| event.seq);
        let text = match frame::events(page.events) {
            Ok((text, _)) => text,
            Err(error) => return self.fault(&error),
        };
        if page.through == last {
            return text;
        }
        [text, frame::heartbeat(self.place.cursor)].concat().into()
    }

    fn fault(&mut self, error: &(dyn std::error::Error + 'static)) -> Bytes {
        tracing::error!(error, "a feed failed");
        self.cut(End::Internal)
    }

    fn cut(&mut self, end: End) -> Bytes {
        self.stage = Stage::Over;
        self.subscription.feeds().node().metrics().feed_cut(end.as_str());
        frame::cut(end.as_str(), self.place.cursor)
    }
}
