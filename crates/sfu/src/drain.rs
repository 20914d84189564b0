//! Everything that a session has to say: once for all that was written to it, however often.

use std::time::Instant;

use str0m::net::{Protocol, Transmit as RtcTransmit};
use str0m::{Input as RtcInput, Output as RtcOutput, PacerReason, Reason, Rtc};

use crate::downlink::Downlink;
use crate::engine::{Output, Sfu, Transmit};
use crate::id::TransportSlot;
use crate::limit::{PACE_GRID, PACE_IDLE, PACED_ROUNDS_MAX, TIMER_STEP_MIN};
use crate::rtc::guard;
use crate::timer::on_grid;
use crate::transport::{Link, Told, Transport};
use crate::via::Via;

impl Sfu {
    /// Lets a touched session act on what was written to it, however often (MEDIA §7 point 2).
    pub(crate) fn flush(&mut self, slot: TransportSlot) {
        let now = self.now;
        let Some(transport) = self.transports.get_mut(slot) else { return };
        transport.dirty = false;
        // A timer that is due has waited for the grid already, or is one of those that must not.
        if let Some(until) = transport.downlink.as_ref().and_then(|d| d.rests(now))
            && now < transport.rtc_timeout
        {
            transport.rtc_timeout = transport.rtc_timeout.min(until);
            return self.schedule(slot);
        }
        if let Some(downlink) = &mut transport.downlink {
            downlink.rest(on_grid(self.epoch, PACE_GRID, now + TIMER_STEP_MIN));
        }
        let told = if now < transport.rtc_timeout { Told::Time } else { Told::Input };
        self.stats.looks += 1;
        match guard(|| transport.rtc.handle_input(RtcInput::Timeout(now))) {
            Ok(Ok(())) => self.drain(slot, told),
            Ok(Err(_)) => self.fail(slot),
            Err(_) => self.panicked(slot),
        }
    }

    /// Takes everything that a session has to say.
    pub(crate) fn drain(&mut self, slot: TransportSlot, told: Told) {
        let (mut rounds, mut fills) = (0, false);
        loop {
            let Some(transport) = self.transports.get_mut(slot) else { return };
            match guard(|| transport.rtc.poll_output()) {
                Ok(Ok(RtcOutput::Timeout(at))) => return self.drained(slot, at),
                Ok(Ok(RtcOutput::Transmit(transmit))) => {
                    transport.datagrams_out += 1;
                    let written = transport.written(&transmit.contents);
                    transport.queued = transport.queued.saturating_sub(u32::from(written == Some(true)));
                    fills |= written == Some(false);
                    // A pacer hands out one packet, and wants to be told the time before the next: at once, because to ask in vain
                    // before would be another look at all streams. When nothing is left that was written, it need not be told
                    // now, unless it fills up by itself, to find out whether there is more.
                    let is_more =
                        transport.queued > 0 || transport.is_probing || fills || !is_content(transport);
                    let is_paced = transport.downlink.is_some() && written.is_some();
                    let again = is_paced && is_more && rounds < PACED_ROUNDS_MAX;
                    let until =
                        transport.silent_until(self.now, told).filter(|_| written == Some(true) && !fills);
                    self.send(slot, transmit);
                    if let Some(at) = until {
                        return self.wait(slot, at);
                    }
                    if again {
                        rounds += 1;
                        self.stats.looks += 1;
                        let Some(transport) = self.transports.get_mut(slot) else { return };
                        match guard(|| transport.rtc.handle_input(RtcInput::Timeout(self.now))) {
                            Ok(Ok(())) => {}
                            Ok(Err(_)) => return self.fail(slot),
                            Err(_) => return self.panicked(slot),
                        }
                    }
                }
                Ok(Ok(RtcOutput::Event(event))) => self.on_rtc_event(slot, event),
                Ok(Err(_)) => return self.fail(slot),
                Err(_) => return self.panicked(slot),
            }
        }
    }

    /// A session has nothing more to say before this.
    fn drained(&mut self, slot: TransportSlot, at: Instant) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        let is_idle = transport.queued == 0 && is_content(transport) && is_for_nothing(transport);
        let least = if is_idle { PACE_IDLE } else { TIMER_STEP_MIN };
        let at = at.max(self.now + least);
        transport.is_probing = is_probing(&transport.rtc);
        let closed = !transport.rtc.is_alive();
        if transport.sample.is_some() {
            self.finish_sample(slot);
        }
        if closed { self.fail(slot) } else { self.wait(slot, at) }
    }

    /// A session is told the time then; one that paces, and neither measures its line nor fills it up, on the grid.
    fn wait(&mut self, slot: TransportSlot, at: Instant) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        let is_filled = transport.downlink.as_ref().is_none_or(Downlink::pads);
        let is_on_grid = !is_filled && !transport.is_probing;
        transport.rtc_timeout = if is_on_grid { on_grid(self.epoch, PACE_GRID, at) } else { at };
        self.schedule(slot);
    }

    pub(crate) fn send(&mut self, slot: TransportSlot, transmit: RtcTransmit) {
        let RtcTransmit { proto, source, destination, contents } = transmit;
        let via = if proto == Protocol::Udp { self.demux.way(slot, destination) } else { Via::Tcp };
        let payload: Vec<u8> = contents.into();
        let is_picture = via != Via::Udp && self.transports.get(slot).is_some_and(|t| t.is_picture(&payload));
        let transmit = Transmit { via, source, destination, is_picture, payload };
        self.out.push_back(Output::Transmit(transmit));
    }
}

impl Transport {
    /// A session that was only told the time has said the last of what was written to it: until then it has nothing to say, so that it
    /// need not be asked. `None` = it must be asked.
    fn silent_until(&self, now: Instant, told: Told) -> Option<Instant> {
        let is_plain = told == Told::Time && self.queued == 0 && !self.is_probing && self.sample.is_none();
        if !is_plain || self.link != Link::Up {
            return None;
        }
        match &self.downlink {
            // Its timers are as they were: only what was due would have set others.
            None => Some(self.rtc_timeout),
            // A pacer that has just handed out the last packet only wants to hear that time goes on, which it does with the next one.
            Some(downlink) => downlink.is_content().then_some(now + PACE_IDLE),
        }
    }
}

/// The client of a session that paces has all that it asks for, were it nothing.
fn is_content(transport: &Transport) -> bool {
    transport
        .downlink
        .as_ref()
        .is_some_and(|downlink| downlink.is_content() || transport.consumers.is_empty())
}

/// A session that has nothing to send is to be told the time for its own sake: that of its pacer, that of its estimator, which wants it
/// once in a round trip, were that a millisecond, or to fill up. A session fills up to 50 kbit/s unasked, which its client would pay for:
/// every 5 ms, 31 bytes and twice as much of headers, in a meeting where nobody says anything.
fn is_for_nothing(transport: &Transport) -> bool {
    let reason = transport.rtc.last_timeout_reason();
    let fills_unasked = transport.downlink.as_ref().is_some_and(|downlink| downlink.told.least_bps == 0);
    matches!(reason, Reason::Pacer(PacerReason::Immediate | PacerReason::Handle) | Reason::BweDelayControl)
        || (fills_unasked && matches!(reason, Reason::Pacer(PacerReason::Padding)))
}

/// The session measures its line with a burst, whose packets need their distances.
fn is_probing(rtc: &Rtc) -> bool {
    matches!(rtc.last_timeout_reason(), Reason::Pacer(PacerReason::Probe1 | PacerReason::Probe2))
}
