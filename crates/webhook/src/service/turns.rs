//! Whose request is next: a few that each receiver always may have, more that its app shares, and in the end places of the server.
//!
//! Whoever hangs holds what is its own. A receiver takes nothing that another of its app needs, as long as few of them hang; an
//! app takes no more than its own turns, however many receivers it has; and a part of the server's places is only for the first
//! requests of each app, so that several apps whose receivers hang do not hold up the others.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Requests of one receiver that need none of the turns its app shares.
const OWN_OF_RECEIVER: usize = 2;
/// Requests of an app that are its receivers' own, at most. A receiver is an app with a URL, and rooms bring as many URLs as they like.
const OWN_OF_APP: usize = 64;
/// Requests of an app beyond those, at most.
const SHARED_OF_APP: usize = 64;
/// Either is at most one of so many places of the server: one app never holds more than half of a small server.
const OF_APP_ONE_IN: usize = 4;
/// One of so many places of the server is kept for first requests of apps …
const KEPT_ONE_IN: usize = 4;
/// … and an app has at most so many of those …
const FIRST_OF_APP: usize = 8;
/// … and at most one of so many, so that there are some for many apps.
const FIRST_ONE_IN: usize = 16;

/// Those of the server.
#[derive(Debug)]
pub(super) struct ServerTurns {
    places: Semaphore,
    kept: Semaphore,
}

/// Those of an app.
#[derive(Debug)]
pub(super) struct AppTurns {
    own: Semaphore,
    shared: Semaphore,
    first: Semaphore,
}

/// Those of a receiver.
#[derive(Debug)]
pub(super) struct ReceiverTurns {
    own: Semaphore,
}

/// Those of a webhook, whose replays send beside it.
#[derive(Debug)]
pub(super) struct WebhookTurns {
    all: Semaphore,
    replays: Semaphore,
}

/// A request may be made until this is dropped.
#[derive(Debug)]
#[expect(dead_code, reason = "held while the request is made")]
pub(super) struct Turn<'a> {
    /// The server's place first, which others wait for.
    place: (SemaphorePermit<'a>, Option<SemaphorePermit<'a>>),
    of_app: (SemaphorePermit<'a>, Option<SemaphorePermit<'a>>),
}

impl ServerTurns {
    /// With so many places in all.
    pub(super) fn new(places: usize) -> Self {
        let places = places.max(1);
        let kept = places / KEPT_ONE_IN;
        Self { places: Semaphore::new(places - kept), kept: Semaphore::new(kept) }
    }

    /// Waits for a place.
    async fn place<'a>(
        &'a self,
        app: &'a AppTurns,
    ) -> Option<(SemaphorePermit<'a>, Option<SemaphorePermit<'a>>)> {
        tokio::select! {
            biased;
            place = both(&app.first, &self.kept) => place.map(|(first, kept)| (kept, Some(first))),
            place = self.places.acquire() => place.ok().map(|place| (place, None)),
        }
    }
}

impl AppTurns {
    /// Of a server with so many places in all.
    pub(super) fn new(places: usize) -> Self {
        let share = (places / OF_APP_ONE_IN).max(1);
        let first = places / KEPT_ONE_IN / FIRST_ONE_IN;
        Self {
            own: Semaphore::new(share.min(OWN_OF_APP)),
            shared: Semaphore::new(share.min(SHARED_OF_APP)),
            first: Semaphore::new(first.clamp(1, FIRST_OF_APP)),
        }
    }
}

impl Default for ReceiverTurns {
    fn default() -> Self {
        Self { own: Semaphore::new(OWN_OF_RECEIVER) }
    }
}

impl WebhookTurns {
    /// With so many requests at a time, at most half of which are those of replays.
    pub(super) fn new(concurrency: usize) -> Self {
        let all = concurrency.max(1);
        Self { all: Semaphore::new(all), replays: Semaphore::new((all / 2).max(1)) }
    }

    /// Waits for the webhook's turn, or that of a replay of it.
    pub(super) async fn turn(
        &self,
        is_replay: bool,
    ) -> Option<(SemaphorePermit<'_>, Option<SemaphorePermit<'_>>)> {
        if is_replay {
            return both(&self.replays, &self.all).await.map(|(replay, one)| (one, Some(replay)));
        }
        Some((self.all.acquire().await.ok()?, None))
    }
}

impl ReceiverTurns {
    /// Waits for the receiver's turn among those of its app, and then for a place. Nobody closes any of them: there is always one.
    pub(super) async fn turn<'a>(&'a self, app: &'a AppTurns, server: &'a ServerTurns) -> Option<Turn<'a>> {
        let of_app = tokio::select! {
            biased;
            own = both(&self.own, &app.own) => own.map(|(own, of_app)| (own, Some(of_app))),
            shared = app.shared.acquire() => shared.ok().map(|shared| (shared, None)),
        }?;
        let place = server.place(app).await?;
        Some(Turn { place, of_app })
    }
}

