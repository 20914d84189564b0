//! The numbers of the allocator. They come out of the simulation (decision 0037), which also runs them broken.

use std::time::Duration;

/// Every number by which a line is judged and shared. Shares are in thousandths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tuning {
    /// Loss of a strained line from which the estimate is held against what arrived.
    pub(crate) drop_loss_permille: u64,
    /// A line that loses so much more than it did at best lately, for so long, is held against what arrived as well.
    pub(crate) drop_after: Duration,
    /// What arrived, times this, is the estimate after a fast drop.
    pub(crate) drop_to_permille: u64,
    /// A fast drop needs an estimate so much above what it would be set to.
    pub(crate) drop_from_permille: u64,
    /// Between two fast drops: the losses that it stops are still in the reports.
    pub(crate) drop_every: Duration,
    /// Loss below which a line counts as well again.
    pub(crate) well_loss_permille: u64,
    /// So long after its first picture a line that is not strained is taken for one that carries everybody's smallest picture: the
    /// estimator begins with a guess.
    pub(crate) fresh_for: Duration,
    /// The same only up to this.
    pub(crate) fresh_bps: u64,
    /// What the estimator begins from there, of what goes out: a pacer that goes by the guess would hold back key frames.
    pub(crate) fresh_permille: u64,
    /// Of the estimate, what is shared out.
    pub(crate) use_permille: u64,
    /// An estimate so many times what a step leads to needs no proof. Below it the line must have carried as much for a second,
    /// with padding if need be: a probe may measure a queue instead of a line.
    pub(crate) ample_permille: u64,
    /// A line is strained when its packets wait so much longer than they did at best lately.
    pub(crate) strain_wait: Duration,
    /// So late we are ourselves when an estimate that falls may be our doing: what the estimator takes for the growth of a queue.
    pub(crate) late_least: Duration,
    /// While we are late, the estimator sees nothing of a line: one that was not strained for so long is taken for more.
    pub(crate) late_calm: Duration,
    /// If this share of what was given out has gone over it in the last second; the rest waits for key frames, or says nothing.
    pub(crate) late_sent_permille: u64,
    /// What it is taken for, of what is needed for more: a part of the estimate is kept back.
    pub(crate) late_from_permille: u64,
    /// Packets that wait and are lost, so many more than at best lately, do not fit.
    pub(crate) strain_loss_permille: u64,
    /// So much loss is too much, whether packets wait or not: what is beyond a rate is dropped at once.
    pub(crate) heavy_loss_permille: u64,
    /// An estimate below what goes out is believed at once on a line that is strained, and on any other after so long: the
    /// estimator falls to less than what arrives whenever a burst looks like a queue.
    pub(crate) doubt_most: Duration,
    /// The same while we are late, before the estimator begins again: it is our own delay that it sees.
    pub(crate) late_doubt_most: Duration,
    /// A step up needs room for everything with the step, times this.
    pub(crate) up_permille: u64,
    /// Between two steps up.
    pub(crate) up_every: Duration,
    /// How long nothing goes up after a step down.
    pub(crate) wait_first: Duration,
    /// The same at most, after steps up that did not hold.
    pub(crate) wait_most: Duration,
    /// How long at most until it is tried again whether the line carries more, when the try before came to nothing.
    pub(crate) retry_most: Duration,
    /// A step down so soon after a step up says that it did not hold.
    pub(crate) held_least: Duration,
    /// Without a step down for this long, the next one waits as long as the first.
    pub(crate) calm: Duration,
    /// How long it is tried, with padding, whether the line carries the next step.
    pub(crate) try_most: Duration,
    /// What is sent meanwhile, of everything that goes out with the next step.
    pub(crate) pad_permille: u64,
    /// When no step was taken for so many times what a step up waits, the estimator looks anew what the line carries.
    pub(crate) look_waits: u32,
    /// Or for so long, whatever did not hold.
    pub(crate) look_most: Duration,
    /// What a look has found is known after so long.
    pub(crate) look_takes: Duration,
    /// Not before a line was not strained for so long.
    pub(crate) look_calm: Duration,
    /// What is asked of the estimator beyond everything that goes out with the next step.
    pub(crate) desire_permille: u64,
    /// A line that carries less than this of what went out before the last step up has become another one.
    pub(crate) fallen_permille: u64,
    /// What is asked of the estimator on a line that has shown no bounds lately, of what is shared out. A probe goes to twice that at most.
    pub(crate) grow_permille: u64,
    /// The same only from this on: the first probes go to 1.2 Mbit/s.
    pub(crate) grow_from_bps: u64,
    /// What is asked of it at most, beyond everything that is wanted.
    pub(crate) wanted_permille: u64,
}

impl Tuning {
    /// What is used.
    pub(crate) const USED: Self = Self {
        drop_loss_permille: 100,
        drop_after: Duration::from_millis(1_500),
        drop_to_permille: 850,
        drop_from_permille: 1_125,
        drop_every: Duration::from_millis(1_200),
        well_loss_permille: 20,
        fresh_for: Duration::from_millis(1_500),
        fresh_bps: 3_000_000,
        fresh_permille: 2_000,
        use_permille: 950,
        ample_permille: 2_000,
        strain_wait: Duration::from_millis(60),
        late_least: Duration::from_millis(15),
        late_calm: Duration::from_secs(1),
        late_sent_permille: 750,
        late_from_permille: 1_100,
        strain_loss_permille: 30,
        heavy_loss_permille: 250,
        doubt_most: Duration::from_millis(2_500),
        late_doubt_most: Duration::from_millis(400),
        up_permille: 1_150,
        up_every: Duration::from_millis(400),
        wait_first: Duration::from_secs(2),
        wait_most: Duration::from_secs(12),
        retry_most: Duration::from_secs(8),
        held_least: Duration::from_secs(5),
        calm: Duration::from_secs(30),
        try_most: Duration::from_secs(3),
        pad_permille: 1_030,
        look_waits: 4,
        look_most: Duration::from_secs(20),
        look_takes: Duration::from_millis(600),
        look_calm: Duration::from_secs(1),
        desire_permille: 1_300,
        fallen_permille: 700,
        grow_permille: 3_000,
        grow_from_bps: 900_000,
        wanted_permille: 1_200,
    };
}

/// A share of a number.
pub(crate) const fn of(value: u64, permille: u64) -> u64 {
    value.saturating_mul(permille) / 1_000
}
