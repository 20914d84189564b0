//! The server's own numbers, if they can be reached.

use std::collections::BTreeMap;

use http::Method;

use crate::dial::Dial;
use crate::request::ask;

/// What is looked at, and what it is called here.
const COUNTERS: &[(&str, &str)] = &[
    ("sederunt_joins_total", "joins"),
    ("sederunt_rooms_cpu_microseconds_total", "rooms_cpu_us"),
    ("sederunt_media_packets_received_total", "packets_received"),
    ("sederunt_media_packets_late_total", "packets_received_late"),
    ("sederunt_media_packets_forwarded_total", "packets_forwarded"),
    ("sederunt_media_packets_redundant_total", "packets_redundant"),
    ("sederunt_media_datagrams_dropped_total", "datagrams_dropped"),
    ("sederunt_media_stream_datagrams_lost_total", "stream_datagrams_lost"),
    ("sederunt_media_keyframe_requests_total", "key_frames_asked"),
    ("sederunt_media_transports_failed_total", "transports_failed"),
    ("sederunt_media_panics_total", "panics"),
    ("sederunt_media_cpu_milliseconds_total", "media_cpu_ms"),
];

/// What the process takes of the memory, now.
const MEMORY: (&str, &str) = ("sederunt_process_resident_memory_bytes", "memory_bytes");

/// Counters by name.
pub type Counters = BTreeMap<&'static str, u64>;

/// Reads them; `None` = nobody answers, or it is something else.
pub(crate) async fn read(dial: &Dial) -> Option<Counters> {
    let answer = ask(dial, Method::GET, "/metrics", None, None).await.ok()?;
    let found = counters(&String::from_utf8_lossy(&answer.body));
    (answer.status.is_success() && !found.is_empty()).then_some(found)
}

/// By how much they grew; memory, until all were there and as nobody had left.
pub(crate) fn growth_with(before: &Counters, full: Option<&Counters>, after: &Counters) -> Counters {
    let mut grown = growth(before, after);
    grown.remove(MEMORY.1);
    let memory = |counters: &Counters| counters.get(MEMORY.1).copied();
    if let (Some(empty), Some(full)) = (memory(before), full.and_then(memory)) {
        grown.insert(MEMORY.1, full.saturating_sub(empty));
    }
    grown
}

/// By how much they grew.
fn growth(before: &Counters, after: &Counters) -> Counters {
    let by = |(name, value): (&&'static str, &u64)| {
        (*name, value.saturating_sub(before.get(name).copied().unwrap_or_default()))
    };
    after.iter().map(by).collect()
}

fn counters(text: &str) -> Counters {
    let read = |line: &str| {
        let (metric, value) = line.split_once(' ')?;
        let (_, name) = COUNTERS.iter().chain([&MEMORY]).find(|(known, _)| *known == metric)?;
        Some((*name, value.trim().parse().ok()?))
    };
    text.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_what_happened_in_between() {
        let text = |joins: u64| {
            format!(
                "# HELP sederunt_joins x\nsederunt_joins_total {joins}\nsederunt_other_total 5\nsederunt_joins 7\n"
            )
        };
        let (before, after) = (counters(&text(3)), counters(&text(10)));
        assert_eq!(before, Counters::from([("joins", 3)]));
        assert_eq!(growth(&before, &after), Counters::from([("joins", 7)]));
        assert_eq!(growth(&after, &before), Counters::from([("joins", 0)]), "it started anew");
        let memory = |bytes: u64| counters(&format!("sederunt_process_resident_memory_bytes {bytes}\n"));
        let grown = growth_with(&memory(10), Some(&memory(50)), &memory(40));
        assert_eq!(grown, Counters::from([("memory_bytes", 40)]));
        assert_eq!(growth_with(&memory(10), None, &memory(40)), Counters::new());
    }
}
