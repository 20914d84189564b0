//! Every limit of the room engine, with its reason.

/// Peers of one room at a time. Beyond it fan-out of one join costs more than a media node can send.
pub const PEERS_MAX: usize = 1000;
/// Characters of a display name; longer ones are cut. Fits every UI and bounds broadcasts.
pub const DISPLAY_NAME_MAX_CHARS: usize = 256;
/// Characters of a chat text; the official client stops at 2000 (PROTOCOL §10), custom payloads are longer.
pub const CHAT_PAYLOAD_MAX_CHARS: usize = 16_384;
/// Files of one chat message: a custom message of the official client has three lists of them (PROTOCOL §7.1), and each file
/// is a row to change when the message is.
pub const CHAT_FILES_MAX: usize = 30;
/// Characters of what is searched for in the chat.
pub const CHAT_SEARCH_MAX_CHARS: usize = 256;
/// Searches of one peer in [`CHAT_SEARCH_WINDOW_MS`]: each reads the whole history of the room.
pub const CHAT_SEARCHES_MAX: u32 = 30;
/// See [`CHAT_SEARCHES_MAX`].
pub const CHAT_SEARCH_WINDOW_MS: i64 = 60_000;
/// Messages of a session kept in the room for history; older ones stay in the store.
pub const CHAT_HISTORY_MAX: usize = 5_000;
/// Messages in one answer to `getMessages`; the newest. Keeps one frame below the frame limit.
pub const CHAT_ALL_MAX: usize = 500;
/// Messages in one page of `getPaginatedMessages`.
pub const CHAT_PAGE_MAX: u32 = 200;
/// Producers of one peer: microphone, camera, screen video, screen audio, and room for one re-publish each.
pub const PRODUCERS_PER_PEER_MAX: usize = 8;
/// Consumers in one request (PROTOCOL §10).
pub const CONSUME_WANTS_MAX: usize = 35;
/// Keys of all plugin stores of a room.
pub const STORE_KEYS_MAX: usize = 1_000;
/// Bytes of one plugin-store value.
pub const STORE_VALUE_MAX_BYTES: usize = 16_384;
/// Bytes of one broadcast payload.
pub const BROADCAST_MAX_BYTES: usize = 16_384;
/// Broadcasts of one peer in a second: what the official client lets its app send (PROTOCOL §10).
pub const BROADCASTS_PER_SECOND: u32 = 5;
/// Broadcasts of one peer at once: the client counts by seconds of its own, so that two seconds' worth may come together.
pub const BROADCASTS_BURST: u32 = 2 * BROADCASTS_PER_SECOND;
/// Likewise, of what the client sends by itself: a page with a spotlight tells everybody who comes in, and everybody who
/// sees a new screen says so. A room of many may fill at once.
pub const OWN_BROADCASTS_BURST: u32 = 100;
/// Peers that one broadcast names: a full room.
pub const BROADCAST_IDS_MAX: usize = PEERS_MAX;
/// Writes to stores of one peer in a second. The client lets its app make five for each store, and a store has few.
pub const STORE_WRITES_PER_SECOND: u32 = 20;
/// Likewise, at once.
pub const STORE_WRITES_BURST: u32 = 2 * STORE_WRITES_PER_SECOND;
/// Media calls of one peer under way; more are refused.
pub const MEDIA_CALLS_PER_PEER_MAX: usize = 64;
/// Shortest and longest keep-alive, seconds (SEMANTICS §2.2).
pub const KEEP_ALIVE_SECS: std::ops::RangeInclusive<i64> = 60..=600;
/// Default keep-alive, seconds.
pub const KEEP_ALIVE_DEFAULT_SECS: i64 = 60;
/// Default reconnect grace, milliseconds (DECISIONS §4).
pub const RECONNECT_GRACE_DEFAULT_MS: i64 = 20_000;
/// Bytes of a plugin-store key, plugin id or store name; `<meeting>:<plugin>` needs 73.
pub const STORE_KEY_MAX_BYTES: usize = 256;
/// Bytes of all plugin stores of a room: one answer may hold them all, and must fit a frame.
pub const STORE_TOTAL_MAX_BYTES: usize = 524_288;
/// Bytes of chat kept in the room for history.
pub const CHAT_HISTORY_MAX_BYTES: usize = 8_388_608;
/// Bytes of payloads in one answer with chat messages; older ones come with the next page.
pub const CHAT_ANSWER_MAX_BYTES: usize = 524_288;
/// Bytes of the kind of a broadcast.
pub const BROADCAST_KIND_MAX_BYTES: usize = 256;
/// Bytes of `app_data` and `mime_type` of a producer; they travel to everybody in every answer that names it.
pub const APP_DATA_MAX_BYTES: usize = 4_096;
/// Removed peer ids that a room knows; the newest. Everybody in a full room and those who were lost before, kicked at
/// once, and three times as many again.
pub const REMOVED_MAX: usize = 4_096;
/// How long a removed peer id stays removed, milliseconds. The official client tries fifty times, some four minutes
/// (PROTOCOL §3.5), but a machine that fell asleep goes on with it the next morning.
pub const REMOVED_KEPT_MS: i64 = 24 * 3_600 * 1_000;
/// Peers of a session that are remembered after their grace ran out, so that a kick of their participant finds them:
/// as many as a room has, as all of them may be lost at once.
pub const LOST_MAX: usize = PEERS_MAX;
/// How long after a request, an answer or a reason to ask it is taken for under way, milliseconds: a client asks within some
/// hundred. A socket that breaks in that time may have taken a description with it.
pub const NEGOTIATION_SETTLES_MS: i64 = 2_000;
/// How long ago the socket was lost of a client that is on another one before we noticed, milliseconds: it waits 3 s and up to
/// 1 s more (PROTOCOL §3.5).
pub const RECONNECT_WAIT_MS: i64 = 4_000;
/// How long both transports of a client that came back must have been open before it is told to publish, milliseconds:
/// its timers for lost transports run for 2 s, and no reset of its own clears them (MEDIA §3.1).
pub const HOLD_SETTLED_MS: i64 = 2_200;
/// Longest wait of such a client, milliseconds; it gives up after 20 s (PROTOCOL §8).
pub const HOLD_MAX_MS: i64 = 18_000;
/// m-lines in one `closeConsumer`; an SDP of ours never has more.
pub const CLOSE_MIDS_MAX: usize = 512;
/// `max_preferred_streams` of `selfJoinComplete`: the presets' value for desktops (PROTOCOL §2.1).
pub const MAX_PREFERRED_STREAMS: u32 = 9;
/// How long before the newest fact of its session a loss may have been, milliseconds: what is older is final, so that a
/// session need not remember all its stays. The doors notice silence after 35 s, and a client that does not read after 10 s.
pub const LOSS_LATE_MAX_MS: i64 = 120_000;
/// People in the waiting room who are told of to every host at each change; more are refused.
pub const WAITING_MAX: usize = 200;
/// Clients that wait and are remembered, those whose sockets were lost included; the newest.
pub const WAITS_MAX: usize = 2 * WAITING_MAX;
/// How long a client that waits is remembered, milliseconds: as long as one that was removed, and for the same reason.
pub const WAIT_KEPT_MS: i64 = REMOVED_KEPT_MS;
/// People who were let in and do not wait again in a session; the newest. Everybody in a full room, and those who came for
/// others who left.
pub const ADMITTED_MAX: usize = 5_000;
/// How long the ledger remembers who was let in, milliseconds: longer than sessions last. The room knows it to the end.
pub const ADMITTED_KEPT_MS: i64 = 7 * 24 * 3_600 * 1_000;
/// People who ask to come on stage at a time. The official panel shows them in one list without a search, and every host is
/// told the whole list whenever it changes.
pub const STAGE_REQUESTS_MAX: usize = 100;
/// People in one request to let on stage, to turn down, or to take off: "accept all" names everybody who asks.
pub const STAGE_IDS_MAX: usize = STAGE_REQUESTS_MAX;
/// People in one request to change permissions: everybody in a full room.
pub const PERMISSION_PATCHES_MAX: usize = PEERS_MAX;
/// People whose permissions were changed in a session: as many as can have been admitted to it, and for the same reason.
pub const CHANGED_PEOPLE_MAX: usize = ADMITTED_MAX;
/// People in one request for their permissions. The official client asks for one.
pub const PRESETS_READ_MAX: usize = 100;
/// Polls of a session; a question every few minutes of a long day.
pub const POLLS_MAX: usize = 100;
/// Options of a poll; more do not fit a screen.
pub const POLL_OPTIONS_MAX: usize = 20;
/// Characters of a question or an option.
pub const POLL_TEXT_MAX_CHARS: usize = 512;
/// Votes of one poll: everybody in a full room, and those who came for others who left.
pub const POLL_VOTES_MAX: usize = 5_000;
/// Voters that a poll names when it is told; counts are exact. The official UI shows ten names for an option.
pub const POLL_NAMES_TOLD_MAX: usize = 200;
/// How often the others hear of votes in one poll, milliseconds.
pub const POLL_TOLD_EVERY_MS: i64 = 1_000;
/// Bytes of all polls in one answer; older ones are left out. Below the frame limit.
pub const POLLS_ANSWER_MAX_BYTES: usize = 786_432;
/// Breakout rooms of a meeting that are open at a time: two people in each of a hundred. The official manager shows them in one
/// list, and everybody is told the whole list.
pub const BREAKOUT_ROOMS_MAX: usize = 50;
/// Breakout rooms made in one session of a meeting, closed ones included: each is a meeting in the ledger for ever.
pub const BREAKOUT_MADE_MAX: usize = 500;
/// Characters of a breakout room's title: as of any meeting's.
pub const BREAKOUT_TITLE_MAX_CHARS: usize = 256;
/// Requests of a peer about breakout rooms in a second: each shows or changes the whole list, and whoever is sent on gets a
/// token signed. The client itself allows one a second.
pub const BREAKOUT_ASKS_PER_SECOND: u32 = 5;
/// The same at once: the UI kit's manager asks several times when it is opened.
pub const BREAKOUT_ASKS_BURST: u32 = 30;
/// People in one move: each gets a token, which takes the room most of a millisecond to sign.
pub const BREAKOUT_MOVE_MAX: usize = 200;
/// How long after its call on a new socket a client that waited may take to come, milliseconds. It asks at once; who has not
/// come by then does not know that it was called.
pub const DEAF_AFTER_MS: i64 = 10_000;
/// People who belong in a breakout room of one meeting, those who are away included: as many as 50 full rooms hold would be ten times
/// what one meeting has. All of them are read when the meeting is loaded.
pub const BREAKOUT_PLACED_MAX: usize = 5_000;
/// How often people hear of who is in which breakout room, milliseconds: when a hundred move at once, it is told some times and
/// not a hundred.
pub const BREAKOUT_TOLD_EVERY_MS: i64 = 500;
/// How long somebody on the way to another room of the meeting is shown there without having come, milliseconds. The official
/// client needs a second or two.
pub const BREAKOUT_AWAITED_MS: i64 = 30_000;
/// How long after a join a client is not moved unless it has asked for the rooms, milliseconds: until it does, its app does not
/// know yet that it is in, and would miss that it is somewhere else (PROTOCOL §7.9).
pub const BREAKOUT_RIPE_MS: i64 = 3_000;
/// How long whoever moves others and himself stays, milliseconds: for what his client has to ask afterwards where it is.
pub const BREAKOUT_ASKER_MS: i64 = 500;
