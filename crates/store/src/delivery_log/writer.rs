//! The thread that writes the log: what waits goes into the files of its days, old days go.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use sederunt_core::time::{Day, UnixMs};

use super::calendar::Calendar;
use super::day_file::{self, DayFile};
use super::entry::Delivered;
use super::queue::{Batch, Due, Failure};
use super::retention::{Item, Options, retire};
use super::rows::{Row, rows};
use super::shared::Shared;
use super::shares::Shares;
use crate::{Result, StoreError};

/// How long a disk that refused a write is left alone.
const AGAIN_AFTER: Duration = Duration::from_secs(5);
/// The least time from one batch of final failures to the next: each is an `fsync` on the ledger's disk.
const SYNC_EVERY: Duration = Duration::from_millis(50);
/// A power cut takes no more than this, of what need not be on disk.
const SYNCED_WITHIN: Duration = Duration::from_secs(60);
/// How often days are looked at that nothing else makes anybody look at.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);
/// Files that are open for writing: today's, and yesterday's around midnight.
const OPEN_MAX: usize = 2;

/// The state of the thread.
#[derive(Debug)]
pub(super) struct Writer {
    shared: Arc<Shared>,
    options: Options,
    calendar: Calendar,
    /// The last written first.
    open: Vec<(Day, DayFile)>,
    /// Final failures that a disk refused.
    refused: Vec<Failure>,
    /// The disk refused the last write.
    is_failing: bool,
    quiet_until: Instant,
    synced_at: Instant,
    swept: (Instant, Day),
    /// Since then.
    has_written: bool,
    /// Today's file alone is larger than all may be.
    is_full: bool,
    /// It is twice as large.
    is_at_ceiling: bool,
    shares: Shares,
    is_behind: bool,
    cannot_remove: bool,
}

/// What goes into the file of one day.
#[derive(Debug, Default)]
struct Load {
    rows: Vec<Row>,
    failures: Vec<Failure>,
}

impl Writer {
    /// `time` is the wall clock at `now`.
    pub(super) fn new(shared: Arc<Shared>, options: Options, now: Instant, time: UnixMs) -> Self {
        let calendar = Calendar::new(now, time);
        let swept = (now, calendar.today(now));
        let shares = Shares::new(options.max_bytes, swept.1);
        Self {
            shared,
            options,
            calendar,
            open: Vec::new(),
            refused: Vec::new(),
            is_failing: false,
            quiet_until: now,
            synced_at: now,
            swept,
            has_written: false,
            is_full: false,
            is_at_ceiling: false,
            shares,
            is_behind: false,
            cannot_remove: false,
        }
    }

    /// Works until the queue is closed.
    pub(super) fn run(mut self) {
        // However it ends, nobody waits for it afterwards.
        let _end = End(Arc::clone(&self.shared));
        self.inspect();
        self.sweep(Instant::now());
        let mut spare = Vec::new();
        loop {
            let mut batch = self.shared.queue.next(self.due(), std::mem::take(&mut spare));
            let (flushes, is_last) = (std::mem::take(&mut batch.flushes), batch.is_last);
            spare = self.round(Instant::now(), batch);
            if is_last {
                self.close();
            }
            for told in flushes {
                let _ = told.send(());
            }
            if is_last {
                return;
            }
        }
    }

    fn due(&self) -> Due {
        let sweep = self.swept.0 + LOOK_EVERY;
        let look_at = if self.refused.is_empty() { sweep } else { self.quiet_until.min(sweep) };
        Due { quiet_until: self.quiet_until, sync_from: self.synced_at + SYNC_EVERY, look_at }
    }

    /// Files that are none of ours are known before somebody asks.
    fn inspect(&mut self) {
        for day in self.shared.folder.days() {
            if let Err(error) = day_file::reader(&self.shared.folder, day)
                && day_file::is_damage(&error)
            {
                self.set_aside(day, &error);
            }
        }
    }

