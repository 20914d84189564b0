//! A person's connections, all driven from one place: the web socket and both peer connections, with what goes over them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use prost::Message;
use sederunt_proto::event::media as m;
use sederunt_proto::frame::Frame;
use sederunt_proto::media::AudioActivityRequest;
use str0m::Event;
use str0m::rtp::RawPacket;
use str0m::rtp::rtcp::Rtcp;

use crate::plan::Way;
use crate::scene::Scene;
use crate::screen::Screen;
use crate::seen::Seen;
use crate::side::{Lines, Side};
use crate::signal::{Heard, Signal, Trouble, refusal};
use crate::stamp::Clock;
use crate::studio::Studio;

/// The client's own limit (PROTOCOL §3.3).
const ANSWER_MAX: Duration = Duration::from_secs(20);
/// Time between two looks at what is missing.
const TICK: Duration = Duration::from_millis(100);
/// The client tells this often how loud it is (PROTOCOL §6.7).
const ACTIVITY_EVERY: Duration = Duration::from_millis(400);
/// Energy of somebody who speaks, of 10.
const LOUD: i32 = 8;
/// Pushes that wait to be looked at; they are after every answer, and a room of a thousand tells no more at a time.
const PUSHES_MAX: usize = 16_384;

/// What woke us.
enum Woken {
    Heard(Heard),
    Sends,
    Receives,
    Due,
}

/// The connections of one person.
pub(crate) struct Call {
    pub(crate) scene: Arc<Scene>,
    /// Number of the person in its room.
    pub(crate) number: usize,
    pub(crate) signal: Signal,
    pub(crate) sends: Side,
    pub(crate) receives: Side,
    pub(crate) lines: Option<Lines>,
    pub(crate) studio: Studio,
    pub(crate) screen: Screen,
    pub(crate) seen: Seen,
    /// The producer of the own voice, once it is published.
    pub(crate) voice: Option<String>,
    pub(crate) pushes: VecDeque<Frame>,
    tick_at: Instant,
    activity_at: Instant,
}

impl Call {
    /// With a socket that is open, and peer connections without carriers.
    pub(crate) fn new(scene: Arc<Scene>, number: usize, signal: Signal, lines: Option<Lines>) -> Self {
        let now = Instant::now();
        let side = |sending| Side::new(now, &scene.certificate, sending);
        Self {
            number,
            signal,
            sends: side(true),
            receives: side(false),
            lines,
            studio: Studio::default(),
            screen: Screen::default(),
            seen: Seen::default(),
            voice: None,
            pushes: VecDeque::new(),
            tick_at: now + TICK,
            activity_at: now,
            scene,
        }
    }

    /// Sends a request.
    pub(crate) async fn post(&mut self, event: u32, request: &impl Message) -> Result<String, Trouble> {
        self.signal.post(event, request.encode_to_vec()).await
    }

    /// Sends a request and goes on with everything until it is answered.
    pub(crate) async fn ask<T: Message + Default>(
        &mut self,
        what: &'static str,
        event: u32,
        request: &impl Message,
    ) -> Result<T, Trouble> {
        let id = self.post(event, request).await?;
        self.answer(what, &id).await
    }

    /// Goes on with everything until a request is answered.
    pub(crate) async fn answer<T: Message + Default>(
        &mut self,
        what: &'static str,
        id: &str,
    ) -> Result<T, Trouble> {
        let late = Instant::now() + ANSWER_MAX;
        let mut answer = self.pushes.iter().position(|frame| frame.id == id);
        while answer.is_none() {
            if Instant::now() > late {
                return Err(Trouble::Late(what));
            }
            self.pump().await?;
            answer = self.pushes.back().filter(|frame| frame.id == id).map(|_| self.pushes.len() - 1);
        }
        let frame = answer.and_then(|at| self.pushes.remove(at)).ok_or(Trouble::Late(what))?;
        match refusal(&frame) {
            Some(why) => Err(Trouble::Refused(what, why)),
            None => T::decode(frame.payload).map_err(|e| Trouble::Bad(what, e.to_string())),
        }
    }

