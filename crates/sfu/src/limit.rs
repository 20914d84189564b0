//! Every limit of the SFU, with its reason.

use std::time::Duration;

/// Transports of one peer: one that sends and one that receives (PROTOCOL §0 fact 1).
pub const TRANSPORTS_PER_PEER_MAX: usize = 2;
/// Transports of one engine. Each holds DTLS, SRTP and ICE state (about 100 kB); beyond it one thread is overloaded anyway. A
/// process with several engines has several threads, and so it may have as many on each.
pub const TRANSPORTS_MAX: usize = 8_192;
/// Producers of one peer: microphone, camera, screen video and audio, and one re-publish of each.
pub const PRODUCERS_PER_PEER_MAX: usize = 8;
/// Simulcast layers of one producer; browsers send three.
pub const LAYERS_MAX: usize = 4;
/// Media of one `Consume`; the client asks for 35 at most (PROTOCOL §10).
pub const CONSUME_WANTS_MAX: usize = 64;
/// Live consumers of one transport. Each costs an encryption per packet and an RTX cache.
pub const CONSUMERS_PER_TRANSPORT_MAX: usize = 256;
/// m-lines of one session. A new one takes the place of a stopped one in descriptions, but str0m keeps those that were
/// displaced, so a transport that reaches the limit is closed and the client opens a fresh one.
pub const M_LINES_MAX: usize = 512;
/// Bytes of one session description; 512 m-lines of a browser with candidates fit.
pub const SDP_MAX_BYTES: usize = 768 * 1024;
/// Calls of one transport that wait for the answer to our offer. The client asks one at a time, and retries a few.
pub const QUEUED_CALLS_MAX: usize = 32;
/// How long a call waits for the answer to our offer before the offer is withdrawn. The client serialises its
/// exchanges, so a second call means that it has given up the first.
pub const OFFER_WAIT_MAX: Duration = Duration::from_secs(5);
/// How long a transport may take to come up. The client gives up after 30 s (PROTOCOL §8).
pub const CONNECT_MAX: Duration = Duration::from_secs(60);
/// How long a transport may stay without ICE. The client replaces it after 2 s (PROTOCOL §9); this only cleans up.
pub const DISCONNECTED_MAX: Duration = Duration::from_secs(30);
/// Source addresses that lead to one transport. A client changes its network now and then; a flood of spoofed
/// addresses needs our ICE password first, and then displaces only its own.
pub const ADDRESSES_PER_TRANSPORT_MAX: usize = 8;
/// Refusals that one source gets in a second (MEDIA §3.2). A browser asks once in 2.5 s and transport; the rest of an
/// office behind one address has ports of its own.
pub const REFUSALS_PER_SOURCE_MAX: u32 = 50;
/// Sources that get refusals in one second: every transport that an engine can have, twice.
pub const REFUSED_SOURCES_MAX: usize = 16_384;
/// SSRCs of one sending transport whose origin is remembered.
pub const SOURCES_PER_TRANSPORT_MAX: usize = 64;
/// Shortest time between two key frame requests for one encoding; the rest is deferred, never dropped (MEDIA §7 point 1).
pub const KEYFRAME_INTERVAL_MIN: Duration = Duration::from_millis(400);
/// The same while more than a crowd waits for one encoding: who joins a large room one after the other shares a key frame,
/// which costs everybody who is there already.
pub const KEYFRAME_INTERVAL_CROWD: Duration = Duration::from_secs(1);
/// Between the last key frame of an encoding, or the last request for one, and a request for the sake of those alone who see the same
/// picture smaller meanwhile. In a large room somebody's line takes the next step at any time.
pub const KEYFRAME_INTERVAL_BETTER: Duration = Duration::from_millis(1_500);
/// Subscribers that are a crowd.
pub const KEYFRAME_CROWD: usize = 50;
/// A key frame request is repeated this often while a subscriber waits: the request, or the frame, may be lost.
pub const KEYFRAME_RETRY: Duration = Duration::from_millis(700);
/// A simulcast layer without packets for this long is not offered to subscribers: browsers stop layers silently.
pub const LAYER_SILENCE_MAX: Duration = Duration::from_millis(1_200);
/// Packets kept for retransmission, per subscription: two seconds of a 4 Mbit/s video.
pub const RTX_CACHE_PACKETS: usize = 1_024;
/// Age of the oldest packet worth retransmitting.
pub const RTX_CACHE_AGE: Duration = Duration::from_secs(3);
/// Share of retransmissions above which queued ones are dropped. str0m's 0.15 fails at 10 % loss (MEDIA §7 point 10).
pub const RTX_RATIO_MAX: f32 = 0.4;
/// Packets before it that a packet of sound carries at most: three copies in all, some 50 kbit/s more for a voice.
pub const RED_DEPTH_MAX: usize = 2;
/// Packets of a sound that are kept for that. One that is repeated on request comes some ten packets late.
pub const RED_HISTORY: usize = 16;
/// Payload with redundancy: with all headers it fits every path. Three of the largest packets that browsers send do.
pub const RED_PAYLOAD_MAX_BYTES: usize = 1_150;
/// Losses, in thousandths, that two reports in a row must show for one packet before, and for two.
pub const LOSS_RISE_PERMILLE: [u64; RED_DEPTH_MAX] = [20, 100];
/// Losses below which a line is calm, with one packet before and with two: far enough below what switches it on.
pub const LOSS_SETTLED_PERMILLE: [u64; RED_DEPTH_MAX] = [5, 50];
/// How long a line is calm before it gets less redundancy: bad minutes of a radio link come in groups.
pub const LOSS_CALM: Duration = Duration::from_secs(60);
/// Packets that a report must tell of to be judged: of fewer, a single loss is 2 %.
pub const LOSS_PACKETS_MIN: u64 = 100;
/// So long after a line was found too full, losses say so and nothing else: browsers report on sound every 2.5 to 7.5 s.
pub const LOSS_FULL: Duration = Duration::from_secs(8);
/// How often reports of receivers are looked at. A browser reports on sound every 2.5 to 7.5 s.
pub const LOSS_LOOK_EVERY: Duration = Duration::from_secs(1);
/// Bytes around a payload inside a datagram: RTP with its extensions, and the tag of SRTP.
pub const RTP_HEADERS_BYTES: u64 = 38;
/// Bytes around a datagram: IPv4 and UDP. What links add beyond it is little, and not known here.
pub const NET_HEADERS_BYTES: u64 = 28;
/// What a packet takes on the wire beyond its payload.
pub const PACKET_OVERHEAD_BYTES: u64 = RTP_HEADERS_BYTES + NET_HEADERS_BYTES;
/// Over this the rate of an encoding is measured: ten frames, and less than what lies between two key frames.
pub const RATE_WINDOW: Duration = Duration::from_millis(500);
/// A layer that saves less than this share of the next one, in thousandths, is no step of its own.
pub const LADDER_STEP_PERMILLE: u64 = 850;
/// A voice that goes out stays for at least this long: a syllable.
pub const VOICE_HOLD: Duration = Duration::from_millis(400);
/// A voice that goes out is outdone by so many dB, so that two do not take turns.
pub const LOUDER_DB: i8 = 3;
/// How loud a voice is taken for that does not say it, in dB below the loudest there is: louder than a quiet room, less so than who
/// speaks into a microphone. Browsers all say it.
pub const LEVEL_UNKNOWN_DB: i8 = -40;
/// People who receive in a room, above which not all voices go to everybody: up to it everybody's microphone costs less than
/// two pictures. Beyond it each voice is a packet every 20 ms to hundreds of people.
pub const LARGE_ROOM_ABOVE: usize = 30;
/// Voices that are heard at a time in a large room. Nobody can follow more, and they leave room for the sounds of an audience.
pub const HEARD_VOICES_MAX: usize = 6;
/// Sounds of screens that are heard beside them in any case; more contend with the voices.
pub const SCREEN_SOUNDS_MAX: usize = 2;
/// How often a subscriber's line is looked at, and shared anew.
pub const LINE_LOOK_EVERY: Duration = Duration::from_millis(200);
/// What a line is taken for before its client has reported: four small pictures and some voices.
pub const LINE_FIRST_BPS: u64 = 600_000;
/// What the line of a client is taken for that does not report what arrives: nothing waits here on its account.
pub const LINE_UNKNOWN_BPS: u64 = 1_000_000_000;
/// A client that has been sent media for so long without a report on it will not report.
pub const LINE_DEAF_AFTER: Duration = Duration::from_secs(3);
/// How long a picture that steps down goes on with its old layer while no key frame of the new one has come: a short freeze
/// is better than a full queue.
pub const LAYER_LEAVE_MAX: Duration = Duration::from_millis(300);
/// Share of retransmissions on a line that loses much: there, repeats are what does not fit.
pub const RTX_RATIO_ILL: f32 = 0.15;
/// Sessions that pace what they send are woken on a common grid: what they send goes out in common batches. A burst of the
/// pacer is 40 ms long.
pub const PACE_GRID: Duration = Duration::from_millis(5);
/// A paced session that has said all that was written to it, and whose client has all that it asks for, is looked at again after so
/// long if nothing else happens: as often as its client reports. Its estimator would take a look every 25 ms, and in each round trip that is shorter.
pub const PACE_IDLE: Duration = Duration::from_millis(50);
/// Datagrams a second from which on a paced session says something once in a step of the grid: two come in each. Every turn of a
/// session costs a look at all its streams, and so does every packet that its pacer hands out; a packet waits 2.5 ms on the average.
pub const GRID_FROM_PER_SECOND: u64 = 400;
/// Packets that a paced session hands out in one turn; each takes a round of its own. The pacer bounds its bursts itself.
pub const PACED_ROUNDS_MAX: usize = 512;
/// Speakers of a room whose order counts: the room keeps no more.
pub const RANKED_SPEAKERS_MAX: usize = 16;
/// Between two samples of a transport: what it has seen of its tracks, for whoever reads the call afterwards.
pub const SAMPLE_EVERY: Duration = Duration::from_secs(5);
/// Tracks of one sample: more than anybody looks at.
pub const SAMPLED_TRACKS_MAX: usize = 64;
/// Addresses of a client that are remembered for what they are: a machine has a few interfaces.
pub const CANDIDATES_MAX: usize = 16;
/// Datagram that can be ours; anything longer is dropped unread.
pub const DATAGRAM_MAX_BYTES: usize = 2_000;
/// Smallest step of time between two wake-ups of one transport, so that a timer that is always due cannot spin.
pub const TIMER_STEP_MIN: Duration = Duration::from_millis(1);
