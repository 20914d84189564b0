//! Reads an app's facts once for all of its receivers.

use std::collections::VecDeque;
use std::sync::Arc;

use sederunt_changes::{Cursor, Reader};
use sederunt_core::fact::FactName;
use sederunt_store::{EventFilter, EventRow, StoreError};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::event::Posted;
use super::shared::Shared;
use super::wants::Wants;

/// Facts of a page.
const PAGE: usize = 256;

/// Follows an app.
#[derive(Debug)]
pub(super) struct Follower {
    app: Arc<Shared>,
    filter: Filter,
    /// Everything up to this fact was handed on.
    through: u64,
    /// There may be more than was read.
    is_behind: bool,
    /// The next page, while nobody is at it.
    work: Option<Work>,
    /// The next page on its way. It has a task of its own: whoever waits may give up, and it goes on all the same.
    running: Option<AbortOnDropHandle<(Work, Result<(), StoreError>)>>,
}

/// A page: what was read, and what was made of it.
#[derive(Debug)]
struct Work {
    app: Arc<Shared>,
    reader: Reader,
    has_chat: bool,
    /// How far the page goes, and whether there is more; `None` = it is not read yet.
    read: Option<(u64, bool)>,
    rows: VecDeque<EventRow>,
    events: Vec<Posted>,
}

/// What receivers want of the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    events: EventFilter,
    has_chat: bool,
}

impl Follower {
    /// What has to be read for these; `None` = nothing.
    pub(super) fn filter<'a>(wants: impl Iterator<Item = &'a Wants>, has_rooms: bool) -> Option<Filter> {
        let (mut kinds, mut has_chat, mut is_any) = (std::collections::BTreeSet::new(), false, has_rooms);
        for wants in wants {
            kinds.extend(wants.facts());
            has_chat |= wants.has_chat();
            is_any = true;
        }
        if has_rooms {
            kinds.extend([FactName::PeerJoined, FactName::PeerLeft]);
        }
        if kinds.is_empty() {
            // Nobody wants anything that is ever told; an empty list would be everything.
            kinds.insert(FactName::SessionStarted);
        }
        let events =
            EventFilter { kinds: kinds.into_iter().collect(), counts: has_rooms, ..EventFilter::default() };
        is_any.then_some(Filter { events, has_chat })
    }

    /// Reads what comes after a fact.
    pub(super) fn new(app: Arc<Shared>, filter: Filter, after: u64) -> Self {
        Self { app, filter, through: after, is_behind: true, work: None, running: None }
    }

    /// Reads what others want from here on; whether that is something else. `rooms`: from where on rooms want to be told, if they
    /// do: nobody looked for them before the first of them was there, and that may be a while ago.
    pub(super) fn change_filter(&mut self, filter: Filter, rooms: Option<u64>) -> bool {
        if filter == self.filter {
            return false;
        }
        if filter.events.counts && !self.filter.events.counts {
            self.through = rooms.map_or(self.through, |rooms| rooms.min(self.through));
        }
        *self = Self::new(Arc::clone(&self.app), filter, self.through);
        true
    }

    /// Everything up to this fact was handed on.
    pub(super) const fn through(&self) -> u64 {
        self.through
    }

    pub(super) const fn has_rooms(&self) -> bool {
        self.filter.events.counts
    }

    /// The next events, and the last fact that was looked at. Nothing is lost when this is given up, and nothing is done twice.
    pub(super) async fn next(&mut self, news: &Notify) -> Result<(Vec<Posted>, u64), StoreError> {
        let running = match &mut self.running {
            Some(running) => running,
            None => {
                if !self.is_behind {
                    news.notified().await;
                    self.is_behind = true;
                }
                let work = self.work.take();
                let work = work.unwrap_or_else(|| Work::new(&self.app, &self.filter, self.through));
                self.running.insert(AbortOnDropHandle::new(tokio::spawn(work.run())))
            }
        };
        let done = running.await;
        self.running = None;
        let (mut work, done) = match done {
            Ok(done) => done,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime ends.
            Err(_) => return std::future::pending().await,
        };
        let page = done.map(|()| work.hand_on());
        self.work = Some(work);
        let (events, through, has_more) = page?;
        (self.through, self.is_behind) = (through.max(self.through), has_more);
        Ok((events, self.through))
    }
}