    /// Writes a batch, or loses it; returns the list of its successes, emptied.
    fn round(&mut self, now: Instant, batch: Batch) -> Vec<Delivered> {
        let Batch { mut successes, failures, damaged, missed, .. } = batch;
        let changes = self.shared.folder.changes();
        for (day, found) in damaged {
            if found == changes {
                self.set_aside(day, &StoreError::Damaged("found by a reader".to_owned()));
            }
        }
        self.say_missed(missed);
        let newest = successes.iter().map(|d| d.at).chain(failures.iter().map(|f| f.failed.at)).max();
        if let Some(newest) = newest {
            self.calendar.see(now, newest);
        }
        let (swept_at, swept_on) = self.swept;
        let is_time = now.saturating_duration_since(swept_at) >= LOOK_EVERY;
        if is_time || swept_on != self.calendar.today(now) {
            self.sweep(now);
        }
        for (day, load) in self.loads(now, &mut successes, failures) {
            self.put(now, day, load);
        }
        if self.is_full || self.is_too_much() {
            self.sweep(now);
        }
        successes.clear();
        successes
    }

    fn is_too_much(&self) -> bool {
        let folder = &self.shared.folder;
        folder.bytes() > self.options.max_bytes || folder.files().len() > self.options.files_max()
    }

    /// What is written, by day.
    fn loads(
        &mut self,
        now: Instant,
        successes: &mut Vec<Delivered>,
        failures: Vec<Failure>,
    ) -> Vec<(Day, Load)> {
        self.shares.turn(self.calendar.today(now));
        self.look_at_ceiling();
        let given = successes.len();
        successes.retain(|success| !self.is_full && self.shares.has_place(&success.app));
        self.shared.queue.drop_entries(given - successes.len());
        let mut loads: BTreeMap<Day, Load> = BTreeMap::new();
        for row in rows(successes) {
            loads.entry(row.day()).or_default().rows.push(row);
        }
        let refused = std::mem::take(&mut self.refused);
        for failure in refused.into_iter().chain(failures) {
            if let Some(failure) = self.admit(failure) {
                loads.entry(failure.failed.at.day()).or_default().failures.push(failure);
            }
        }
        loads.into_iter().collect()
    }

    /// A failure as it is written. Where there is no place, only the last failure of an event is, and not that of a replay: facts are
    /// replayed as often as somebody likes.
    fn admit(&self, mut failure: Failure) -> Option<Failure> {
        let has_place = !self.is_full && self.shares.has_place(&failure.failed.app);
        if has_place {
            return Some(failure);
        }
        let is_first = failure.failed.key.replay == 0;
        if failure.end.is_some() && is_first && !self.is_at_ceiling {
            failure.failed.excerpt = Vec::new();
            return Some(failure);
        }
        self.shared.queue.drop_entries(1);
        if let Some((_, ack)) = failure.end {
            let max = usize::try_from(self.options.max_bytes).unwrap_or(usize::MAX);
            self.shared.queue.settle(ack, Err(StoreError::Limit { what: "bytes of the delivery log", max }));
        }
        None
    }

    fn look_at_ceiling(&mut self) {
        let is_at_ceiling = self.is_full && self.shared.folder.bytes() > self.options.ceiling();
        if is_at_ceiling && !self.is_at_ceiling {
            tracing::error!("today's delivery log has twice the bytes it may have: nothing is logged");
        }
        self.is_at_ceiling = is_at_ceiling;
    }

    /// Writes what belongs to a day. What a disk refuses is lost, but for final failures.
    fn put(&mut self, now: Instant, day: Day, load: Load) {
        let has_finals = load.failures.iter().any(|failure| failure.end.is_some());
        let is_synced = has_finals || now.saturating_duration_since(self.synced_at) >= SYNCED_WITHIN;
        let mut written = self.write(day, &load, is_synced);
        if let Err(error) = &written
            && (day_file::is_damage(error) || day_file::is_read_only(error))
        {
            self.set_aside(day, error);
            written = self.write(day, &load, is_synced);
        }
        match written {
            Ok(()) => {
                self.quiet_until = now;
                if is_synced {
                    self.synced_at = now;
                }
                self.say_written();
                load.rows.iter().for_each(|row| self.shares.take_row(&row.app, row.packed.len()));
                let taken = load.failures.iter().map(|failure| &failure.failed);
                taken.for_each(|failed| self.shares.take_failure(&failed.app, failed.excerpt.len()));
                for (_, ack) in load.failures.into_iter().filter_map(|failure| failure.end) {
                    self.shared.queue.settle(ack, Ok(()));
                }
            }
            Err(error) => {
                self.shut(|open| open == day);
                self.quiet_until = now + AGAIN_AFTER;
                self.say_refused(&error);
                let (finals, others): (Vec<_>, Vec<_>) =
                    load.failures.into_iter().partition(|failure| failure.end.is_some());
                let lost: usize = load.rows.iter().map(|row| row.n).sum();
                self.shared.queue.drop_entries(lost + others.len());
                self.refused.extend(finals);
            }
        }
    }

