//! The rule against the vectors that the page is tested with as well.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sederunt_core::time::UnixMs;
use serde_json::{Value, json};

use super::rule::{Attendee, Interval, Line, Rule, Sitting, Window, line, register, total};
use super::sheet::day;

fn vectors() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/test/attendance.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn at(text: &Value) -> i64 {
    text.as_str().unwrap().parse::<Timestamp>().unwrap().as_millisecond()
}

fn all<T>(list: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    list.as_array().into_iter().flatten().map(read).collect()
}

fn rule(of: &Value) -> Rule {
    let whole = |name: &str| of[name].as_i64().unwrap();
    Rule {
        share: whole("share"),
        gap_ms: whole("gap_ms"),
        late_ms: whole("late_ms"),
        away: of["away"].as_bool().unwrap(),
        absent: of["absent"].as_bool().unwrap_or(false),
    }
}

fn window(of: &Value) -> Window {
    Window { from: at(&of[0]), to: at(&of[1]) }
}

fn stay(of: &Value) -> Interval {
    Interval {
        from: at(&of["from"]),
        to: at(&of["to"]),
        is_open: of["open"].as_bool().unwrap_or(false),
        away: all(&of["away"], |pair| (at(&pair[0]), at(&pair[1]))),
    }
}

/// A line as the vectors have it, but for instants, which are numbers.
fn told(line: &Line) -> Value {
    let mut told = json!({
        "stays": line.stays, "stays_ms": line.stays_ms, "gaps_ms": line.gaps_ms, "away_ms": line.away_ms, "ms": line.ms,
        "window_ms": line.window_ms, "share": line.share, "verdict": line.verdict.as_str(),
    });
    for (name, at) in [("first", line.first), ("last", line.last)] {
        if let Some(at) = at {
            told[name] = json!(at);
        }
    }
    told
}

#[test]
fn lines() {
    let vectors = vectors();
    let lines = vectors["lines"].as_array().unwrap();
    assert!(lines.len() > 30);
    for one in lines {
        let found = line(&all(&one["stays"], stay), window(&one["window"]), &rule(&one["rule"]));
        let mut wanted = one["line"].clone();
        for name in ["first", "last"] {
            if wanted[name].is_string() {
                wanted[name] = json!(at(&wanted[name]));
            }
        }
        assert_eq!(told(&found), wanted, "{}", one["name"]);
    }
}

#[test]
fn registers() {
    for one in vectors()["registers"].as_array().unwrap() {
        let text = |of: &Value| of.as_str().map(str::to_owned);
        let attendee = |of: &Value| Attendee {
            participant: text(&of["participant"]).unwrap(),
            name: text(&of["name"]),
            own_id: text(&of["own_id"]),
            preset: text(&of["preset"]),
            stays: all(&of["stays"], stay),
        };
        let sitting =
            |of: &Value| Sitting { window: window(&of["window"]), people: all(&of["people"], attendee) };
        let rule = rule(&one["rule"]);
        let found = register(
            &all(&one["sittings"], sitting),
            &all(&one["invited"], attendee),
            &rule,
            &all(&one["without"], |name| text(name).unwrap()),
        );
        let rows = found.rows.iter().map(|row| {
            let cell = |line: &Line| json!([line.ms, line.share, line.verdict.as_str()]);
            let mut told = json!({ "key": row.key, "participants": row.participants });
            for (name, value) in [("name", &row.name), ("own_id", &row.own_id), ("preset", &row.preset)] {
                if let Some(value) = value {
                    told[name] = json!(value);
                }
            }
            told["cells"] = row.cells.iter().map(cell).collect();
            let all = total(&row.cells, &rule);
            told["total"] = json!([all.ms, all.share, all.verdict.as_str(), all.stays]);
            told
        });
        assert_eq!(rows.collect::<Value>(), one["rows"], "{}", one["name"]);
        assert_eq!(json!(found.left_out), one["left_out"], "{}", one["name"]);
    }
}

#[test]
fn days() {
    for one in vectors()["days"].as_array().unwrap() {
        let zone = TimeZone::get(one["zone"].as_str().unwrap()).unwrap();
        assert_eq!(json!(day(&zone, UnixMs(at(&one["at"])))), one["day"], "{one}");
    }
}
