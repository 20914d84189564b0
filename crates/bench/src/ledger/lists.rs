//! Lists of many sessions: through the store's one verb, and over HTTP from the whole server.

use std::fmt::Write as _;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sederunt_core::time::UnixMs;
use sederunt_node::clock::{Clock as _, SystemClock};
use sederunt_server::config::{
    Config, HttpConfig, LogConfig, LogFormat, MediaSettings, RoomSettings, TlsConfig,
};
use sederunt_server::data_folder::DataFolder;
use sederunt_server::first_run;
use sederunt_server::mint::Mint;
use sederunt_server::{Listeners, run};
use sederunt_store::{AppRow, ImportOptions, SessionQuery, SessionSort, Status, Store};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::history::{APP, History};
use super::sample::{Samples, ms};

/// A list, for both ways to ask for it.
struct List {
    name: &'static str,
    /// Over HTTP.
    query: &'static str,
    /// The same for the store.
    change: fn(&mut SessionQuery),
}

const LISTS: &[List] = &[
    List { name: "newest 25 (no parameters)", query: "", change: |_| {} },
    List { name: "page 2000 of 25", query: "page_no=2000", change: |q| q.offset = 1999 * 25 },
    List {
        name: "100 by minutes consumed",
        query: "sort_by=minutesConsumed&per_page=100",
        change: |q| {
            q.sort = SessionSort::MinutesConsumed;
            q.limit = 100;
        },
    },
    List {
        name: "one month, ended",
        query: "start_time=2025-06-01&end_time=2025-06-30&status=ENDED",
        change: |q| {
            q.started_from = Some(UnixMs(1_748_736_000_000));
            q.started_to = Some(UnixMs(1_751_327_999_999));
            q.status = Some(Status::Ended);
        },
    },
    List { name: "five or more participants", query: "participants=5:", change: |q| q.peak_min = Some(5) },
    List {
        name: "search for a word",
        query: "search=retro",
        change: |q| q.search = Some("retro".to_owned()),
    },
];

pub(super) fn measure(runtime: &Runtime, dir: &Path, sessions: u64, requests: usize) -> Result<String> {
    let data = dir.join("lists");
    let account = import(runtime, &data, sessions)?;
    let mut table = format!(
        "{sessions} sessions imported in {:.1} s.\n\n| List | store p50 / p99 | HTTP p50 / p99 |\n|---|---:|---:|\n",
        account.took.as_secs_f64()
    );
    let mut store = runtime.block_on(from_store(&data, requests))?;
    let mut http = runtime.block_on(over_http(&data, &account, requests))?;
    for ((List { name, .. }, store), http) in LISTS.iter().zip(&mut store).zip(&mut http) {
        writeln!(
            table,
            "| {name} | {} / {} | {} / {} |",
            ms(store.percentile(50)),
            ms(store.percentile(99)),
            ms(http.percentile(50)),
            ms(http.percentile(99)),
        )?;
    }
    Ok(table)
}

struct Imported {
    account: String,
    token: String,
    took: Duration,
}

fn import(runtime: &Runtime, data: &Path, sessions: u64) -> Result<Imported> {
    let folder = DataFolder::take(data)?;
    let store = Store::open(data)?;
    let mint = Mint::new(SystemClock.now())?;
    runtime.block_on(first_run::make_if_needed(&folder, &store, &mint))?;
    let first = first_run::read(&folder)?.context("the first run left no file")?;
    let account = first.account_id.clone();
    let options = ImportOptions {
        make_app: Some(Arc::new(move |id| {
            let app = AppRow {
                id: id.clone(),
                account: account.clone(),
                name: APP.to_owned(),
                created_at: UnixMs(0),
            };
            (app, Vec::new())
        })),
    };
    let start = Instant::now();
    let report = store.import(BufReader::new(History::new(sessions)), &options, |_| {})?;
    ensure!(report.imported == sessions, "{report:?}");
    Ok(Imported { account: first.account_id, token: first.api_token, took: start.elapsed() })
}

async fn from_store(data: &Path, requests: usize) -> Result<Vec<Samples>> {
    let store = Store::open(data)?;
    let mut all = Vec::new();
    for List { change, .. } in LISTS {
        let mut samples = Samples::default();
        for _ in 0..requests {
            let mut query = SessionQuery {
                app: APP.into(),
                now: SystemClock.now(),
                meeting: None,
                started_from: None,
                started_to: None,
                status: None,
                peak_min: None,
                peak_max: None,
                search: None,
                sort: SessionSort::CreatedAt,
                ascending: false,
                offset: 0,
                limit: 25,
            };
            change(&mut query);
            let start = Instant::now();
            let page = store.sessions(query).await?;
            samples.push(start.elapsed());
            ensure!(!page.items.is_empty(), "an empty page measures nothing");
        }
        all.push(samples);
    }
    Ok(all)
}

/// One connection, one request after another.
async fn over_http(data: &Path, imported: &Imported, requests: usize) -> Result<Vec<Samples>> {
    let any = "127.0.0.1:0".parse()?;
    let config = Config {
        data: data.to_owned(),
        http: HttpConfig { listen: any, metrics_listen: any, base_uri: None, cors_origins: Vec::new() },
        media: MediaSettings { listen: any, announce: Vec::new() },
        tls: TlsConfig::Off,
        room: RoomSettings { reconnect_grace: Duration::from_secs(20), store_client_addresses: false },
        log: LogConfig { format: LogFormat::Text, filter: "off".to_owned() },
    };
    let listeners = Listeners::bind(&config.http).await?;
    let address = listeners.http.local_addr()?;
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(run(config, false, listeners, shutdown.clone(), |_| Ok(())));
    let mut stream = tokio::io::BufReader::new(TcpStream::connect(address).await?);
    let mut all = Vec::new();
    for List { query, .. } in LISTS {
        let target = format!("/client/v4/accounts/{}/realtime/kit/{APP}/sessions?{query}", imported.account);
        let mut samples = Samples::default();
        for _ in 0..requests {
            let start = Instant::now();
            let body = request(&mut stream, &target, &imported.token).await?;
            samples.push(start.elapsed());
            ensure!(body.starts_with(b"{\"success\":true"), "{}", String::from_utf8_lossy(&body));
        }
        all.push(samples);
    }
    drop(stream);
    shutdown.cancel();
    server.await??;
    Ok(all)
}

async fn request(stream: &mut tokio::io::BufReader<TcpStream>, target: &str, token: &str) -> Result<Vec<u8>> {
    let request = format!("GET {target} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let (mut length, mut line) = (0, String::new());
    loop {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "the server closed the connection");
        let Some((name, value)) = line.split_once(':') else {
            if line == "\r\n" {
                break;
            }
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(body)
}