    fn write(&mut self, day: Day, load: &Load, is_synced: bool) -> Result<()> {
        let mut file = match self.open.iter().position(|(open, _)| *open == day) {
            Some(at) => self.open.remove(at).1,
            None => DayFile::open(&self.shared.folder, day)?,
        };
        let failures = load.failures.iter().map(|f| (&f.failed, f.end.as_ref().map(|(end, _)| *end)));
        file.write(&load.rows, failures, is_synced)?;
        if !self.shared.folder.measure(Item { day, is_aside: false }) {
            // Somebody removed it: what was written is in no folder. The next write makes it anew.
            let context = format!("looking for {}", self.shared.folder.path(day).display());
            return Err(StoreError::Io { context, source: std::io::ErrorKind::NotFound.into() });
        }
        self.open.insert(0, (day, file));
        self.has_written = true;
        let surplus = self.open.get(OPEN_MAX).map(|(day, _)| *day);
        self.shut(|open| Some(open) == surplus);
        Ok(())
    }

    /// Closes files, which folds their logs into them.
    fn shut(&mut self, is_done: impl Fn(Day) -> bool) {
        for (day, file) in std::mem::take(&mut self.open) {
            if is_done(day) {
                drop(file);
                self.shared.folder.measure(Item { day, is_aside: false });
            } else {
                self.open.push((day, file));
            }
        }
    }

    fn set_aside(&mut self, day: Day, why: &StoreError) {
        self.shut(|open| open == day);
        let file = self.shared.folder.path(day);
        match self.shared.folder.set_aside(day) {
            Ok(()) => tracing::warn!(%why, file = %file.display(), "a file of the delivery log is set aside"),
            Err(error) => tracing::warn!(%error, "a file of the delivery log cannot be set aside"),
        }
    }

    /// Takes away what is too old or too much.
    fn sweep(&mut self, now: Instant) {
        let today = self.calendar.today(now);
        // Theirs would be the last connections, and the logs stay.
        self.shared.idle.clear();
        let written = self.open.first().map(|(day, _)| *day).filter(|_| self.has_written);
        self.shut(|day| Some(day) != written && day != today);
        for item in retire(&self.shared.folder.files(), today, written, &self.options) {
            self.shut(|day| day == item.day && !item.is_aside);
            match self.shared.folder.remove(item) {
                Ok(()) => {
                    self.shared.days_removed.fetch_add(1, Ordering::Relaxed);
                    self.cannot_remove = false;
                    let file = self.shared.folder.path_of(item);
                    tracing::info!(file = %file.display(), "a day of the delivery log is removed");
                }
                Err(error) => {
                    // It is tried again often, and said once.
                    if !std::mem::replace(&mut self.cannot_remove, true) {
                        tracing::warn!(%error, "a day of the delivery log cannot be removed");
                    }
                }
            }
        }
        let is_full = self.shared.folder.bytes() > self.options.max_bytes;
        if is_full && !self.is_full {
            tracing::warn!(
                "today's delivery log is as large as all days may be: only what fails for good the first time is kept"
            );
        }
        (self.is_full, self.swept, self.has_written) = (is_full, (now, today), false);
    }

    /// Closes everything; what still has no place never will have one here.
    fn close(&mut self) {
        self.shared.idle.clear();
        self.shut(|_| true);
        self.shared.queue.drop_entries(self.refused.len());
        for (_, ack) in self.refused.drain(..).filter_map(|failure| failure.end) {
            self.shared.queue.settle(ack, Err(StoreError::Closed));
        }
    }

    fn say_missed(&mut self, missed: u64) {
        if missed > 0 && !self.is_behind {
            tracing::warn!(missed, "the delivery log is behind: entries are dropped");
        }
        self.is_behind = missed > 0;
    }

    fn say_refused(&mut self, error: &StoreError) {
        if !self.is_failing {
            tracing::error!(%error, "the delivery log cannot be written: entries are dropped");
        }
        self.is_failing = true;
    }

    fn say_written(&mut self) {
        if self.is_failing {
            tracing::info!("the delivery log is written again");
        }
        self.is_failing = false;
    }
}

/// Says that the thread is gone when it is.
struct End(Arc<Shared>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.queue.end();
    }
}

#[cfg(test)]
mod tests;
