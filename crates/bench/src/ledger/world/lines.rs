//! The sessions as lines to import (`docs/record-format.md`), made as they are read.

use std::io::{self, BufRead, Read, Write as _};
use std::ops::Range;

use super::{Spec, World};

/// Bytes made at a time.
const CHUNK: usize = 256 * 1024;
/// A LIVE session must stay open for as long as the folder is used: the longest keep-alive there is.
const LIVE_KEEP_ALIVE_MS: u64 = super::DAY_MS;

/// Name of an app in the ledger.
pub(in crate::ledger) fn app_name(app: u32) -> String {
    format!("bench-app-{app}")
}

/// Lines of a part of the sessions.
#[derive(Debug)]
pub(in crate::ledger) struct Lines {
    world: World,
    left: Range<u64>,
    chunk: Vec<u8>,
    read: usize,
}

impl Lines {
    /// Lines of the sessions `part`, by position in the order of time over all apps.
    pub(in crate::ledger) fn new(world: World, part: Range<u64>) -> Self {
        Self { world, left: part, chunk: Vec::with_capacity(CHUNK + 4096), read: 0 }
    }
}

impl BufRead for Lines {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read == self.chunk.len() {
            self.chunk.clear();
            self.read = 0;
            while self.chunk.len() < CHUNK
                && let Some(n) = self.left.next()
            {
                line(self.world, &self.world.nth(n), &mut self.chunk)?;
            }
        }
        Ok(&self.chunk[self.read..])
    }

    fn consume(&mut self, count: usize) {
        self.read += count;
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut chunk = self.fill_buf()?;
        let count = chunk.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

fn line(world: World, spec: &Spec, out: &mut Vec<u8>) -> io::Result<()> {
    let Spec { app, ord, id, meeting, started_ms, ended_ms, stays } = spec;
    let title = serde_json::to_string(&world.title(*app, *meeting, *ord))?;
    let first_title = serde_json::to_string(&world.title(*app, *meeting, 0))?;
    write!(
        out,
        r#"{{"app":"{}","meeting":{{"id":"{}","title":{first_title}}},"session":{{"id":"{id}","title":{title},"started_at":"{}""#,
        app_name(*app),
        world.meeting_id(*app, *meeting),
        Time(*started_ms)
    )?;
    match ended_ms {
        Some(ended) => write!(out, r#","ended_at":"{}"}}"#, Time(*ended))?,
        None => write!(out, r#","keep_alive_ms":{LIVE_KEEP_ALIVE_MS}}},"as_of":"{}""#, Time(world.now_ms()))?,
    }
    out.extend_from_slice(br#","stays":["#);
    for (n, stay) in stays.iter().enumerate() {
        write!(
            out,
            r#"{}{{"peer":"{}","participant":"{}","name":"Person {}","joined_at":"{}""#,
            if n == 0 { "" } else { "," },
            stay.peer,
            world.participant_id(*app, *meeting, stay.who),
            stay.who,
            Time(stay.joined_ms)
        )?;
        if let Some(left) = stay.left_ms {
            write!(out, r#","left_at":"{}""#, Time(left))?;
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"]}\n");
    Ok(())
}

/// An instant in RFC 3339.
#[derive(Debug, Clone, Copy)]
pub(in crate::ledger) struct Time(pub(in crate::ledger) i64);

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            Err(_) => Err(std::fmt::Error),
        }
    }
}