/// Waits for the one, and then for the other.
async fn both<'a>(
    narrow: &'a Semaphore,
    wide: &'a Semaphore,
) -> Option<(SemaphorePermit<'a>, SemaphorePermit<'a>)> {
    let narrow = narrow.acquire().await.ok()?;
    Some((narrow, wide.acquire().await.ok()?))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    const PLACES: usize = 512;
    const OF_APP: usize = OWN_OF_APP + SHARED_OF_APP;

    /// What does not have to wait.
    fn at_once<T>(future: impl Future<Output = Option<T>>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(ready) => ready,
            Poll::Pending => None,
        }
    }

    /// An app with receivers that hang, each of which would have more requests than there are turns.
    struct Greedy {
        app: AppTurns,
        receivers: Vec<ReceiverTurns>,
    }

    impl Greedy {
        fn new(receivers: usize) -> Self {
            Self {
                app: AppTurns::new(PLACES),
                receivers: (0..receivers).map(|_| ReceiverTurns::default()).collect(),
            }
        }

        fn take<'a>(&'a self, server: &'a ServerTurns) -> Vec<Turn<'a>> {
            let take = |receiver: &'a ReceiverTurns| {
                std::iter::from_fn(|| at_once(receiver.turn(&self.app, server)))
            };
            self.receivers.iter().flat_map(take).collect()
        }
    }

    #[test]
    fn an_app_has_its_turns_and_no_more_however_many_receivers_it_has() {
        let server = ServerTurns::new(PLACES);
        let greedy = Greedy::new(1000);
        let taken = greedy.take(&server);
        assert_eq!(taken.len(), OF_APP);
        drop(taken);
        assert_eq!(greedy.take(&server).len(), OF_APP, "given back");
    }

    #[test]
    fn a_receiver_that_hangs_leaves_two_to_each_other() {
        let (server, greedy) = (ServerTurns::new(PLACES), Greedy::new(1));
        let taken = greedy.take(&server);
        assert_eq!(taken.len(), SHARED_OF_APP + OWN_OF_RECEIVER);
        let other = ReceiverTurns::default();
        let own: Vec<_> = std::iter::from_fn(|| at_once(other.turn(&greedy.app, &server))).collect();
        assert_eq!(own.len(), OWN_OF_RECEIVER);
    }

    #[test]
    fn apps_whose_receivers_hang_leave_places_to_all_others() {
        let server = ServerTurns::new(PLACES);
        let greedy: Vec<Greedy> = (0..12).map(|_| Greedy::new(1000)).collect();
        let taken: Vec<_> = greedy.iter().map(|greedy| greedy.take(&server)).collect();
        let in_flight: usize = taken.iter().map(Vec::len).sum();
        assert_eq!(in_flight, PLACES - PLACES / KEPT_ONE_IN + 12 * FIRST_OF_APP);
        let other = Greedy::new(4);
        assert_eq!(other.take(&server).len(), FIRST_OF_APP);
    }

    #[test]
    fn all_replays_of_a_webhook_leave_half_of_its_requests_to_what_happens_now() {
        for (concurrency, replays) in [(16, 8), (3, 1), (1, 1)] {
            let webhook = WebhookTurns::new(concurrency);
            let replayed: Vec<_> = std::iter::from_fn(|| at_once(webhook.turn(true))).collect();
            assert_eq!(replayed.len(), replays);
            let live: Vec<_> = std::iter::from_fn(|| at_once(webhook.turn(false))).collect();
            assert_eq!(live.len(), concurrency - replays);
            drop((replayed, live));
            let live: Vec<_> = std::iter::from_fn(|| at_once(webhook.turn(false))).collect();
            assert_eq!(live.len(), concurrency, "when nothing is replayed");
        }
    }

    #[test]
    fn an_app_holds_at_most_half_of_a_small_server() {
        let server = ServerTurns::new(8);
        let greedy = [(); 2].map(|()| Greedy { app: AppTurns::new(8), ..Greedy::new(100) });
        let [first, second] = greedy.each_ref().map(|greedy| greedy.take(&server));
        assert_eq!((first.len(), second.len()), (4, 4));
    }

    #[test]
    fn there_are_as_many_places_as_the_setting_says() {
        for places in [1, 2, 8, PLACES] {
            let server = ServerTurns::new(places);
            let apps: Vec<Greedy> = (0..PLACES).map(|_| Greedy::new(100)).collect();
            let taken: usize = {
                let taken: Vec<_> = apps.iter().map(|app| app.take(&server)).collect();
                taken.iter().map(Vec::len).sum()
            };
            assert_eq!(taken, places);
        }
    }
}
