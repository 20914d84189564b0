//! Lists of stays: one session with very many, one room with as many over many sessions, and a session that grows.
//! Beside each the same list as SQL alone answers it: counted, and skipped up to the page.

use std::fmt::Write as _;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sederunt_core::id::{AppId, MeetingId, SessionId};
use sederunt_node::clock::wall;
use sederunt_server::data_folder::DataFolder;
use sederunt_server::first_run::{self, FirstRun};
use sederunt_server::mint::Mint;
use sederunt_store::{ImportOptions, Page, RoomStayQuery, StayQuery, StayRow, StaySort, Store};

use self::history::{History, MANY, ONE};
use super::note;
use super::sample::{Samples, ms};

mod growing;
mod history;
mod streamed;

/// `stays`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StaysArgs {
    /// Stays of the session, of the room, and of the session that grows
    #[arg(long, default_value_t = 100_000)]
    stays: u64,
    /// Requests of each list
    #[arg(long, default_value_t = 300)]
    requests: usize,
    /// Folder for the data
    #[arg(long, default_value = "target")]
    dir: PathBuf,
}

/// Runs everything and returns the tables.
pub(crate) fn run(args: &StaysArgs) -> Result<String> {
    std::fs::create_dir_all(&args.dir)?;
    let folder = tempfile::tempdir_in(&args.dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let data = folder.path().join("data");
    let first = import(&runtime, &data, args.stays)?;
    let pages = runtime.block_on(pages(&data, args))?;
    note!("{pages}");
    let growing = runtime.block_on(growing::measure(&folder.path().join("growing"), args.stays))?;
    note!("{growing}");
    let streams = runtime.block_on(streamed::measure(&data, &first))?;
    Ok(format!("{pages}\n{growing}\n{streams}"))
}

fn import(runtime: &tokio::runtime::Runtime, data: &Path, stays: u64) -> Result<FirstRun> {
    let folder = DataFolder::hold(data)?;
    let store = Store::open(data)?;
    let mint = Mint::new(wall())?;
    runtime.block_on(first_run::make_if_needed(&folder, &store, &mint))?;
    let first = first_run::read(&folder)?.context("the first run left no file")?;
    let history = History::new(&first.app_id, stays);
    let report = store.import(BufReader::new(history), &ImportOptions::default(), |_| {})?;
    ensure!(report.rejected_count == 0 && report.imported > 2, "{report:?}");
    Ok(first)
}

/// A list, of the session or of the room.
enum List {
    Session(&'static str, fn(&mut StayQuery)),
    Room(&'static str, MeetingId, fn(&mut RoomStayQuery)),
}

/// Far enough back for any number of stays: the last page.
const LAST: u64 = u64::MAX;

const LISTS: &[List] = &[
    List::Session("session, first page", |_| {}),
    List::Session("session, last page", |q| q.offset = LAST),
    List::Session("session, by duration", |q| (q.sort, q.ascending) = (StaySort::Duration, false)),
    List::Session("session, by duration, last page", |q| {
        (q.sort, q.ascending, q.offset) = (StaySort::Duration, false, LAST);
    }),
    List::Session("session, search, common", |q| q.search = Some("an".to_owned())),
    List::Session("session, search, rare", |q| q.search = Some("person 777".to_owned())),
    List::Session("session, search, part of an id", |q| q.search = Some("3f2a".to_owned())),
    List::Session("session, search, one letter", |q| q.search = Some("e".to_owned())),
    List::Session("session, search, none", |q| q.search = Some("qqqzz".to_owned())),
    List::Session("session, search by duration", |q| {
        (q.search, q.sort, q.ascending) = (Some("an".to_owned()), StaySort::Duration, false);
    }),
    List::Session("session, search by duration, last page", |q| {
        (q.search, q.sort, q.offset) = (Some("an".to_owned()), StaySort::Duration, LAST);
    }),
    List::Room("room of one session, first page", ONE, |_| {}),
    List::Room("room of one session, last page", ONE, |q| q.offset = LAST),
    List::Room("room of many, first page", MANY, |_| {}),
    List::Room("room of many, last page", MANY, |q| q.offset = LAST),
    List::Room("room of many, one user", MANY, |q| q.user_id = Some("user-7".to_owned())),
    List::Room("room of many, a user of every session", MANY, |q| q.user_id = Some("host".to_owned())),
    List::Room("room of many, connected", MANY, |q| q.connecting = Some(true)),
    List::Room("room of many, ended, last page", MANY, |q| (q.connecting, q.offset) = (Some(false), LAST)),
    List::Room("room of many, by end", MANY, |q| q.sort = StaySort::LeftAt),
    List::Room("room of many, by end, last page", MANY, |q| (q.sort, q.offset) = (StaySort::LeftAt, LAST)),
    List::Room("room of many, 1000 a page", MANY, |q| q.limit = Some(1_000)),
];

/// A question that is ready to be asked.
#[derive(Clone)]
enum Ask {
    Session(StayQuery),
    Room(RoomStayQuery),
}

impl Ask {
    fn of(list: &List) -> (&'static str, Self) {
        match list {
            List::Session(name, change) => {
                let mut q = StayQuery {
                    session: SessionId::from_u128(ONE.as_u128() + 1),
                    now: wall(),
                    search: None,
                    sort: StaySort::JoinedAt,
                    ascending: true,
                    offset: 0,
                    limit: 25,
                };
                change(&mut q);
                (name, Self::Session(q))
            }
            List::Room(name, meeting, change) => {
                let mut q = RoomStayQuery {
                    meeting: *meeting,
                    user_id: None,
                    connecting: None,
                    sort: StaySort::JoinedAt,
                    ascending: false,
                    offset: 0,
                    limit: Some(25),
                };
                change(&mut q);
                (name, Self::Room(q))
            }
        }
    }

    /// Turns the last page into its offset.
    async fn place(&mut self, store: &Store) -> Result<()> {
        let last = |total: u64, limit: u32| total.saturating_sub(u64::from(limit));
        match self {
            Self::Session(q) if q.offset == LAST => {
                q.offset = last(store.stays_by_sql(q.clone()).await?.total, q.limit);
            }
            Self::Room(q) if q.offset == LAST => {
                let limit = q.limit.unwrap_or(0);
                q.offset = last(store.room_stays_by_sql(q.clone()).await?.total, limit);
            }
            Self::Session(_) | Self::Room(_) => {}
        }
        Ok(())
    }

    async fn ours(&self, store: &Store) -> Result<Page<StayRow>> {
        Ok(match self {
            Self::Session(q) => store.stays(q.clone()).await?,
            Self::Room(q) => store.room_stays(q.clone()).await?,
        })
    }

    async fn by_sql(&self, store: &Store) -> Result<Page<StayRow>> {
        Ok(match self {
            Self::Session(q) => store.stays_by_sql(q.clone()).await?,
            Self::Room(q) => store.room_stays_by_sql(q.clone()).await?,
        })
    }
}

async fn pages(data: &Path, args: &StaysArgs) -> Result<String> {
    let store = Store::open(data)?;
    let before = anonymous_memory()?;
    let mut text = cold(&store).await?;
    let after = anonymous_memory()?;
    let (lists, bytes) = store.stays_in_memory();
    writeln!(
        text,
        "In memory: {lists} lists of {} stays, {:.1} MiB; the process grew by {:.1} MiB.\n",
        args.stays,
        mib(bytes as u64),
        mib(after.saturating_sub(before))
    )?;
    text.push_str(
        "| List | matches | p50 / p99 | SQL alone p50 / p99 | ratio |\n|---|---:|---:|---:|---:|\n",
    );
    for list in LISTS {
        let (name, mut ask) = Ask::of(list);
        ask.place(&store).await?;
        let (mut ours, mut plain, mut total) = (Samples::default(), Samples::default(), 0);
        for n in 0..args.requests {
            let start = Instant::now();
            let page = ask.ours(&store).await?;
            ours.push(start.elapsed());
            // The slow one less often, in turn with ours.
            if n % 16 == 0 {
                let start = Instant::now();
                let expected = ask.by_sql(&store).await?;
                plain.push(start.elapsed());
                ensure!(page == expected, "{name}: different answers");
            }
            total = page.total;
        }
        let ratio = plain.percentile(50).as_secs_f64() / ours.percentile(50).as_secs_f64();
        writeln!(
            text,
            "| {name} | {total} | {} / {} | {} / {} | {ratio:.0} × |",
            ms(ours.percentile(50)),
            ms(ours.percentile(99)),
            ms(plain.percentile(50)),
            ms(plain.percentile(99)),
        )?;
    }
    Ok(text)
}

/// The first answers after a start, and how long until the lists are in memory.
async fn cold(store: &Store) -> Result<String> {
    let mut text = String::new();
    let firsts = [("session", &LISTS[0]), ("room of one session", &LISTS[11]), ("room of many", &LISTS[13])];
    for (n, (what, list)) in (1..).zip(firsts) {
        let (_, ask) = Ask::of(list);
        let start = Instant::now();
        ask.ours(store).await?;
        let first = start.elapsed();
        in_memory(store, n).await?;
        writeln!(
            text,
            "- {what}: first answer after {}, in memory after {}",
            ms(first),
            ms(start.elapsed())
        )?;
    }
    text.push('\n');
    Ok(text)
}

/// Waits until so many lists are in memory.
async fn in_memory(store: &Store, lists: usize) -> Result<()> {
    let start = Instant::now();
    while store.stays_in_memory().0 < lists {
        ensure!(start.elapsed() < Duration::from_secs(60), "the lists do not come into memory");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Memory of this process that no file backs.
fn anonymous_memory() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("no RssAnon")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The application of the lists that need no server.
fn app() -> AppId {
    "bench-app".into()
}
