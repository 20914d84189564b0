//! A subscriber behind a line, and the people whom it hears and sees.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sederunt_dice::Dice;

use super::super::allocator::Allocator;
use super::super::line::Measure;
use super::super::pictures::{Class, Picture};
use super::super::tuning::Tuning;
use super::super::voices::Voice;
use super::estimator::Estimator;
use super::line::Line;
use crate::late::Longest;
use crate::limit::{LAYER_LEAVE_MAX, NET_HEADERS_BYTES, PACKET_OVERHEAD_BYTES, RTP_HEADERS_BYTES};
use crate::rate::Rate;

/// One step, ms.
const STEP: u64 = 10;
const FRAME_MS: u64 = 50;
const SOUND_MS: u64 = 20;
/// Frames from one key frame to the next, if nobody asks.
const KEY_EVERY: u64 = 40;
const KEY_TIMES: u64 = 5;
/// Largest payload.
const PACKET: u64 = 1_100;
/// How long a publisher takes to answer a request for a key frame.
const KEY_MS: u64 = 150;
/// What the pacer sends, times the estimate; and how much of it at once, ms.
const PACING: f64 = 1.1;
const BURST_MS: f64 = 40.0;
/// How often a line is looked at, ms.
const LOOK_MS: u64 = 200;
const HEAR_MS: u64 = 50;
/// How late a server is at most that waits for its processor, ms.
const LATE_MS: u64 = 120;
/// When the line changes, and when it is as it was; and the end, ms.
pub(super) const DROP_AT: u64 = 30_000;
pub(super) const LIFT_AT: u64 = 60_000;
pub(super) const END: u64 = 90_000;

struct Sender {
    class: Class,
    /// Payload of layers, bits a second, lowest first.
    layers_bps: Vec<u64>,
    rates: Vec<Rate>,
    sound: Rate,
    sound_bytes: u64,
    phase: u64,
    frame: u64,
    key_at: Option<u64>,
    /// What the allocator gave.
    at: Option<usize>,
    is_new: bool,
    /// What goes out.
    shown: Option<usize>,
    leaves: Option<u64>,
    voice: Option<Instant>,
}

/// What happened in a second.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Second {
    pub(super) sound_sent: u64,
    pub(super) sound_lost: u64,
    /// Sounds that were left out.
    pub(super) voices_off: u64,
    pub(super) bytes: u64,
    pub(super) media_bytes: u64,
    pub(super) steps: u64,
    pub(super) downs: u64,
    pub(super) paused: u64,
    /// The longest wait, ms.
    pub(super) wait: u64,
}

pub(super) struct Scene {
    allocator: Allocator,
    estimator: Estimator,
    pub(super) line: Line,
    senders: Vec<Sender>,
    epoch: Instant,
    now: u64,
    pub(super) full_bps: u64,
    pub(super) less_bps: u64,
    sent: (u64, u64),
    measured: (u64, u64),
    padding_owed: f64,
    /// Packets of pictures that wait for the pacer, and what it may send, bytes.
    paced: VecDeque<u64>,
    credit: f64,
    pub(super) seconds: Vec<Second>,
    /// How late the server is, and whether it knows.
    late: Option<Late>,
    tells: bool,
}

/// A server that waits for its processor.
struct Late {
    is_known: bool,
    now: u64,
    longest: Longest,
    dice: Dice,
}

impl Scene {
    #[expect(clippy::disallowed_methods, reason = "virtual time must begin somewhere")]
    pub(super) fn new(seed: u64, tuning: Tuning) -> Self {
        let mut dice = Dice::new(seed);
        let full_bps = [400, 700, 1_000, 1_500, 2_500, 4_000, 8_000][dice.within(0..7) as usize]
            * dice.within(800..1_201);
        let less_bps = full_bps * dice.within(250..901) / 1_000;
        let loss = if dice.below(1_000) < 300 { dice.within(0..21) } else { 0 };
        let line =
            Line::new(full_bps, dice.within(100..501), loss, dice.within(5..201), Dice::new(dice.roll()));
        let people = dice.within(1..9);
        let senders = (0..people).map(|n| Sender::new(n, &mut dice)).collect();
        let estimator = Estimator::new(600_000.0, Dice::new(dice.roll()));
        Self {
            allocator: Allocator::new(tuning),
            estimator,
            line,
            senders,
            epoch: Instant::now(),
            now: 0,
            full_bps,
            less_bps,
            sent: (0, 0),
            measured: (0, 0),
            padding_owed: 0.0,
            paced: VecDeque::new(),
            credit: 0.0,
            seconds: Vec::new(),
            late: None,
            tells: false,
        }
    }