    /// Waits until something comes or is due, and does it. A frame that came is the last of `pushes`.
    pub(crate) async fn pump(&mut self) -> Result<(), Trouble> {
        let due = self.due();
        let Self { signal, sends, receives, .. } = self;
        let woken = tokio::select! {
            heard = signal.heard() => Woken::Heard(heard?),
            ready = sends.ready() => ready.map(|()| Woken::Sends)?,
            ready = receives.ready() => ready.map(|()| Woken::Receives)?,
            () = tokio::time::sleep_until(due.into()) => Woken::Due,
        };
        let now = Instant::now();
        match woken {
            Woken::Heard(Heard::Ping) => self.signal.pong().await?,
            Woken::Heard(Heard::Frame(frame)) => {
                if self.pushes.len() == PUSHES_MAX {
                    self.pushes.pop_front();
                }
                self.pushes.push_back(frame);
            }
            Woken::Sends => self.sends.read(now, &mut self.lines)?,
            Woken::Receives => self.receives.read(now, &mut self.lines)?,
            Woken::Due => self.seen.wakes.add(now.saturating_duration_since(due)),
        }
        self.work(now).await
    }

    fn due(&self) -> Instant {
        let always = [self.tick_at, self.sends.due(), self.receives.due()];
        let own = self.studio.due().into_iter().chain(self.voice.is_some().then_some(self.activity_at));
        always.into_iter().chain(own).fold(self.tick_at, Instant::min)
    }

    /// Everything that is due.
    async fn work(&mut self, now: Instant) -> Result<(), Trouble> {
        let Self { scene, sends, receives, lines, studio, screen, seen, number, .. } = self;
        let clock = Clock::from(scene.begin);
        let loud = scene.plan.speaks(*number, now.saturating_duration_since(scene.begin));
        sends.turn(now, lines)?;
        receives.turn(now, lines)?;
        let mut written = sends.is_up && studio.write(now, clock, loud, &mut sends.rtc);
        while let Some(event) = sends.events.pop_front() {
            written |= on_sending(now, &event, sends, studio);
        }
        if written {
            sends.flush(now, lines)?;
        }
        while let Some(event) = receives.events.pop_front() {
            let Event::RtpPacket(packet) = event else { continue };
            let ssrc = packet.header.ssrc;
            let mid = receives.rtc.direct_api().stream_rx(&ssrc).map(|stream| stream.mid());
            if let Some(mid) = mid {
                screen.packet(now, mid, &packet, clock, &scene.board, seen);
            }
        }
        if self.tick_at <= now {
            self.tick_at = now + TICK;
            if screen.tick(now, &scene.board, seen, &mut receives.rtc) {
                receives.flush(now, lines)?;
            }
        }
        if self.sends.is_over || self.receives.is_over {
            return Err(Trouble::Media("broke down"));
        }
        if self.activity_at <= now && self.voice.is_some() {
            self.activity_at = now + ACTIVITY_EVERY;
            self.tell_activity(loud).await?;
        }
        Ok(())
    }

    async fn tell_activity(&mut self, loud: bool) -> Result<(), Trouble> {
        let Some(producer_id) = self.voice.clone() else { return Ok(()) };
        let energy = if loud { LOUD } else { 0 };
        let activity = AudioActivityRequest { producer_id, energy, silent: !loud };
        self.post(m::AUDIO_ACTIVITY, &activity).await.map(|_| ())
    }

    /// Everybody is to leave.
    pub(crate) fn is_stopped(&self) -> bool {
        self.scene.board.stop.is_cancelled()
    }

    /// What was seen, at the end.
    pub(crate) fn into_parts(mut self) -> (Signal, Seen) {
        let now = Instant::now();
        let mids: Vec<_> = self.screen.tracks.keys().copied().collect();
        mids.into_iter().for_each(|mid| self.screen.remove(now, mid, &mut self.seen));
        self.seen.repeated += self.studio.repeated();
        self.seen.datagrams += self.sends.received + self.receives.received;
        let ports: Vec<u16> = self.sends.port().into_iter().chain(self.receives.port()).collect();
        if self.scene.plan.way == Way::Udp {
            self.seen.socket_drops += crate::own::socket_drops(&ports);
        }
        (self.signal, self.seen)
    }
}

/// What the server wants of a publisher; true if something was written.
fn on_sending(now: Instant, event: &Event, sends: &mut Side, studio: &mut Studio) -> bool {
    if let Event::KeyframeRequest(request) = event {
        studio.want_key(request.mid, request.rid);
    }
    if let Event::RawPacket(raw) = event
        && let RawPacket::RtcpRx(Rtcp::Nack(nack)) = &**raw
    {
        return studio.repeat(now, nack, &mut sends.rtc);
    }
    false
}
