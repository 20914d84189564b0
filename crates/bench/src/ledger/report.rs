//! The tables, and the place in the documents where they go.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::lists::Lists;
use super::query::{PAGE, Target};
use super::sample::{Samples, short};
use super::side::{Measured, Postgres};
use super::throughput::Engine;

mod estimate;

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
    if !l.measured.is_empty() && !l.cold.is_empty() {
        estimate::table(&mut text, l)?;
    }
    Ok(text)
}

fn setting(text: &mut String, l: &Lists) -> Result<()> {
    let world = l.world;
    let small = world.of_app(1);
    write!(
        text,
        "{} sessions in one app and {small} in each of nine others, {} meetings in the large app, {} LIVE, four years, \
         {PAGE} on a page, seed {}. Load average {} before, {} after. ",
        world.sessions,
        world.meetings(0),
        world.live(),
        world.seed,
        l.load_before,
        l.load_after
    )?;
    match &l.postgres {
        Some((version, loaded)) => writeln!(
            text,
            "PostgreSQL {version} of Debian on a Unix socket, 4 GB `shared_buffers`, loaded with `COPY` in {:.0} s and \
             indexed in {:.0} s{}.\n",
            loaded.copy_secs,
            loaded.index_secs,
            if loaded.ids_indexed { ", ids in trigram indexes too" } else { "; ids are in no trigram index" }
        )?,
        None => writeln!(text, "Without PostgreSQL.\n")?,
    }
    Ok(())
}

fn answers(text: &mut String, l: &mut Lists) -> Result<()> {
    writeln!(
        text,
        "| List | Sederunt p50 / p99 | PostgreSQL with ordinals | PostgreSQL with count and offset | with ordinals ÷ \
         Sederunt | with offset ÷ Sederunt | target | met |\n|---|---:|---:|---:|---:|---:|---|---|"
    )?;
    let p50s: Vec<_> = l.measured.iter_mut().map(|m| (m.question.name, m.ours.percentile(50))).collect();
    for m in &mut l.measured {
        let (target, met) = judged(m, &p50s);
        let Measured { question, ours, plain, ordinal, .. } = m;
        let p50 = ours.percentile(50);
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {target} | {met} |",
            question.name,
            range(ours),
            theirs(ordinal),
            theirs(plain),
            ratio(ordinal, p50),
            ratio(plain, p50),
        )?;
    }
    let compared: u64 = l.measured.iter().map(|m| m.compared).sum();
    let differences: Vec<&String> = l.measured.iter().flat_map(|m| &m.differences).collect();
    writeln!(
        text,
        "\nEngines take turns in one loop, twenty requests each, every request with parameters of its own. {compared} answers of PostgreSQL \
         were compared with ours, total and ids of the page: **{} differences**.\n",
        differences.len()
    )?;
    for difference in differences.iter().take(10) {
        writeln!(text, "- {difference}")?;
    }
    Ok(())
}

/// Target and whether it is met.
fn judged(m: &mut Measured, p50s: &[(&str, Duration)]) -> (String, String) {
    let p50 = m.ours.percentile(50);
    let (mut words, mut met) = (Vec::new(), true);
    match m.question.target {
        Target::Micros(us) => {
            let bound = Duration::from_micros(us);
            words.push(format!("≤ {}", short(bound)));
            met &= p50 <= bound;
        }
        Target::Times(times, of) => {
            let other = p50s.iter().find(|(name, _)| *name == of).map_or(Duration::ZERO, |(_, p50)| *p50);
            words.push(format!("≤ {times} × {of}"));
            met &= p50 <= other.mul_f64(times);
        }
    }
    if let Some(times) = m.question.ahead
        && m.plain.samples.len() > 0
    {
        words.push(format!("offset ≥ {times} ×"));
        met &= m.plain.samples.percentile(50) >= p50.mul_f64(times);
    }
    (words.join(", "), yes(met && m.differences.is_empty()))
}

fn yes(met: bool) -> String {
    if met { "yes".to_owned() } else { "**no**".to_owned() }
}

fn range(samples: &mut Samples) -> String {
    format!("{} / {}", short(samples.percentile(50)), short(samples.percentile(99)))
}

fn theirs(postgres: &mut Postgres) -> String {
    match postgres.samples.len() {
        0 if postgres.timed_out => format!("> {} s", super::pg::STATEMENT_TIMEOUT_SECS),
        0 => "–".to_owned(),
        n @ 1..10 => format!("{} (n={n})", short(postgres.samples.percentile(50))),
        _ => range(&mut postgres.samples),
    }
}

fn ratio(postgres: &mut Postgres, ours: Duration) -> String {
    match postgres.samples.len() {
        0 => "–".to_owned(),
        _ => {
            let times = postgres.samples.percentile(50).as_secs_f64() / ours.as_secs_f64().max(1e-9);
            if times < 10.0 { format!("{times:.1}") } else { format!("{times:.0}") }
        }
    }
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
    if let Some((_, loaded)) = &l.postgres {
        let (plain, ordinal) = (loaded.plain_bytes as f64 / total, loaded.ordinal_bytes as f64 / total);
        writeln!(text, "| PostgreSQL, sessions with their indexes, bytes a session | {plain:.0} | – | – |")?;
        writeln!(text, "| … index of ordinals | {ordinal:.0} | – | – |")?;
    }
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
        "Each engine alone, clients that ask again at once:\n\n\
         | List | engine | clients | a second | p50 / p99 |\n|---|---|---:|---:|---:|"
    )?;
    for one in &mut l.loops {
        let engine = match one.engine {
            Engine::Ours => "Sederunt, in the store",
            Engine::Ordinal => "PostgreSQL with ordinals",
            Engine::Plain => "PostgreSQL with offset",
        };
        let a_second =
            if one.a_second < 10.0 { format!("{:.1}", one.a_second) } else { format!("{:.0}", one.a_second) };
        writeln!(
            text,
            "| {} | {engine} | {} | {a_second} | {} |",
            one.list,
            one.clients,
            range(&mut one.samples)
        )?;
    }
    text.push('\n');
    Ok(())
}

fn cold(text: &mut String, l: &Lists) -> Result<()> {
    writeln!(
        text,
        "Cold: the kernel's copies of all files dropped (`posix_fadvise`), then a fresh process opens the store and asks \
         once; median of {} runs. A small index is checked, and so read, while it is opened; while a large one is \
         checked in the background, SQL answers what an index of it leads to, and other lists wait. PostgreSQL: stopped, dropped, started, asked once on a new connection, one run.\n\n\
         | List | first answer | PostgreSQL with ordinals | PostgreSQL with offset |\n|---|---:|---:|---:|",
        super::lists::COLD_RUNS
    )?;
    for c in &l.cold {
        let theirs = |d: Option<Duration>| d.map_or_else(|| "–".to_owned(), short);
        writeln!(text, "| {} | {} | {} | {} |", c.list, short(c.ours), theirs(c.ordinal), theirs(c.plain))?;
    }
    text.push('\n');
    Ok(())
}