impl Work {
    fn new(app: &Arc<Shared>, filter: &Filter, after: u64) -> Self {
        let store = app.setup.store.clone();
        let reader = Reader::new(store, app.id.clone(), filter.events.clone(), Cursor::at_end(after));
        let (app, has_chat) = (Arc::clone(app), filter.has_chat);
        Self { app, reader, has_chat, read: None, rows: VecDeque::new(), events: Vec::new() }
    }

    /// What failed goes on where it was.
    async fn run(mut self) -> (Self, Result<(), StoreError>) {
        let done = self.go_on().await;
        (self, done)
    }

    async fn go_on(&mut self) -> Result<(), StoreError> {
        if self.read.is_none() {
            let page = self.reader.next(PAGE).await?;
            self.read = Some((page.through, page.has_more));
            self.rows = page.events.into();
        }
        while let Some(row) = self.rows.front() {
            let events = self.app.render(row, self.has_chat).await?;
            self.events.extend(events);
            self.rows.pop_front();
        }
        Ok(())
    }

    /// A page that is done, how far it goes, and whether there is more; the next one follows.
    fn hand_on(&mut self) -> (Vec<Posted>, u64, bool) {
        let (through, has_more) = self.read.take().unwrap_or((0, true));
        (std::mem::take(&mut self.events), through, has_more)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use sederunt_core::id::PeerId;
    use sederunt_testkit::{House, T0, within};
    use serde_json::json;

    use super::*;
    use crate::body::kit::EventName;
    use crate::service::event::Kind;
    use crate::service::scene::shared;

    /// Somebody enters a new room and is sent away with everybody: four facts.
    async fn session(house: &House) {
        let mut room = house.meeting_row(&"app-1".into());
        room.is_room = true;
        room.extra = json!({ "webhook": { "url": "https://hooks.example/" } });
        house.store.create_meeting(room.clone()).await.unwrap();
        let who = house.participant_row(&room.app, room.id, "Ann");
        house.store.create_participant(who.clone()).await.unwrap();
        let token = house.entry(&who).await;
        let mut person = house.attach(&token, PeerId::from_u128(1)).await.unwrap();
        person.join().await;
        sederunt_app::live::kick_all(&house.node, room.id).await.unwrap();
        person.closed().await;
    }

    async fn house() -> House {
        let house = House::at(T0).await;
        house.app("acc", "app-1", "Demo app").await;
        house
    }

    fn all() -> Wants {
        Wants::Kit(EventName::ALL.iter().copied().collect())
    }

    /// The next page, although whoever waits for it gives up at once, again and again.
    async fn impatient(follower: &mut Follower) -> (Vec<Posted>, u64) {
        let news = Notify::new();
        let page = async {
            loop {
                let mut next = pin!(follower.next(&news));
                let polled = poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
                if let Poll::Ready(page) = polled {
                    return page.unwrap();
                }
                tokio::task::yield_now().await;
            }
        };
        within("a page", page).await
    }

    #[tokio::test]
    async fn a_page_comes_however_often_whoever_waits_for_it_gives_up() {
        let house = house().await;
        session(&house).await;
        let filter = Follower::filter([all()].iter(), false).unwrap();
        let mut follower = Follower::new(shared(&house, "app-1"), filter, 0);
        let (events, through) = impatient(&mut follower).await;
        assert_eq!((events.len(), through), (4, 4));
    }

    #[tokio::test]
    async fn who_came_to_the_first_room_before_rooms_were_looked_at_is_told() {
        let house = house().await;
        let filter = |has_rooms| Follower::filter([all()].iter(), has_rooms).unwrap();
        let mut follower = Follower::new(shared(&house, "app-1"), filter(false), 0);
        session(&house).await;
        let rooms = house.store.rooms_place(&"app-1".into()).await.unwrap();
        assert_eq!(impatient(&mut follower).await.1, 4);
        assert!(follower.change_filter(filter(true), rooms));
        assert_eq!(Some(follower.through()), rooms);
        let (events, through) = impatient(&mut follower).await;
        let of_room: Vec<u64> = events
            .iter()
            .filter(|event| matches!(event.kind, Kind::Room(_)))
            .map(|event| event.told.key.seq)
            .collect();
        assert_eq!((of_room, through), (vec![2, 3], 4));
        // Rooms that were looked at before are not looked at again.
        let names = Wants::Kit([EventName::MeetingEnded].into());
        assert!(follower.change_filter(Follower::filter([names].iter(), true).unwrap(), rooms));
        assert_eq!(follower.through(), 4);
    }
}
