//! Seeded histories of one room against a separate model: joins, leaves, losses, reconnects, kicks, terminations,
//! crashes, and a clock that jumps both ways.
//!
//! `SIM_SEED=<n>` runs one history and says what it did; `SIM_HISTORIES=<n>` how many are run (default 10 000).
#![expect(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::print_stdout,
    reason = "a test may panic and talk"
)]

mod bounds;
mod ledger;
mod model;
mod permissions;
mod seats;
mod settings;
mod stage;
mod waiting;
mod world;

use world::World;

const HISTORIES: u64 = 10_000;

fn env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Runs every fourth history, so that the four tests use the cores there are.
fn quarter(rest: u64) {
    if let Some(seed) = env("SIM_SEED") {
        if rest == 0 {
            World::new(seed, true).run();
        }
        return;
    }
    for seed in (0..env("SIM_HISTORIES").unwrap_or(HISTORIES)).filter(|seed| seed % 4 == rest) {
        let result = std::panic::catch_unwind(|| World::new(seed, false).run());
        assert!(result.is_ok(), "history {seed} failed: run it alone with SIM_SEED={seed}");
    }
}

#[test]
fn histories_0() {
    quarter(0);
}

#[test]
fn histories_1() {
    quarter(1);
}

#[test]
fn histories_2() {
    quarter(2);
}

#[test]
fn histories_3() {
    quarter(3);
}

/// The histories are worth something only if they get into every corner.
#[test]
fn histories_reach_every_fact() {
    let (mut seen, mut corners) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for seed in 0..400 {
        let mut world = World::new(seed, false);
        world.run();
        corners.append(&mut world.seen);
        seen.extend(world.kinds_seen());
    }
    let all = [
        "SessionStarted",
        "SessionRetitled",
        "KeepAliveChanged",
        "PeerJoined",
        "PeerAway",
        "PeerBack",
        "PeerLeft Left",
        "PeerLeft ConnectionLost",
        "PeerLeft Kicked",
        "PeerLeft HostEnded",
        "PeerLeft ParticipantDeleted",
        "PeerLeft Blocked",
        "PeerLeft RoomTerminated",
        "PeerLeft ServerStopped",
        "SessionEnded AllParticipantsLeft",
        "SessionEnded HostEndedMeeting",
        "SessionEnded RoomTerminated",
    ];
    for kind in all {
        assert!(seen.contains(kind), "no history leads to {kind}");
    }
    assert_eq!(seen.len(), all.len(), "{seen:?}");
    assert_eq!(corners, ["away for long", "called", "waits"].into());
}
