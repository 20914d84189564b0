//! Two rooms as a file to import: one with a single session, one with as many stays over many sessions.

use std::io::{self, Read};

use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_core::time::UnixMs;
use sederunt_dice::nth;
use serde_json::{Value, json};

/// The room of one session, whose id is the next number.
pub(super) const ONE: MeetingId = MeetingId::from_u128(0x0b00_0000_0000_4000_8000_0000_0000_0001);
/// The room of many sessions.
pub(super) const MANY: MeetingId = MeetingId::from_u128(0x0b00_0000_0000_4000_8000_0001_0000_0000);

/// Stays of one session of the room of many.
const PER_SESSION: u64 = 20;
/// Milliseconds from one session to the next of the room of many.
const SESSION_MS: u64 = 3_600_000;
const NAMES: [&str; 8] = ["Ann", "Jana", "Mehmet", "Świętosława", "Olu", "Kim", "Person", "Iñaki"];

/// Lines one after another, made as they are read.
#[derive(Debug)]
pub(super) struct History {
    app: AppId,
    stays: u64,
    next: u64,
    line: io::Cursor<Vec<u8>>,
}

impl History {
    pub(super) fn new(app: &AppId, stays: u64) -> Self {
        Self { app: app.clone(), stays, next: 0, line: io::Cursor::new(Vec::new()) }
    }

    /// Line 0 is the one session, then come those of the other room, the last of them LIVE.
    fn line(&self, n: u64) -> Option<Value> {
        let sessions = self.stays / PER_SESSION;
        if n == 0 {
            let stays: Vec<Value> = (0..self.stays).map(|s| stay(s, s * 100, true)).collect();
            return Some(self.record(ONE, 1, 0, Some(self.stays * 100 + 8_000_000), stays));
        }
        let ended = n < sessions;
        let start = n * SESSION_MS;
        let stays = (0..PER_SESSION).map(|s| stay(n * PER_SESSION + s + (1 << 40), start + s * 1_000, ended));
        let end = ended.then(|| start + 8_000_000);
        (n <= sessions).then(|| self.record(MANY, n, start, end, stays.collect()))
    }

    fn record(&self, meeting: MeetingId, no: u64, start: u64, end: Option<u64>, stays: Vec<Value>) -> Value {
        let mut session = json!({
            "id": Id::from_u128(meeting.as_u128() + u128::from(no)).to_string(), "started_at": time(start),
        });
        let mut record = json!({
            "app": self.app,
            "meeting": { "id": meeting, "title": "Large" },
            "stays": stays,
        });
        match end {
            Some(end) => session["ended_at"] = time(end).into(),
            None => record["as_of"] = time(start + 8_000_000).into(),
        }
        record["session"] = session;
        record
    }
}

/// One stay; a third of the people are there twice or more often.
fn stay(n: u64, joined: u64, ended: bool) -> Value {
    let random = nth(n);
    let person = random % 70_000;
    let name = NAMES[usize::try_from(random >> 20 & 7).unwrap_or(0)];
    let host = n.is_multiple_of(PER_SESSION) && n >= 1 << 40;
    let mut stay = json!({
        "peer": uuid(1, n),
        "participant": uuid(2 + (n >> 40), person),
        "name": format!("{name} {person}"),
        "custom_participant_id": format!("cust-{person}"),
        "user_id": if host { "host".to_owned() } else { format!("user-{person}") },
        "joined_at": time(joined),
    });
    if ended || random.is_multiple_of(4) {
        stay["left_at"] = time(joined + 1_000 + (random >> 30) % 7_000_000).into();
    }
    stay
}

impl Read for History {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.line.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            let Some(record) = self.line(self.next) else { return Ok(0) };
            let mut line = record.to_string().into_bytes();
            line.push(b'\n');
            self.line = io::Cursor::new(line);
            self.next += 1;
        }
    }
}

/// An instant so many milliseconds after the start of every history.
pub(super) fn at(ms: i64) -> UnixMs {
    UnixMs(1_735_689_600_000 + ms)
}

fn uuid(kind: u64, n: u64) -> String {
    let half = |salt: u64| u128::from(nth(n ^ (kind << 56) ^ (salt << 48)));
    Id::from_u128(half(1) << 64 | half(2)).to_string()
}

fn time(offset_ms: u64) -> String {
    let ms = at(i64::try_from(offset_ms).unwrap_or(i64::MAX)).0;
    jiff::Timestamp::from_millisecond(ms).map_or_else(|e| e.to_string(), |t| format!("{t:.3}"))
}