    pub(super) fn telling(mut self) -> Self {
        self.tells = true;
        self
    }

    /// The line carries four times what is wanted and loses nothing, but the server is late at what it does: by up to so much in each
    /// direction, another time every look.
    pub(super) fn served_late(mut self, is_known: bool) -> Self {
        self.full_bps = self.wanted_bps() * 4;
        (self.less_bps, self.line.loss_permille) = (self.full_bps, 0);
        let dice = Dice::new(self.line.dice.roll());
        self.late = Some(Late { is_known, now: 0, longest: Longest::default(), dice });
        self
    }

    /// What all sounds take on the wire.
    pub(super) fn sound_bps(&self) -> u64 {
        let one = |sender: &Sender| (sender.sound_bytes + PACKET_OVERHEAD_BYTES) * 8 * 1_000 / SOUND_MS;
        self.senders.iter().map(one).sum()
    }

    /// What everything takes that is wanted.
    pub(super) fn wanted_bps(&self) -> u64 {
        let most = |sender: &Sender| sender.layers_bps.last().copied().unwrap_or(0) * 1_070 / 1_000;
        self.sound_bps() + self.senders.iter().map(most).sum::<u64>()
    }

    /// What could be sent within a budget, if all went up in turn from their lowest layers.
    pub(super) fn could_bps(&self, budget_bps: u64) -> u64 {
        let mut all = self.sound_bps();
        let layer =
            |sender: &Sender, n: usize| sender.layers_bps.get(n).copied().unwrap_or(0) * 1_070 / 1_000;
        for n in 0..3 {
            for sender in &self.senders {
                let step = layer(sender, n).saturating_sub(if n == 0 { 0 } else { layer(sender, n - 1) });
                all += if all + step <= budget_bps { step } else { 0 };
            }
        }
        all
    }

    /// The line at a second.
    pub(super) fn line_bps(&self, second: usize) -> u64 {
        let at = second as u64 * 1_000;
        if (DROP_AT..LIFT_AT).contains(&at) { self.less_bps } else { self.full_bps }
    }

    fn at(&self, ms: u64) -> Instant {
        self.epoch + Duration::from_millis(ms)
    }

    pub(super) fn run(&mut self) {
        while self.now < END {
            if self.now.is_multiple_of(1_000) {
                if self.tells {
                    self.tell();
                }
                self.seconds.push(Second::default());
            }
            self.line.bps = self.line_bps((self.now / 1_000) as usize);
            self.step();
            self.now += STEP;
        }
    }

    fn tell(&self) {
        let Some(last) = self.seconds.last() else {
            println!(
                "line {} then {} bps, queue {} ms, loss {}, rtt {} ms",
                self.full_bps, self.less_bps, self.line.queue_ms, self.line.loss_permille, self.line.rtt_ms
            );
            println!("{} people, wanted {}", self.senders.len(), self.wanted_bps());
            return;
        };
        let at: Vec<_> = self.senders.iter().map(|sender| sender.at).collect();
        println!(
            "{:>3} E {:>8.0} media {:>8} all {:>8} {last:?} {at:?}",
            self.now / 1_000,
            self.estimator.bps,
            last.media_bytes * 8,
            last.bytes * 8
        );
    }

    fn step(&mut self) {
        self.send_sound();
        self.send_pictures();
        self.pace();
        self.pad();
        if self.now.is_multiple_of(HEAR_MS) {
            let mut told = Vec::new();
            while self.line.told.front().is_some_and(|arrival| arrival.told_at <= self.now) {
                told.extend(self.line.told.pop_front());
            }
            self.estimator.hear(self.now, &told, (self.line.bps, self.line.rtt_ms));
        }
        if self.now.is_multiple_of(LOOK_MS) {
            self.look();
        }
        let wait = self.line.wait_ms(self.now);
        if let Some(second) = self.seconds.last_mut() {
            second.wait = second.wait.max(wait);
        }
    }

