//! What a hundred million sessions in one app would take: reckoned from this run, not measured.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;

use crate::ledger::lists::Lists;
use crate::ledger::query::{COMMON, DAY, DEEP, FIRST, HEX, MINUTES_DEEP, QUESTIONS, Target, YEAR};
use crate::ledger::sample::short;

const SESSIONS: f64 = 100e6;

/// How a cost grows with the sessions of the app.
#[derive(Debug, Clone, Copy)]
enum Growth {
    /// Binary searches and counters.
    Depth,
    /// Work for each session, meeting or segment.
    Linear,
}

impl Growth {
    fn words(self) -> &'static str {
        match self {
            Self::Depth => "with the logarithm: binary searches",
            Self::Linear => "with the sessions: an upper bound",
        }
    }

    /// From `n` sessions to [`SESSIONS`].
    fn factor(self, n: f64) -> f64 {
        match self {
            Self::Depth => SESSIONS.log2() / n.log2(),
            Self::Linear => SESSIONS / n,
        }
    }
}

const LISTS: &[(&str, Growth)] = &[
    (FIRST, Growth::Depth),
    (DEEP, Growth::Depth),
    (DAY, Growth::Depth),
    (YEAR, Growth::Depth),
    (MINUTES_DEEP, Growth::Linear),
    ("R6 one year by minutes, deep", Growth::Linear),
    (COMMON, Growth::Linear),
    (HEX, Growth::Linear),
    ("R7 search 'e' (1 letter)", Growth::Linear),
    ("R7 'stand', deep", Growth::Linear),
    ("R8 'stand', one year by minutes, deep", Growth::Linear),
];

pub(super) fn table(text: &mut String, l: &mut Lists) -> Result<()> {
    let (app, all) = (l.world.sessions as f64, l.world.total() as f64);
    let (of_app, of_all) = (SESSIONS / app, SESSIONS / all);
    writeln!(
        text,
        "### A hundred million sessions in one app: an estimate\n\nNothing of this was measured at that size; it is this \
         run times what its growth allows ({of_app:.0} times the large app, {of_all:.1} times all sessions).\n\n\
         | What | this run | grows | at 100 million |\n|---|---:|---|---:|"
    )?;
    let mut beyond = Vec::new();
    for (name, growth) in LISTS {
        let Some(m) = l.measured.iter_mut().find(|m| m.question.name == *name) else { continue };
        let p50 = m.ours.percentile(50);
        let then = p50.mul_f64(growth.factor(app));
        writeln!(text, "| {name}, p50 | {} | {} | {} |", short(p50), growth.words(), short(then))?;
        let target = QUESTIONS.iter().find(|q| q.name == *name).map(|q| q.target);
        if let Some(Target::Micros(us)) = target
            && then > Duration::from_micros(us)
        {
            beyond.push(format!("{name} ({} against {})", short(then), short(Duration::from_micros(us))));
        }
    }
    let linear = Growth::Linear.words();
    let gib = |bytes: u64| bytes as f64 * of_all / f64::from(1 << 30);
    let open = Duration::from_micros(l.probed.memory.open_us);
    let memory = l.probed.memory.anonymous_max as f64;
    let import = SESSIONS / l.imported.a_second() / 3600.0;
    writeln!(
        text,
        "| index | {} MiB | with the sessions | {:.1} GiB |",
        l.sizes.index >> 20,
        gib(l.sizes.index)
    )?;
    writeln!(
        text,
        "| ledger | {} MiB | with the sessions | {:.0} GiB |",
        l.sizes.ledger >> 20,
        gib(l.sizes.ledger)
    )?;
    writeln!(text, "| opening the store | {} | {linear} | {} |", short(open), short(open.mul_f64(of_all)))?;
    writeln!(
        text,
        "| anonymous memory | {:.0} MiB | {linear} | {:.0} MiB |",
        memory / f64::from(1 << 20),
        memory * of_all / f64::from(1 << 20)
    )?;
    writeln!(
        text,
        "| import | {:.0} s | at the same rate | {import:.1} h |\n",
        l.imported.secs + l.imported.index_secs
    )?;
    if beyond.is_empty() {
        writeln!(text, "No list would miss its target.")?;
    } else {
        writeln!(text, "The next limit is what reads every session or every title: {}.", beyond.join("; "))?;
    }
    Ok(())
}
