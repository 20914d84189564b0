//! Settings of a history change.

use sederunt_core::input::Command;

use crate::world::World;

impl World {
    pub(crate) fn configure(&mut self, now: i64) {
        let mut settings = self.model.settings.clone();
        let mut noted = false;
        if self.rng.chance(30) {
            self.config.title = format!("T{}", self.fresh);
            noted = true;
        }
        if self.rng.chance(30) {
            let keep_alive = self.rng.between(60, 600) * 1000;
            noted |= keep_alive != settings.keep_alive;
            settings.keep_alive = keep_alive;
        }
        if self.rng.chance(20) {
            settings.max_together = self.rng.chance(60).then(|| self.rng.between(10_000, 1_500_000));
        }
        if self.rng.chance(20) {
            // The API says open only of an active meeting that is not terminated.
            settings.open = !settings.open && self.ledger.terminated_at.is_none();
        }
        self.say(|| format!("configure {settings:?}"));
        self.config.open = settings.open;
        self.config.keep_alive_ms = settings.keep_alive;
        self.config.max_together_ms = settings.max_together;
        self.model.configure(settings, noted, now);
        self.command(Command::Configure(self.config.clone()));
    }
}
