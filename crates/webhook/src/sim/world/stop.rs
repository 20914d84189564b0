//! A process that stops, and is not killed.

use super::{Task, World};
use crate::health::State;
use crate::words::In;

/// How long it waits for answers.
const STOP_MS: i64 = 4_000;

impl World {
    /// The process is asked to end: it sends nothing more, and waits for answers.
    pub(super) fn stop(&mut self) {
        self.say(|| "stops".into());
        self.is_stopping = true;
        self.handle(In::Stop);
        self.later(self.now + STOP_MS, Task::PutAside(self.life));
    }

    /// It has waited for long enough, keeps what it knows, and is gone.
    pub(super) fn put_aside(&mut self) {
        self.handle(In::PutAside);
        while let Some(batch) = self.batch.take() {
            let number = batch.number;
            self.apply(batch);
            self.handle(In::Persisted(number));
        }
        self.saw("stopped");
        let is_served = !matches!(self.endpoint.state(), State::Off(..));
        let Self { checks, endpoint, .. } = self;
        if is_served {
            checks.stopped(self.stored.cursor.done_seq, |key| endpoint.was_early(key));
        }
        self.kill(true);
    }
}