    fn put(&mut self, payload: u64, is_media: bool) -> bool {
        self.sent.0 += payload + RTP_HEADERS_BYTES;
        self.sent.1 += 1;
        let arrived = self.line.send(self.now, payload, PACKET_OVERHEAD_BYTES);
        if let (Some(late), Some(told)) = (&self.late, self.line.told.back_mut()) {
            told.waited = told.waited.map(|waited| waited + late.now);
        }
        if let Some(second) = self.seconds.last_mut() {
            let bytes = payload + RTP_HEADERS_BYTES + NET_HEADERS_BYTES;
            second.bytes += bytes;
            second.media_bytes += if is_media { bytes } else { 0 };
        }
        arrived
    }

    fn send_sound(&mut self) {
        let at = self.at(self.now);
        for index in 0..self.senders.len() {
            let sender = &mut self.senders[index];
            if !(self.now + sender.phase).is_multiple_of(SOUND_MS) {
                continue;
            }
            let bytes = sender.sound_bytes;
            sender.sound.add(at, bytes as usize);
            let is_on = sender.voice.is_some();
            let lost = is_on && !self.put(bytes, true);
            if let Some(second) = self.seconds.last_mut() {
                second.sound_sent += u64::from(is_on);
                second.sound_lost += u64::from(lost);
                second.voices_off += u64::from(!is_on);
            }
        }
    }

    fn send_pictures(&mut self) {
        let (now, at) = (self.now, self.at(self.now));
        for index in 0..self.senders.len() {
            let sender = &mut self.senders[index];
            if !(now + sender.phase).is_multiple_of(FRAME_MS) {
                continue;
            }
            sender.frame += 1;
            let asked = sender.key_at.is_some_and(|at| at <= now);
            let is_key = asked || (sender.frame + sender.phase).is_multiple_of(KEY_EVERY);
            if is_key {
                sender.key_at = None;
                if sender.shown != sender.at {
                    (sender.shown, sender.leaves) = (sender.at, None);
                }
            }
            let mut out = 0;
            for (layer, bps) in sender.layers_bps.iter().enumerate() {
                // A key frame in forty is five frames long.
                let usual = bps * FRAME_MS / 8_800;
                let bytes = if is_key { usual * KEY_TIMES } else { usual };
                for packet in packets(bytes) {
                    sender.rates[layer].add(at, packet as usize);
                }
                out += if sender.shown == Some(layer) { bytes } else { 0 };
            }
            self.paced.extend(packets(out));
        }
    }

    /// Sends pictures a little faster than the estimate, in bursts.
    fn pace(&mut self) {
        let rate = self.estimator.bps * PACING;
        self.credit = (self.credit + rate * STEP as f64 / 8_000.0).min(rate * BURST_MS / 8_000.0);
        while self.credit > 0.0
            && let Some(packet) = self.paced.pop_front()
        {
            self.credit -= packet as f64;
            self.put(packet, true);
        }
    }

    fn pad(&mut self) {
        let sent = self.seconds.last().map_or(0, |second| second.media_bytes);
        let elapsed = (self.now % 1_000 + STEP) as f64;
        let media_bps = sent as f64 * 8_000.0 / elapsed;
        let missing =
            if self.paced.is_empty() { (self.estimator.padding_bps() - media_bps).max(0.0) } else { 0.0 };
        self.padding_owed += missing * STEP as f64 / 8_000.0;
        while self.padding_owed >= 800.0 {
            self.padding_owed -= 800.0;
            self.put(800, false);
        }
    }

