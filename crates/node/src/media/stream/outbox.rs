//! What waits for a client on a stream. A stream never loses anything, so what comes too late must be lost before it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::carrier::Carry;
use super::frame::Put;

/// Bytes that wait: two seconds of a line of 1 Mbit/s.
const WAITING_MAX_BYTES: usize = 256 * 1024;
/// A picture later than this is no use: the client has asked for it again, or for a new one.
const PICTURE_AGE_MAX: Duration = Duration::from_millis(400);
/// Bytes per write: what a stream that flows takes at once.
pub(super) const WRITE_BYTES: usize = 32 * 1024;

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
    /// Bytes that the stream did not take, which go before all else: they may begin within a frame.
    begun: Vec<u8>,
    /// What the stream has taken is not all on its way.
    is_held_up: bool,
    /// The task is writing, or is about to: nobody else may.
    is_written: bool,
    /// Something was added since somebody was told.
    is_untold: bool,
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
    fn take(&mut self, now: Instant, put: &dyn Put) -> (Vec<u8>, u64) {
        let (mut frames, mut lost) = (Vec::with_capacity(self.bytes.min(WRITE_BYTES)), 0);
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
#[derive(Debug)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    more: Notify,
    put: Box<dyn Put>,
    stream: Arc<dyn Carry>,
}

/// What came of adding a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Added {
    /// Datagrams that were lost for it, itself included.
    pub(super) lost: u64,
    /// [`Outbox::tell`] is due, once for all that is added until then.
    pub(super) is_news: bool,
}

impl Outbox {
    /// One of a stream, which carries datagrams as `put` writes them.
    pub(super) fn new(stream: Arc<dyn Carry>, put: impl Put + 'static) -> Self {
        Self { queue: Mutex::default(), more: Notify::default(), put: Box::new(put), stream }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a datagram.
    pub(super) fn push(&self, since: Instant, from: SocketAddr, payload: Vec<u8>, is_picture: bool) -> Added {
        let mut queue = self.queue();
        let lost = queue.push(Waiting { since, from: Some(from), payload }, is_picture);
        Added { lost, is_news: !std::mem::replace(&mut queue.is_untold, true) }
    }

    /// Adds bytes that are written as they are; returns how many datagrams were lost for them.
    pub(super) fn push_bytes(&self, since: Instant, payload: Vec<u8>) -> u64 {
        let lost = self.queue().push(Waiting { since, from: None, payload }, false);
        self.more.notify_one();
        lost
    }

    /// Writes what was added, where the stream takes it at once; else the task does. Returns how many datagrams came too late.
    pub(super) fn tell(&self) -> u64 {
        let mut queue = self.queue();
        queue.is_untold = false;
        let mut late = 0;
        while !queue.is_written {
            let (mut bytes, lost) = queue.take(Instant::now(), self.put.as_ref());
            late += lost;
            if bytes.is_empty() {
                return late;
            }
            let taken = self.stream.write_now(&bytes);
            bytes.drain(..taken.bytes);
            queue.is_held_up = !taken.is_flushed;
            queue.is_written = queue.is_held_up;
            queue.begun = bytes;
        }
        drop(queue);
        self.more.notify_one();
        late
    }

    /// Waits for something to write; bytes, and how many datagrams came too late for that. There may be none to write, and some to
    /// flush. Who asks again has done so.
    async fn take(&self) -> (Vec<u8>, u64) {
        let mut late = 0;
        loop {
            {
                let mut queue = self.queue();
                let is_held_up = std::mem::take(&mut queue.is_held_up);
                let mut bytes = std::mem::take(&mut queue.begun);
                if bytes.is_empty() && !is_held_up {
                    let (next, lost) = queue.take(Instant::now(), self.put.as_ref());
                    late += lost;
                    bytes = next;
                }
                queue.is_written = is_held_up || !bytes.is_empty();
                if queue.is_written {
                    return (bytes, late);
                }
            }
            self.more.notified().await;
        }
    }

    /// Writes what its stream did not take at once, until that fails. `lose` is told how many datagrams came too late.
    pub(super) async fn carry(&self, lose: impl Fn(u64)) -> io::Error {
        loop {
            let (bytes, late) = self.take().await;
            lose(late);
            if let Err(error) = self.write(&bytes).await {
                return error;
            }
        }
    }

    async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match poll_fn(|cx| self.stream.poll_write(cx, bytes)).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => bytes = bytes.get(count..).unwrap_or_default(),
            }
        }
        poll_fn(|cx| self.stream.poll_flush(cx)).await
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;
    use tokio::net::{TcpListener, TcpStream};

    use super::super::carrier::Carrier;
    use super::super::frame::Framed;
    use super::*;

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

    const FROM: ([u8; 4], u16) = ([192, 0, 2, 1], 3_478);

    /// A stream that is written to directly, and its other end.
    async fn connected() -> (Outbox, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let theirs = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (ours, _) = listener.accept().await.unwrap();
        // It is known to take something only when that has been found out once.
        ours.writable().await.unwrap();
        (Outbox::new(Carrier::new(ours), Framed), theirs)
    }

    #[tokio::test]
    async fn what_the_socket_takes_is_written_by_whoever_tells_of_it_in_one_go() {
        let (outbox, mut theirs) = connected().await;
        let now = Instant::now();
        let news: Vec<_> =
            [70, 80].map(|length| outbox.push(now, FROM.into(), vec![2; length], false)).to_vec();
        assert_eq!(news.iter().map(|added| added.is_news).collect::<Vec<_>>(), [true, false]);
        assert_eq!(outbox.tell(), 0);
        // There is no task that could have done it.
        let mut read = vec![0; 2 + 70 + 2 + 80];
        theirs.read_exact(&mut read).await.unwrap();
        assert_eq!(lengths(&read), [70, 80]);
        assert!(outbox.push(now, FROM.into(), vec![2; 90], false).is_news, "it was told");
    }

    #[tokio::test]
    async fn what_the_socket_does_not_take_is_written_by_the_task_and_nothing_overtakes_it() {
        let (outbox, mut theirs) = connected().await;
        let sent: Vec<Vec<u8>> = (0..40_000_u32).map(|n| n.to_be_bytes().repeat(64)).collect();
        let mut all = sent.iter();
        // Until nothing goes any more: nobody reads.
        let mut count = 0;
        while !outbox.queue().is_written {
            outbox.push(Instant::now(), FROM.into(), all.next().unwrap().clone(), false);
            outbox.tell();
            count += 1;
        }
        for frame in all.by_ref().take(100) {
            outbox.push(Instant::now(), FROM.into(), frame.clone(), false);
            assert_eq!(outbox.tell(), 0);
            count += 1;
        }
        let writing = outbox.carry(|late| assert_eq!(late, 0));
        let reading = async {
            let mut whole = vec![0; count * (2 + 256)];
            theirs.read_exact(&mut whole).await.unwrap();
            whole
        };
        let whole: Vec<u8> =
            tokio::select! { whole = reading => whole, error = writing => panic!("{error}") };
        let frames: Vec<&[u8]> = whole.chunks_exact(2 + 256).map(|frame| &frame[2..]).collect();
        assert!(frames.iter().zip(&sent).all(|(came, sent)| came == sent) && frames.len() == count);
        // The task asks again and waits, and the socket is whoever's who has something.
        tokio::select! {
            biased;
            more = outbox.take() => panic!("{more:?}"),
            () = std::future::ready(()) => assert!(!outbox.queue().is_written),
        }
    }
}
