//! Reading for one receiver: from the ring that all share, or from the ledger for whoever is behind it.

use std::sync::Arc;
use std::time::Duration;

use sederunt_changes::Cursor;
use sederunt_core::fact::FactKind;
use sederunt_core::id::MeetingId;
use sederunt_store::{EventFilter, EventRow, RoomWebhook, StoreError};

use super::event::{self, About, Posted};
use super::kept::{Question, Rendered};
use super::ring::{Page, Room, pick};
use super::shared::Shared;
use super::wants::Wants;
use crate::told::{Key, Told};

/// Facts of a page of the ledger.
const PAGE: usize = 256;
/// Before a read that failed is tried again.
const AGAIN: Duration = Duration::from_secs(1);

impl Shared {
    /// What a receiver wants of the facts from `from` to `to`, of one meeting or of all. It waits for the ledger as long as that
    /// takes.
    pub(super) async fn page(
        &self,
        wants: &Wants,
        lane: Option<MeetingId>,
        (from, to): (u64, u64),
        room: Room,
    ) -> Page {
        if let Some(page) = self.ring().read(wants, lane, (from, to), room) {
            return page;
        }
        loop {
            match self.read_ledger(wants, lane, (from, to), room).await {
                Ok(page) => return page,
                Err(error) => {
                    tracing::error!(%error, "the ledger cannot be read for webhooks");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    async fn read_ledger(
        &self,
        wants: &Wants,
        lane: Option<MeetingId>,
        (from, to): (u64, u64),
        room: Room,
    ) -> Result<Page, StoreError> {
        let kinds = wants.facts().into_iter().collect::<Vec<_>>();
        if kinds.is_empty() {
            return Ok(Page { events: Vec::new(), read_to: to.min(self.head()) });
        }
        let counts = matches!(wants, Wants::Room(_));
        let filter =
            EventFilter { meetings: lane.into_iter().collect(), kinds, counts, ..EventFilter::default() };
        let question = Question { filter, has_chat: wants.has_chat() };
        let mut after = from.saturating_sub(1);
        // What is not wanted costs pages, too: nothing was found is an answer once there is no more.
        loop {
            let Some(next) = wants.next(after + 1).filter(|next| *next <= to) else {
                return Ok(Page { events: Vec::new(), read_to: to.min(self.head()) });
            };
            after = next - 1;
            let page = if lane.is_none() && !wants.is_sparse() {
                // Good for others, whose ends are elsewhere.
                self.kept.page(&question, after, self.rendered(&question, after, u64::MAX)).await?
            } else {
                Arc::new(self.rendered(&question, after, to).await?)
            };
            let through = page.through.min(to);
            let picked = pick(page.between(after, to).iter(), wants, room);
            let is_over = picked.is_full() || !page.has_more || page.through >= to;
            let page = picked.through(through);
            if is_over || !page.events.is_empty() {
                return Ok(page);
            }
            after = through;
        }
    }

    /// A page of the ledger: what comes after the fact `to` is not looked at.
    async fn rendered(&self, question: &Question, after: u64, to: u64) -> Result<Rendered, StoreError> {
        let Question { filter, has_chat } = question;
        let (pages, cursor) = (&self.setup.pages, Cursor::at_end(after));
        let page = pages.page_to(&self.id, cursor, to, PAGE, filter.clone()).await?;
        let mut events = Vec::new();
        for row in &page.events {
            events.extend(self.render(row, *has_chat).await?);
        }
        Ok(Rendered { after, through: page.through, has_more: page.has_more, events })
    }

    /// One event; `None` when it is not wanted any more.
    pub(super) async fn one(&self, wants: &Wants, key: Key, lane: MeetingId) -> Option<Arc<Told>> {
        let room = Room { events: 1, bytes: usize::MAX };
        let page = self.page(wants, Some(lane), (key.seq, key.seq), room).await;
        page.events.into_iter().find(|told| told.key == key)
    }

    /// One event as the ledger has it, whether anybody wants it now or not.
    pub(super) async fn event_at(
        &self,
        wants: &Wants,
        key: Key,
        lane: MeetingId,
    ) -> Result<Option<Arc<Told>>, StoreError> {
        let counts = matches!(wants, Wants::Room(_));
        let kinds = wants.facts().into_iter().collect();
        let filter = EventFilter { meetings: vec![lane], kinds, counts, ..EventFilter::default() };
        let before = Cursor::at_end(key.seq.saturating_sub(1));
        let page = self.setup.pages.page_to(&self.id, before, key.seq, 1, filter).await?;
        let Some(row) = page.events.first() else { return Ok(None) };
        let events = self.render(row, wants.has_chat()).await?;
        Ok(events.iter().filter_map(|event| wants.pick(event)).find(|told| told.key == key))
    }

    /// The events of a fact.
    pub(super) async fn render(&self, row: &EventRow, has_chat: bool) -> Result<Vec<Posted>, StoreError> {
        let is_visit = matches!(row.fact.kind, FactKind::PeerJoined { .. } | FactKind::PeerLeft { .. });
        let is_end = matches!(row.fact.kind, FactKind::SessionEnded { .. });
        let room = if is_visit { self.room_webhook(row).await? } else { None };
        let has_chat = is_end && has_chat && self.setup.store.has_public_chat(row.fact.session).await?;
        let chat_url = has_chat.then_some(&self.setup.chat_url);
        let name = self.name();
        let about = About { app: &self.id, app_name: &name, room: room.as_ref(), chat_url };
        // An instant beyond the year 9999 has no text: nobody lived to record it.
        Ok(event::of(row, about).unwrap_or_else(|error| {
            tracing::error!(%error, seq = row.seq, "an event cannot be told");
            Vec::new()
        }))
    }

    async fn room_webhook(&self, row: &EventRow) -> Result<Option<Arc<RoomWebhook>>, StoreError> {
        if row.counts.is_none() {
            return Ok(None);
        }
        self.webhook_of(row.fact.meeting).await
    }
}
