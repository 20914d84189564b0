//! Imports that are killed: a line is in the ledger as a whole or not at all, and importing again completes it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;
use sederunt_core::id::Id;
use serde_json::json;

use crate::common::{run, sederunt, stderr};
use crate::truth::Truth;
use sederunt_dice::Dice;

/// Sessions of one file.
const SESSIONS: u64 = 400;
const MEETINGS: u64 = 12;
/// Longest time until an import is killed; whole ones take some of it.
const KILL_MS: u64 = 250;
/// 2025-06-01T00:00:00Z.
const START_MS: i64 = 1_748_736_000_000;

/// The files, and what was said of them.
pub(crate) struct Imports {
    dir: PathBuf,
    data: PathBuf,
    app: String,
    files: Vec<File>,
    killed: u64,
}

struct File {
    path: PathBuf,
    sessions: Vec<Id>,
    /// An import of it ended well.
    is_done: bool,
}

impl Imports {
    pub(crate) fn new(dir: &Path, data: &Path, app: &str) -> Self {
        Self { dir: dir.to_owned(), data: data.to_owned(), app: app.to_owned(), files: Vec::new(), killed: 0 }
    }

    /// Imports a new file, or one that was killed, and kills that.
    pub(crate) async fn round(&mut self, rng: &mut Dice) {
        let unfinished: Vec<usize> = (0..self.files.len()).filter(|n| !self.files[*n].is_done).collect();
        let no = if unfinished.is_empty() || rng.within(0..2) == 0 {
            self.make(rng);
            self.files.len() - 1
        } else {
            unfinished[usize::try_from(rng.within(0..unfinished.len() as u64)).unwrap()]
        };
        let file = &mut self.files[no];
        let mut command = sederunt(&["import", file.path.to_str().unwrap(), "--data"]);
        let mut import = command.arg(&self.data).stderr(Stdio::null()).spawn().unwrap();
        crate::at_instant(Duration::from_millis(rng.within(1..KILL_MS))).await;
        match import.try_wait().unwrap() {
            Some(status) => {
                assert!(status.success(), "{status}");
                file.is_done = true;
            }
            None => {
                import.kill().unwrap();
                import.wait().unwrap();
                self.killed += 1;
            }
        }
    }

    fn make(&mut self, rng: &mut Dice) {
        let mut text = String::new();
        let mut sessions = Vec::new();
        for _ in 0..SESSIONS {
            let (id, meeting) = (rng.uuid(), rng.within(0..MEETINGS));
            sessions.push(Id::parse(&id).unwrap());
            let start = START_MS + i64::try_from(rng.within(0..10_000_000_000)).unwrap();
            let line = record(&self.app, &id, meeting, start, rng);
            writeln!(text, "{line}").unwrap();
        }
        let path = self.dir.join(format!("import-{}.ndjson", self.files.len()));
        std::fs::write(&path, text).unwrap();
        self.files.push(File { path, sessions, is_done: false });
    }

    /// Imports everything once more: what is there is there as it was, the rest is added.
    pub(crate) fn complete(&mut self) {
        for file in &mut self.files {
            let done = run(&["import", file.path.to_str().unwrap(), "--data", self.data.to_str().unwrap()]);
            let said = stderr(&done);
            assert!(done.status.success() && said.ends_with(", 0 lines refused\n"), "{said}");
            if file.is_done {
                let all = format!("0 sessions imported, {SESSIONS} were there already");
                assert!(said.contains(&all), "an acknowledged import is lost: {said}");
            }
        }
    }

    /// All of it is in the ledger, once.
    pub(crate) fn check(&self, truth: &Truth) {
        for file in &self.files {
            for (session, line) in
                file.sessions.iter().zip(std::fs::read_to_string(&file.path).unwrap().lines())
            {
                let exported = truth.lines.get(session).unwrap_or_else(|| panic!("missing: {line}"));
                let ended_at = line.split("\"ended_at\":").nth(1).and_then(|rest| rest.get(..26));
                assert!(exported.contains(ended_at.unwrap()), "{line}\n{exported}");
            }
        }
        println!("{} files imported, {} imports killed", self.files.len(), self.killed);
        assert!(self.killed > 0, "no import was killed");
    }
}

/// A line of a file: an ended session with one to five stays.
pub(crate) fn record(app: &str, id: &str, meeting: u64, start: i64, rng: &mut Dice) -> serde_json::Value {
    let time = |ms: i64| format!("{:.3}", Timestamp::from_millisecond(ms).unwrap());
    let mut end = start;
    let stays: Vec<_> = (0..rng.within(1..6))
        .map(|n| {
            let joined = start + i64::try_from(n * 1_000).unwrap();
            let left = joined + i64::try_from(rng.within(0..3_600_000)).unwrap();
            end = end.max(left);
            json!({
                "peer": rng.uuid(),
                "participant": format!("1badcafe-0000-4000-8000-{:012x}", meeting * 100 + n),
                "name": format!("Person {n}"),
                "joined_at": time(joined),
                "left_at": time(left),
            })
        })
        .collect();
    json!({
        "app": app,
        "meeting": { "id": format!("0badcafe-0000-4000-8000-{meeting:012x}"), "title": format!("Room {meeting}") },
        "session": { "id": id, "started_at": time(start), "ended_at": time(end + 60_000) },
        "stays": stays,
    })
}
