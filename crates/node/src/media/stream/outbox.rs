//! What waits for a client on a stream. A stream never loses anything, so what comes too late must be lost before it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Bytes that wait: two seconds of a line of 1 Mbit/s.
const WAITING_MAX_BYTES: usize = 256 * 1024;
/// A picture later than this is no use: the client has asked for it again, or for a new one.
const PICTURE_AGE_MAX: Duration = Duration::from_millis(400);
/// Bytes per write: what a stream that flows takes at once.
pub(super) const WRITE_BYTES: usize = 32 * 1024;

/// Writes what waits as the stream carries it: where a datagram comes from, or none for bytes that are written as they are.
pub(super) trait Put {
    /// Adds it.
    fn put(&self, out: &mut Vec<u8>, from: Option<SocketAddr>, payload: &[u8]);
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    from: Option<SocketAddr>,
    payload: Vec<u8>,
}

/// The queue: sound, connectivity checks, keys and reports before pictures.
#[derive(Debug, Default)]
struct Queue {
    first: VecDeque<Waiting>,
    pictures: VecDeque<Waiting>,
    bytes: usize,
}

impl Queue {
    /// Adds a datagram; returns how many were lost for it, itself included.
    fn push(&mut self, waiting: Waiting, is_picture: bool) -> u64 {
        let mut lost = 0;
        while self.bytes + waiting.payload.len() > WAITING_MAX_BYTES {
            // A new picture does not displace an older one: what is under way is worth more when it is whole.
            let oldest = if is_picture { None } else { self.pictures.pop_front() };
            lost += 1;
            let Some(oldest) = oldest else { return lost };
            self.bytes -= oldest.payload.len();
        }
        self.bytes += waiting.payload.len();
        let queue = if is_picture { &mut self.pictures } else { &mut self.first };
        queue.push_back(waiting);
        lost
    }

    /// The next bytes, and how many datagrams came too late.
    fn take(&mut self, now: Instant, put: &impl Put) -> (Vec<u8>, u64) {
        let (mut frames, mut lost) = (Vec::new(), 0);
        while frames.len() < WRITE_BYTES {
            let (next, is_picture) = match self.first.pop_front() {
                Some(next) => (next, false),
                None => match self.pictures.pop_front() {
                    Some(next) => (next, true),
                    None => break,
                },
            };
            self.bytes -= next.payload.len();
            if is_picture && now.saturating_duration_since(next.since) > PICTURE_AGE_MAX {
                lost += 1;
            } else {
                put.put(&mut frames, next.from, &next.payload);
            }
        }
        (frames, lost)
    }
}

/// The queue between the media thread and the task of a stream.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    more: Notify,
}

impl Outbox {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a datagram; returns how many were lost for it, itself included.
    pub(super) fn push(&self, since: Instant, from: SocketAddr, payload: Vec<u8>, is_picture: bool) -> u64 {
        self.add(Waiting { since, from: Some(from), payload }, is_picture)
    }

    /// Adds bytes that are written as they are.
    pub(super) fn push_bytes(&self, since: Instant, payload: Vec<u8>) -> u64 {
        self.add(Waiting { since, from: None, payload }, false)
    }

    fn add(&self, waiting: Waiting, is_picture: bool) -> u64 {
        let lost = self.queue().push(waiting, is_picture);
        self.more.notify_one();
        lost
    }

    /// Waits for something to write; bytes, and how many datagrams came too late for that.
    pub(super) async fn take(&self, put: &impl Put) -> (Vec<u8>, u64) {
        let mut late = 0;
        loop {
            let (bytes, lost) = self.queue().take(Instant::now(), put);
            late += lost;
            if !bytes.is_empty() {
                return (bytes, late);
            }
            self.more.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::stream::frame::Framed;

    fn push(queue: &mut Queue, since: Instant, payload: Vec<u8>, is_picture: bool) -> u64 {
        queue.push(Waiting { since, from: None, payload }, is_picture)
    }

    fn lengths(mut frames: &[u8]) -> Vec<usize> {
        let mut all = Vec::new();
        while let Some((length, rest)) = frames.split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            all.push(length);
            frames = &rest[length..];
        }
        all
    }

    #[test]
    fn sound_overtakes_pictures_and_late_pictures_are_left_out() {
        let (mut queue, start) = (Queue::default(), Instant::now());
        let later = start + PICTURE_AGE_MAX;
        push(&mut queue, start, vec![1; 1_000], true);
        push(&mut queue, later, vec![1; 900], true);
        push(&mut queue, start, vec![2; 80], false);
        let (frames, lost) = queue.take(later + Duration::from_millis(1), &Framed);
        assert_eq!((lengths(&frames), lost), (vec![80, 900], 1));
        assert_eq!(queue.bytes, 0);
    }

    #[test]
    fn who_does_not_read_costs_a_bounded_queue_and_sound_stays_longest() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        let pictures: u64 = (0..1_000).map(|_| push(&mut queue, now, vec![1; 1_024], true)).sum();
        assert_eq!((pictures, queue.bytes), (1_000 - 256, WAITING_MAX_BYTES));
        let sound: u64 = (0..2_000).map(|_| push(&mut queue, now, vec![2; 256], false)).sum();
        // 256 pictures made room for 1024 packets of sound; the rest of those is lost.
        assert_eq!((sound, queue.pictures.len(), queue.bytes), (256 + 976, 0, WAITING_MAX_BYTES));
    }

    #[test]
    fn a_write_is_bounded_and_cuts_no_frame() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        (0..100).for_each(|_| assert_eq!(push(&mut queue, now, vec![2; 1_000], false), 0));
        let (frames, _) = queue.take(now, &Framed);
        assert!((WRITE_BYTES..WRITE_BYTES + 1_002).contains(&frames.len()), "{}", frames.len());
        assert_eq!(frames.len() % 1_002, 0);
    }
}
