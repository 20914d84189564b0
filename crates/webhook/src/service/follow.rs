//! Reads an app's facts once for all of its receivers.

use std::sync::Arc;

use sederunt_changes::{Cursor, Reader};
use sederunt_core::fact::FactName;
use sederunt_store::{EventFilter, EventPage, StoreError};
use tokio::sync::Notify;

use super::event::Posted;
use super::shared::Shared;
use super::wants::Wants;

/// Facts of a page.
const PAGE: usize = 256;

/// Follows an app.
#[derive(Debug)]
pub(super) struct Follower {
    app: Arc<Shared>,
    reader: Reader,
    filter: Filter,
    /// Everything up to this fact was handed on.
    through: u64,
    /// There may be more than was read.
    is_behind: bool,
    /// What was read and is not handed on yet: whoever waits may give up.
    page: Option<EventPage>,
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
            EventFilter { meetings: Vec::new(), kinds: kinds.into_iter().collect(), counts: has_rooms };
        is_any.then_some(Filter { events, has_chat })
    }

    /// Reads what comes after a fact.
    pub(super) fn new(app: Arc<Shared>, filter: Filter, after: u64) -> Self {
        let reader = reader(&app, &filter, after);
        Self { app, reader, filter, through: after, is_behind: true, page: None }
    }

    /// Reads what others want from here on; whether that is something else.
    pub(super) fn change_filter(&mut self, filter: Filter) -> bool {
        let is_other = filter != self.filter;
        if is_other {
            self.reader = reader(&self.app, &filter, self.through);
            self.filter = filter;
            self.page = None;
            self.is_behind = true;
        }
        is_other
    }

    /// Everything up to this fact was handed on.
    pub(super) const fn through(&self) -> u64 {
        self.through
    }

    pub(super) const fn has_rooms(&self) -> bool {
        self.filter.events.counts
    }

    /// The next events, and the last fact that was looked at. Nothing is lost when this is given up.
    pub(super) async fn next(&mut self, news: &Notify) -> Result<(Vec<Posted>, u64), StoreError> {
        if self.page.is_none() {
            if !self.is_behind {
                news.notified().await;
                self.is_behind = true;
            }
            self.page = Some(self.reader.next(PAGE).await?);
        }
        let mut events = Vec::new();
        for row in self.page.iter().flat_map(|page| &page.events) {
            events.extend(self.app.render(row, self.filter.has_chat).await?);
        }
        // Nothing is waited for any more.
        if let Some(page) = self.page.take() {
            self.is_behind = page.has_more;
            self.through = page.through;
        }
        Ok((events, self.through))
    }
}

fn reader(app: &Shared, filter: &Filter, after: u64) -> Reader {
    Reader::new(app.setup.store.clone(), app.id.clone(), filter.events.clone(), Cursor::at_end(after))
}
