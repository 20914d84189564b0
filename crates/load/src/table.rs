//! The report for people.

use std::fmt::Write as _;

use crate::report::{Ends, Own, Report, Row};
use crate::seen::Packets;

/// Columns: what is above, and what is in a row.
type Column = (&'static str, fn(&Row) -> String);

const COLUMNS: &[Column] = &[
    ("room", |row| row.room.clone()),
    ("people", |row| row.people.to_string()),
    ("joins", |row| row.joins.to_string()),
    ("join p50/p95 ms", |row| ends(row.join_ms)),
    ("reply p50/p99 ms", |row| ends(row.reply_ms)),
    ("with sound", |row| row.with_sound.to_string()),
    ("with picture", |row| row.with_picture.to_string()),
    ("first picture p50/p95 ms", |row| ends(row.first_picture_ms)),
    ("frames/s of 20", |row| row.frames_per_second().map_or_else(none, |rate| format!("{rate:.1}"))),
    ("with screen", |row| row.with_screen.to_string()),
    ("screen/s of 5", |row| row.screen_frames_per_second().map_or_else(none, |rate| format!("{rate:.1}"))),
    ("lost sound/video %", lost),
    ("layers f/h/q %", layers),
    ("delay p50/p99 ms", |row| ends(row.delay_ms)),
];

fn none() -> String {
    "-".to_owned()
}

fn ends(ends: Option<Ends>) -> String {
    let short = |ms: f64| if ms < 10.0 { format!("{ms:.1}") } else { format!("{ms:.0}") };
    ends.map_or_else(none, |ends| format!("{}/{}", short(ends.p50), short(ends.high)))
}

/// After repair.
fn lost(row: &Row) -> String {
    [row.sound, row.video].map(|packets| format!("{:.2}", packets.lost_share() * 100.0)).join("/")
}

fn layers(row: &Row) -> String {
    let all: u64 = row.layers.iter().sum();
    if all == 0 {
        return none();
    }
    row.layers.map(|frames| format!("{:.0}", frames as f64 * 100.0 / all as f64)).join("/")
}

impl Report {
    /// A table with a line for each room, and what is to be said besides.
    pub fn to_text(&self) -> String {
        let rows = self.rooms.iter().chain([&self.total]);
        let mut lines: Vec<Vec<String>> = vec![COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect()];
        lines.extend(rows.map(|row| COLUMNS.iter().map(|(_, cell)| cell(row)).collect()));
        let width = |column: usize| {
            lines
                .iter()
                .filter_map(|line| line.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
        let mut text = String::new();
        for line in &lines {
            let cells: Vec<String> =
                line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            let _ = writeln!(text, "{}", cells.join("  ").trim_end());
        }
        self.besides(&mut text);
        text
    }

    fn besides(&self, text: &mut String) {
        let total = &self.total;
        text.push('\n');
        for (what, packets) in [("sound", total.sound), ("video", total.video)] {
            let Packets { received, late, lost } = packets;
            let _ = writeln!(
                text,
                "Packets of {what}: {received} came, {late} of them late (repeated, or carried by another one), {lost} never."
            );
        }
        let _ = writeln!(
            text,
            "Frames: {} broken, {} cut by a change of layers, {} gaps without loss; {} key frames asked for.",
            total.frames_broken, total.frames_cut, total.gaps, total.key_frames_asked
        );
        for (what, count) in &self.troubles {
            let _ = writeln!(text, "Trouble, {count} times: {what}");
        }
        match &self.server {
            None => text.push_str("The server's metrics could not be read.\n"),
            Some(counters) => {
                let all: Vec<String> =
                    counters.iter().map(|(name, value)| format!("{name} {value}")).collect();
                let _ = writeln!(text, "The server counted: {}.", all.join(", "));
            }
        }
        self.own.tell(text);
    }
}

impl Own {
    fn tell(&self, text: &mut String) {
        let per_stream = self.cpu_percent_per_stream.map_or_else(none, |percent| format!("{percent:.2} %"));
        let _ = writeln!(
            text,
            "This tool: {} threads, {:.0} % of a core ({per_stream} for each received stream), waited for a CPU {:.1} % of the \
             time, late by {} ms (p50/p99), its sockets dropped {} of {} datagrams.",
            self.threads,
            self.cpu * 100.0,
            self.waited * 100.0,
            ends(self.late_ms),
            self.socket_drops,
            self.datagrams
        );
        if !self.limits.is_empty() {
            let _ = writeln!(text, "The tool was the limit: {}.", self.limits.join("; "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_every_column_and_limits_are_told() {
        let row = Row {
            room: "load-1".to_owned(),
            frames_shown: 39,
            frames_published: 40,
            layers: [2, 1, 1],
            join_ms: Some(Ends { p50: 120.4, high: 300.6 }),
            delay_ms: Some(Ends { p50: 0.4, high: 1.25 }),
            ..Row::default()
        };
        let own = Own { limits: vec!["it was late".to_owned()], ..Own::default() };
        let report = Report { rooms: vec![row], own, ..Report::default() };
        let text = report.to_text();
        for part in
            ["120/301", "0.4/1.2", "19.5", "50/25/25", "0.00/0.00", "The tool was the limit: it was late."]
        {
            assert!(text.contains(part), "no {part} in\n{text}");
        }
        assert_eq!(text.lines().take_while(|line| !line.is_empty()).count(), 3);
    }
}
