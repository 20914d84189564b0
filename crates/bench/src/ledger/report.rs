//! The tables, and the place in the documents where they go.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::lists::Lists;
use super::query::{PAGE, Target};
use super::sample::{Samples, short};
use super::side::Measured;

const BEGIN: &str = "<!-- ledger:begin -->";
const END: &str = "<!-- ledger:end -->";

/// Bytes of the index for a session.
const BYTES_MAX: f64 = 70.0;
const START_MAX: Duration = Duration::from_secs(1);
const ANONYMOUS_MAX: u64 = 300 << 20;
/// Requests a second over HTTP as a share of those from memory.
const HTTP_SHARE_MIN: f64 = 0.5;

/// Puts `text` between the markers of a document.
pub(super) fn write(document: &Path, text: &str) -> Result<()> {
    let old =
        std::fs::read_to_string(document).with_context(|| format!("cannot read {}", document.display()))?;
    let places = old.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = places.with_context(|| format!("{} has no {BEGIN} … {END}", document.display()))?;
    std::fs::write(document, format!("{head}{BEGIN}\n\n{text}\n{END}{tail}"))?;
    Ok(())
}

/// Everything about the lists.
pub(super) fn lists(l: &mut Lists) -> Result<String> {
    let mut text = String::new();
    setting(&mut text, l)?;
    // A step that was left out has no table.
    if !l.measured.is_empty() {
        answers(&mut text, l)?;
    }
    if !l.cold.is_empty() {
        size(&mut text, l)?;
    }
    if !l.served.is_empty() {
        served(&mut text, l)?;
    }
    if !l.loops.is_empty() {
        loops(&mut text, l)?;
    }
    if !l.cold.is_empty() {
        cold(&mut text, l)?;
    }
    Ok(text)
}

fn setting(text: &mut String, l: &Lists) -> Result<()> {
    let world = l.world;
    let small = world.of_app(1);
    writeln!(
        text,
        "{} sessions in one app and {small} in each of nine others, {} meetings in the large app, {} LIVE, four years, \
         {PAGE} on a page, seed {}. Load average {} before, {} after.\n",
        world.sessions,
        world.meetings(0),
        world.live(),
        world.seed,
        l.load_before,
        l.load_after
    )?;
    Ok(())
}

fn answers(text: &mut String, l: &mut Lists) -> Result<()> {
    writeln!(text, "| List | p50 / p99 | target | met |\n|---|---:|---|---|")?;
    let p50s: Vec<_> = l.measured.iter_mut().map(|m| (m.question.name, m.samples.percentile(50))).collect();
    for Measured { question, samples } in &mut l.measured {
        let (bound, words) = match question.target {
            Target::Micros(us) => {
                let bound = Duration::from_micros(us);
                (bound, format!("≤ {}", short(bound)))
            }
            Target::Times(times, of) => {
                let other = p50s.iter().find(|(name, _)| *name == of).map_or(Duration::ZERO, |(_, p50)| *p50);
                (other.mul_f64(times), format!("≤ {times} × {of}"))
            }
        };
        let met = yes(samples.percentile(50) <= bound);
        writeln!(text, "| {} | {} | {words} | {met} |", question.name, range(samples))?;
    }
    writeln!(text, "\nEvery request has parameters of its own.\n")?;
    Ok(())
}

fn yes(met: bool) -> String {
    if met { "yes".to_owned() } else { "**no**".to_owned() }
}

fn range(samples: &mut Samples) -> String {
    format!("{} / {}", short(samples.percentile(50)), short(samples.percentile(99)))
}

fn size(text: &mut String, l: &Lists) -> Result<()> {
    let total = l.world.total() as f64;
    let (index, ledger) = (l.sizes.index as f64 / total, l.sizes.ledger as f64 / total);
    let memory = l.probed.memory.anonymous_max;
    writeln!(text, "| What | measured | target | met |\n|---|---:|---|---|")?;
    writeln!(
        text,
        "| index, bytes a session | {index:.1} | ≤ {BYTES_MAX} | {} |",
        yes(index <= BYTES_MAX && index > 0.0)
    )?;
    writeln!(text, "| ledger (SQLite: facts, stays, people), bytes a session | {ledger:.0} | – | – |")?;
    for (what, open_us) in [("warm", l.probed.memory.open_us), ("cold", l.probed.cold_open_us)] {
        let open = Duration::from_micros(open_us);
        writeln!(
            text,
            "| opening the store, {what} | {} | ≤ 1 s | {} |",
            short(open),
            yes(open <= START_MAX)
        )?;
    }
    let ready = short(Duration::from_micros(l.probed.cold_ready_us));
    writeln!(text, "| … cold, until the index answers | {ready} | – | – |")?;
    writeln!(
        text,
        "| anonymous memory after opening | {} MiB | – | – |\n| … most while every list is asked | {} MiB | ≤ 300 MiB | {} |",
        l.probed.memory.anonymous_open >> 20,
        memory >> 20,
        yes(memory <= ANONYMOUS_MAX)
    )?;
    writeln!(
        text,
        "| import, sessions a second, indexing included | {:.0} | – | – |\n| … then until everything was sealed | {:.1} s \
         | – | – |\n",
        l.imported.a_second(),
        l.imported.settle_secs
    )?;
    Ok(())
}

fn served(text: &mut String, l: &mut Lists) -> Result<()> {
    writeln!(
        text,
        "Over HTTP with kept connections: the whole server (token, query, JSON) next to a handler on the same listener \
         and runtime that answers the same bytes from memory; the asking clients share the two cores.\n\n\
         | List | bytes | clients | server, a second | p50 / p99 | from memory, a second | p50 / p99 | share | target | met |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---|---|"
    )?;
    for s in &mut l.served {
        let share = s.ours.a_second() / s.memory.a_second();
        let counts = s.list == super::query::FIRST || s.list == super::query::DEEP;
        let (target, met) = if counts {
            (format!("≥ {HTTP_SHARE_MIN}"), yes(share >= HTTP_SHARE_MIN))
        } else {
            ("–".to_owned(), "–".to_owned())
        };
        writeln!(
            text,
            "| {} | {} | {} | {:.0} | {} | {:.0} | {} | {share:.2} | {target} | {met} |",
            s.list,
            s.body_bytes,
            s.clients,
            s.ours.a_second(),
            range(&mut s.ours.samples),
            s.memory.a_second(),
            range(&mut s.memory.samples),
        )?;
    }
    text.push('\n');
    Ok(())
}

fn loops(text: &mut String, l: &mut Lists) -> Result<()> {
    writeln!(
        text,
        "Clients that ask the store again at once:\n\n| List | clients | a second | p50 / p99 |\n|---|---:|---:|---:|"
    )?;
    for one in &mut l.loops {
        let range = range(&mut one.samples);
        writeln!(text, "| {} | {} | {:.0} | {range} |", one.list, one.clients, one.a_second)?;
    }
    text.push('\n');
    Ok(())
}

fn cold(text: &mut String, l: &Lists) -> Result<()> {
    writeln!(
        text,
        "Cold: the kernel's copies of all files dropped (`posix_fadvise`), then a fresh process opens the store and asks \
         once; median of {} runs. A small index is checked, and so read, while it is opened; while a large one is \
         checked in the background, SQL answers what an index of it leads to, and other lists wait.\n\n\
         | List | first answer |\n|---|---:|",
        super::lists::COLD_RUNS
    )?;
    for c in &l.cold {
        writeln!(text, "| {} | {} |", c.list, short(c.took))?;
    }
    text.push('\n');
    Ok(())
}
