//! Scripts: readable text in, effects and tallies out. A case is a file in `cases/`; every line that is not indented
//! is an input, the lines indented with `  ` below it are what came out. `UPDATE_SCRIPTS=1` rewrites them: read the
//! difference before you commit it. The words are in `world.rs`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod abilities;
mod ask;
mod files;
mod rooms;
mod show;
mod tallies;
mod world;

use std::path::{Path, PathBuf};

use world::World;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/script/cases")
}

/// Runs the inputs of a case and returns it with the outputs that came.
fn run(text: &str) -> String {
    let mut world = World::new();
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.starts_with("  ")) {
        out.push_str(line);
        out.push('\n');
        let words = line.split('#').next().unwrap_or_default().trim();
        if words.is_empty() {
            continue;
        }
        for effect in world.line(words) {
            out.push_str(&format!("  {effect}\n"));
        }
    }
    out
}

fn check(name: &str) {
    let path = cases().join(name).with_extension("txt");
    let text = std::fs::read_to_string(&path).unwrap();
    let got = run(&text);
    if std::env::var_os("UPDATE_SCRIPTS").is_some() {
        std::fs::write(&path, &got).unwrap();
        return;
    }
    for (n, (want, got)) in text.lines().zip(got.lines()).enumerate() {
        assert_eq!(got, want, "{name}.txt:{}", n + 1);
    }
    assert_eq!(got.lines().count(), text.lines().count(), "{name}.txt: length");
}

macro_rules! scripts {
    ($($name:ident)+) => {
        $(#[test] fn $name() { check(stringify!($name)); })+

        /// A case that nobody runs is no test.
        #[test]
        fn every_case_is_run() {
            let listed: std::collections::BTreeSet<&str> = [$(stringify!($name)),+].into();
            let found: std::collections::BTreeSet<String> = std::fs::read_dir(cases()).unwrap()
                .map(|f| f.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
            assert_eq!(listed.into_iter().map(str::to_owned).collect::<std::collections::BTreeSet<_>>(), found);
        }
    };
}

scripts! {
    minutes keep_alive kick_all_and_kick removed grace silence resume stay_ids clock max_meeting_seconds configure closed_room
    roles restart hold stop chat chat_private chat_files chat_persist chat_search media media_resume unmuted_meanwhile torn host_control api_mute mute_away permissions permissions_away permissions_waiting speaker plugin_store polls stage stage_restart broadcast message roster refusals
    breakout_parent breakout_room breakout_removed
    waiting_accept waiting_deaf waiting_together waiting_host waiting_away waiting_end waiting_stage
}
