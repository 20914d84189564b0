//! Rules of the machine that its simulation breaks on purpose, one at a time, to see that it would notice. Outside of
//! tests every rule holds.

/// A rule, broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The watermark follows the reader.
    WatermarkIsReading,
    /// The row of an event that waits is written one batch after the watermark has passed it.
    #[cfg(test)]
    RowLater,
    /// A lane's `behind_from` is written with no batch but one that has another change of the lane.
    #[cfg(test)]
    BehindLater,
    /// The watermark passes an event that failed before the log has it.
    FailedUnlogged,
    /// A lane goes on though an event of it waits.
    NoHold,
    /// Holds run out while the endpoint is down.
    HoldRunsOutInDown,
    /// A lane waits for an event until that is settled.
    HoldForEver,
    /// Probes use attempts up.
    ProbeUsesAttempt,
    /// An event that used up its attempts is failed, whatever happened to others.
    FailsAlone,
    /// An attempt is made as soon as there is a permit.
    NoSchedule,
    /// What is not wanted is tried again.
    RetriesFinal,
    /// It reads as long as there is something.
    NoWindow,
    /// The read of a lane leaves out its first event.
    WalkFromSecond,
    /// What was dropped last is not remembered.
    ForgetsDropped,
    /// No other event is probed when one is answered badly.
    NoSecondProbe,
    /// Down for an hour is given up.
    GivesUpEarly,
}

/// Whether rules hold.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rules {
    #[cfg(test)]
    broken: Option<Broken>,
}

impl Rules {
    /// Whether this rule is broken.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "only tests break rules")]
    pub(crate) const fn breaks(self, _rule: Broken) -> bool {
        false
    }
}

#[cfg(test)]
impl Rules {
    /// All but one.
    pub(crate) const fn without(broken: Option<Broken>) -> Self {
        Self { broken }
    }

    /// Whether this rule is broken.
    pub(crate) fn breaks(self, rule: Broken) -> bool {
        self.broken == Some(rule)
    }
}

#[cfg(test)]
impl Broken {
    /// Every rule.
    pub(crate) const ALL: &[Self] = &[
        Self::WatermarkIsReading,
        Self::RowLater,
        Self::BehindLater,
        Self::FailedUnlogged,
        Self::NoHold,
        Self::HoldRunsOutInDown,
        Self::HoldForEver,
        Self::ProbeUsesAttempt,
        Self::FailsAlone,
        Self::NoSchedule,
        Self::RetriesFinal,
        Self::NoWindow,
        Self::WalkFromSecond,
        Self::ForgetsDropped,
        Self::NoSecondProbe,
        Self::GivesUpEarly,
    ];
}