    fn look(&mut self) {
        let (now, at) = (self.now, self.at(self.now));
        let (mut late_now, mut late_most) = (Duration::ZERO, Duration::ZERO);
        if let Some(late) = &mut self.late {
            // Of the report; of what is sent from now on.
            late_now = Duration::from_millis(late.dice.within(0..LATE_MS));
            late.longest.add(at, Duration::from_millis(late.now));
            late_most = if late.is_known { late_now + late.longest.get(at) } else { Duration::ZERO };
            late.now = late.dice.within(0..LATE_MS);
        }
        if now > 0 {
            let measure = Measure {
                estimate_bps: self.estimator.bps as u64,
                bytes: self.sent.0 - self.measured.0,
                datagrams: self.sent.1 - self.measured.1,
                elapsed: Duration::from_millis(LOOK_MS),
                loss_permille: self.estimator.loss_permille(now),
                rtt: self
                    .estimator
                    .wait_ms()
                    .map(|wait| late_now + Duration::from_millis(self.line.rtt_ms + wait)),
                late: late_most,
            };
            self.measured = self.sent;
            if let Some(restart) = self.allocator.measure(at, measure) {
                let bps = restart.from_bps;
                self.estimator.reset(now, bps as f64);
            }
        }
        for sender in &mut self.senders {
            // Long enough waited for a key frame.
            if sender.leaves.is_some_and(|at| at <= now) {
                (sender.shown, sender.leaves) = (None, None);
            }
        }
        let mut voices: Vec<Voice> = self.senders.iter().map(|sender| sender.voice(at)).collect();
        let mut pictures: Vec<Picture> =
            self.senders.iter().enumerate().map(|(n, sender)| sender.picture(n, at)).collect();
        let (budget, moves) = self.allocator.share(at, &mut voices, &mut pictures);
        if let Some(bps) = moves.begins {
            self.estimator.reset(now, bps as f64);
        }
        self.estimator.set(now, self.line.rtt_ms, budget.least_bps as f64, budget.desired_bps as f64);
        if let Some(second) = self.seconds.last_mut() {
            second.steps += moves.ups + moves.downs;
            second.downs += moves.downs;
            second.paused = pictures.iter().filter(|picture| picture.at.is_none()).count() as u64;
        }
        for ((sender, voice), picture) in self.senders.iter_mut().zip(voices).zip(pictures) {
            sender.voice = voice.on_since;
            sender.take(now, picture.at);
        }
    }
}

impl Sender {
    fn new(n: u64, dice: &mut Dice) -> Self {
        let screen = n == 0 && dice.below(1_000) < 200;
        let layers_bps: Vec<u64> = if screen {
            vec![dice.within(150_000..900_001)]
        } else {
            let f = dice.within(500_000..1_500_001);
            vec![f / 10, f * 3 / 10, f]
        };
        let class = match n {
            _ if screen => Class::Screen,
            1 if dice.below(1_000) < 300 => Class::Pinned,
            2 if dice.below(1_000) < 300 => Class::Speaker,
            _ => Class::Rest,
        };
        Self {
            class,
            rates: layers_bps.iter().map(|_| Rate::default()).collect(),
            layers_bps,
            sound: Rate::default(),
            sound_bytes: dice.within(60..91),
            phase: dice.within(0..40) * STEP,
            frame: 0,
            key_at: None,
            at: None,
            is_new: true,
            shown: None,
            leaves: None,
            voice: None,
        }
    }

    fn voice(&self, at: Instant) -> Voice {
        Voice { bps: self.sound.bps(at), level: -30 - (self.phase % 40) as i8, on_since: self.voice }
    }

    fn picture(&self, n: usize, at: Instant) -> Picture {
        Picture {
            class: self.class,
            order: n as u64,
            rates_bps: self.rates.iter().map(|rate| rate.bps(at)).collect(),
            at: self.at,
            is_new: self.is_new,
        }
    }

    fn take(&mut self, now: u64, at: Option<usize>) {
        self.is_new = false;
        if self.at == at {
            return;
        }
        let is_down = self.at > at;
        self.at = at;
        if at.is_none() {
            (self.shown, self.leaves) = (None, None);
        } else {
            self.key_at.get_or_insert(now + KEY_MS);
            self.leaves = is_down.then_some(now + LAYER_LEAVE_MAX.as_millis() as u64);
        }
    }
}

fn packets(bytes: u64) -> impl Iterator<Item = u64> {
    let count = bytes.div_ceil(PACKET);
    (0..count).map(move |_| bytes / count)
}
