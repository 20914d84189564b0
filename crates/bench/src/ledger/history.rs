//! A history of many sessions, as a file to import: 200 meetings, two to five stays a session, over a year.

use std::io::{self, Read};

use serde_json::json;

/// The app of all sessions.
pub(super) const APP: &str = "bench-app";
const MEETINGS: u64 = 200;
const START: i64 = 1_735_689_600; // 2025-01-01T00:00:00Z
const YEAR_SECS: u64 = 365 * 24 * 3600;
const WORDS: [&str; 12] = [
    "Weekly",
    "Sync",
    "Review",
    "Planning",
    "Board",
    "Interview",
    "Demo",
    "Support",
    "Design",
    "Retro",
    "All hands",
    "1:1",
];

/// Lines one after another, made as they are read.
#[derive(Debug)]
pub(super) struct History {
    next: u64,
    sessions: u64,
    line: io::Cursor<Vec<u8>>,
}

impl History {
    pub(super) fn new(sessions: u64) -> Self {
        Self { next: 0, sessions, line: io::Cursor::new(Vec::new()) }
    }
}

impl Read for History {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.line.read(buffer)?;
            if count > 0 || self.next == self.sessions {
                return Ok(count);
            }
            self.line = io::Cursor::new(session(self.next, self.sessions));
            self.next += 1;
        }
    }
}

/// Scrambles a number (the finaliser of SplitMix64): the same history every time.
fn scramble(n: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn uuid(kind: u64, n: u64) -> String {
    let (a, b) = (scramble(n ^ (kind << 56)), scramble(n ^ ((kind + 100) << 56)));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

fn time(offset_secs: i64, ms: u64) -> String {
    let at = (START + offset_secs) * 1000 + i64::try_from(ms % 1000).unwrap_or(0);
    jiff::Timestamp::from_millisecond(at).map_or_else(|e| e.to_string(), |t| format!("{t:.3}"))
}

fn session(n: u64, of: u64) -> Vec<u8> {
    let random = scramble(n);
    let meeting = random % MEETINGS;
    let start = i64::try_from(u128::from(n) * u128::from(YEAR_SECS) / u128::from(of.max(1))).unwrap_or(0);
    let length = 120 + i64::try_from(random >> 8 & 0xfff).unwrap_or(0);
    let people = 2 + random % 4;
    let stays: Vec<_> = (0..people)
        .map(|p| {
            let late = i64::try_from(p * (random >> 20 & 0x1f)).unwrap_or(0).min(length - 1);
            json!({
                "peer": uuid(1, n * 8 + p),
                "participant": uuid(2, meeting * 8 + p),
                "name": format!("Person {p}"),
                "joined_at": time(start + late, 0),
                "left_at": time(start + length, random >> 30),
            })
        })
        .collect();
    let word = |n: u64| WORDS[usize::try_from(n % 12).unwrap_or(0)];
    let title = format!("{} {} {meeting}", word(meeting), word(scramble(meeting)));
    let record = json!({
        "app": APP,
        "meeting": { "id": uuid(3, meeting), "title": title },
        "session": { "id": uuid(4, n), "started_at": time(start, 0), "ended_at": time(start + length + 61, 0) },
        "stays": stays,
    });
    let mut line = record.to_string().into_bytes();
    line.push(b'\n');
    line
}
