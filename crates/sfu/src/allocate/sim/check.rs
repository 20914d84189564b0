//! What holds for every line, and what holds for all of them together.

use super::scene::{DROP_AT, END, LIFT_AT, Scene, Second};

/// After so many seconds a line counts as settled.
const SETTLED: usize = 15;
/// After a drop, sound is well again after so many.
const SOUND_WELL: usize = 4;
/// Steps of a settled part, of 15 s, on the worst line.
const STEPS_MOST: u64 = 16;
/// Sound of a settled part that is lost on the worst line, although it fits, in thousandths.
const LOST_MOST: u64 = 40;

/// Sums over the settled parts of lines on which all sound fits.
#[derive(Debug, Default)]
pub(super) struct Sums {
    seconds: u64,
    steps: u64,
    sound_sent: u64,
    sound_lost: u64,
    used_bps: u64,
    could_bps: u64,
}

impl Sums {
    /// What is wrong with the average line: six steps a minute, one packet of sound in a thousand, and four
    /// fifths of what would fit into four fifths of the line are the bounds.
    pub(super) fn fault(&self) -> Option<String> {
        let is_restless = self.steps * 60 > self.seconds * 6;
        let is_lossy = self.sound_lost * 1_000 > self.sound_sent;
        let is_idle = self.used_bps * 5 < self.could_bps * 4;
        (is_restless || is_lossy || is_idle).then(|| format!("on the average: {self:?}"))
    }
}

/// The seconds of a part in which the line stays as it is, when it has settled.
fn settled(from: u64, to: u64) -> std::ops::Range<usize> {
    (from as usize / 1_000 + SETTLED)..(to as usize / 1_000)
}

fn sum(seconds: &[Second], what: impl Fn(&Second) -> u64) -> u64 {
    seconds.iter().map(what).sum()
}

/// What is wrong with a run, which is added to the sums.
pub(super) fn faults(scene: &Scene, sums: &mut Sums) -> Vec<String> {
    let mut faults = Vec::new();
    for (from, to) in [(0, DROP_AT), (DROP_AT, LIFT_AT), (LIFT_AT, END)] {
        let part = settled(from, to);
        let line_bps = scene.line_bps(part.start);
        let mut say = |what: String| faults.push(format!("{} s on, line {line_bps}: {what}", from / 1_000));
        let seconds = &scene.seconds[part];
        let fits = scene.sound_bps() * 100 < line_bps * 65;
        let (sent, lost) = (sum(seconds, |s| s.sound_sent), sum(seconds, |s| s.sound_lost));
        let off = sum(seconds, |s| s.voices_off);
        let bound = scene.line.loss_permille * 2 + if fits { LOST_MOST } else { 150 };
        if lost * 1_000 > sent * bound {
            say(format!("{lost} of {sent} packets of sound lost"));
        }
        if fits && off > 0 {
            say(format!("{off} packets of sound left out, although it fits"));
        }
        if sent == 0 {
            say("no sound".to_owned());
        }
        let all_bps = sum(seconds, |s| s.bytes) * 8 / seconds.len() as u64;
        if fits && all_bps * 100 > line_bps * 106 {
            say(format!("{all_bps} given out"));
        }
        let steps = sum(seconds, |s| s.steps);
        if steps > STEPS_MOST {
            say(format!("{steps} steps"));
        }
        if fits {
            sums.seconds += seconds.len() as u64;
            sums.steps += steps;
            if scene.line.loss_permille == 0 {
                sums.sound_sent += sent;
                sums.sound_lost += lost;
            }
            sums.used_bps += sum(seconds, |s| s.media_bytes) * 8 / seconds.len() as u64;
            sums.could_bps += scene.could_bps(line_bps * 8 / 10);
        }
    }
    faults.extend(after_the_drop(scene));
    faults
}

fn after_the_drop(scene: &Scene) -> Option<String> {
    let fits = scene.sound_bps() * 100 < scene.less_bps * 65;
    let after = (DROP_AT / 1_000) as usize + SOUND_WELL;
    let seconds = &scene.seconds[after..after + 5];
    let (sent, lost) = (sum(seconds, |s| s.sound_sent), sum(seconds, |s| s.sound_lost));
    let bound = 50 + scene.line.loss_permille * 2;
    (fits && lost * 1_000 > sent * bound)
        .then(|| format!("{lost} of {sent} packets of sound lost after the drop"))
}
