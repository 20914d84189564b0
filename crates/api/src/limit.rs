//! Every limit of the doors, with its reason. What holds whoever asks is in [`sederunt_app`].

use std::time::Duration;

pub(crate) use sederunt_app::{CUSTOM_ID_MAX_CHARS, NAME_MAX_CHARS};

/// Bytes of path and query. Longer ones are refused with 414 (SEMANTICS §3.7).
pub(crate) const TARGET_MAX_BYTES: usize = 16 * 1024;
/// Bytes of a body. A room with [`MEMBERS_MAX`] members fits.
pub(crate) const BODY_MAX_BYTES: usize = 1024 * 1024;
/// Bytes of a token. An API token has far fewer; a participant's has some 900, and is known as what it is. Bounds what a
/// stranger makes us hash.
pub(crate) const TOKEN_MAX_BYTES: usize = 4096;
/// Characters of a URL; what browsers take without trouble.
pub(crate) const URL_MAX_CHARS: usize = 2048;
/// Items on a RealtimeKit page when `per_page` is not given or 0 (SEMANTICS §3.3).
pub(crate) const PER_PAGE_DEFAULT: u32 = 25;
/// Most items on a RealtimeKit page (SEMANTICS §3.3).
pub(crate) const PER_PAGE_MAX: u32 = 100;
/// Items in a Pagecall list when `limit` is 0, or not given where a list is not whole by default.
pub(crate) const LIST_LIMIT_DEFAULT: u32 = 30;
/// Most items in a Pagecall list with a `limit` (SEMANTICS §6.4).
pub(crate) const LIST_LIMIT_MAX: u32 = 1000;
/// Members in one create-room request: as many as a room holds peers.
pub(crate) const MEMBERS_MAX: usize = 1000;
/// Headers of a room webhook.
pub(crate) const WEBHOOK_HEADERS_MAX: usize = 32;
/// Bytes of one header of a room webhook.
pub(crate) const WEBHOOK_HEADER_MAX_BYTES: usize = 4096;
/// Longest `max_meeting_seconds`: a year; more is a mistake.
pub(crate) const MEETING_SECONDS_MAX: i64 = 366 * 24 * 3600;
/// Days in a range of analytics: ten years. Each with sessions is some 100 bytes of the answer, which stays below half a
/// mebibyte.
pub(crate) const ANALYTICS_DAYS_MAX: i64 = 3_660;
/// Ids in one kick request: as many as a room holds peers.
pub(crate) const KICK_IDS_MAX: usize = 1000;
/// Words to recognise in a transcript; characters of each.
pub(crate) const KEYWORDS_MAX: usize = 500;
/// Changes in a page of `events` when `limit` is not given or 0.
pub(crate) const EVENTS_DEFAULT: usize = 100;
/// Most changes in a page of `events`: some 600 KiB.
pub(crate) const EVENTS_MAX: usize = 1000;
/// Changes that a feed reads at a time, for all its watchers or for one that catches up: some 300 KiB.
pub(crate) const FEED_PAGE: usize = 500;
/// Meetings in the filter of a feed. Each is compared with every change.
pub(crate) const FEED_MEETINGS_MAX: usize = 100;
/// Sessions in the filter of a feed. Each is compared with every change.
pub(crate) const FEED_SESSIONS_MAX: usize = 100;
/// Watchers of one app's feed: what was measured on two cores. Each holds a connection of the server.
pub(crate) const FEED_WATCHERS_PER_APP: usize = 10_000;
/// Watchers of all feeds. Below the connections of a listener, so that feeds cannot lock meetings out.
pub(crate) const FEED_WATCHERS_MAX: usize = 12_000;
/// Bytes of changes that a feed keeps for its watchers. Who is further behind is cut: at 100 changes a second that is
/// some 20 seconds.
pub(crate) const FEED_QUEUE_BYTES: usize = 1024 * 1024;
/// Facts before the present with which a feed begins, so that watchers who come back together (after a restart) find
/// what they missed in memory, and the ledger is read once for all of them. They fit into [`FEED_QUEUE_BYTES`].
pub(crate) const FEED_BACKLOG: u64 = 1_000;
/// Reads of the ledger at a time for watchers that catch up, pulls included: fewer than the store has readers, so that
/// the lists are still answered.
pub(crate) const FEED_READS: usize = 2;
/// Folded sessions of how many readers are kept between their pages.
pub(crate) const FEED_FOLDS_KEPT: usize = 16;
/// Milliseconds between heartbeats of a feed. Proxies cut what is silent for a minute, some after 30 s.
pub(crate) const FEED_HEARTBEAT_MS: u64 = 15_000;
/// Pause after telling a change, for each watcher. Writing to one costs about as much, so feeds take at most half of a
/// core however many changes there are: more of them go into one write instead.
pub(crate) const FEED_PACE_PER_WATCHER_US: u64 = 10;
/// Watchers that are woken together: half a millisecond of writes, for which everything else has to wait.
pub(crate) const FEED_WOKEN: usize = 128;
/// Deliveries in a page when `limit` is not given or 0.
pub(crate) const DELIVERIES_DEFAULT: usize = 25;
/// Most deliveries in a page: each may have 16 attempts with a KiB of what the receiver said.
pub(crate) const DELIVERIES_MAX: usize = 100;
/// Replays in a page when `limit` is not given or 0.
pub(crate) const REPLAYS_DEFAULT: usize = 25;
/// Most replays in a page; some 30 KiB.
pub(crate) const REPLAYS_MAX: usize = 100;
/// Seconds after which a test of a webhook is answered, whatever came of it: an attempt takes 8 at most, and its signature
/// may wait for others.
pub(crate) const TEST_SECONDS: u64 = 10;
/// Milliseconds for which a printed link signs in.
pub(crate) const ONCE_LINK_MS: i64 = 600_000;
/// Links that were printed and not used. One comes with a start.
pub(crate) const ONCE_LINKS_MAX: usize = 16;
/// Milliseconds for which a sign-in that failed counts against further ones.
pub(crate) const SIGN_IN_FAILURES_MS: i64 = 60_000;
/// Failed sign-ins of one address in that time, then wrong ones are told to wait: typing errors of a person, and of the
/// others in the office.
pub(crate) const SIGN_IN_FAILURES_PER_ADDRESS: usize = 10;
/// Failed sign-ins of all addresses in that time. A token cannot be guessed: this says that somebody tries.
pub(crate) const SIGN_IN_FAILURES_MAX: usize = 100;
/// Characters of the name of a time zone; the longest has 32.
pub(crate) const ZONE_MAX_CHARS: usize = 64;
/// Buckets of a count of sessions: each is a question to the index, and a bar on a screen of at most so many pixels.
pub(crate) const BUCKETS_MAX: usize = 1_500;
/// Buckets that are made when nobody says how long one is to be: bars of some five pixels.
pub(crate) const BUCKETS_WANTED: usize = 240;
/// Exports of sessions at a time. Each holds a reader of the ledger now and then, so the lists are still answered.
pub(crate) const EXPORTS_MAX: usize = 4;
/// Exports of one token at a time, so that others can have one as well.
pub(crate) const EXPORTS_PER_TOKEN: usize = 2;
/// Milliseconds after which an export ends: a client that reads too slowly keeps no turn for ever. Whoever needs more asks
/// for it in parts, by the time of the start.
pub(crate) const EXPORT_MS: i64 = 15 * 60_000;
/// Sessions that an export reads at a time: some 300 KiB of CSV.
pub(crate) const EXPORT_PAGE: u32 = 1_000;
/// Sessions that an export of whole records reads at a time: each has its stays.
pub(crate) const EXPORT_RECORDS: u32 = 50;
/// People in an answer of a timeline, when `limit` is not given, and at most: some 2 MiB with their stays.
pub(crate) const TIMELINE_PEOPLE: usize = 5_000;
/// Facts of a session with a timeline: some 100 MiB while it is made.
pub(crate) const TIMELINE_FACTS_MAX: usize = 500_000;
/// Sessions that are told whole at a time: each may hold [`TIMELINE_FACTS_MAX`] facts.
pub(crate) const STORIES_MAX: usize = 2;
/// How long the next one waits for its turn before it is told to come back: the longest session is told in some seconds.
pub(crate) const STORY_WAIT: Duration = Duration::from_secs(5);
/// Reads at a time that walk over much of an app: half of a core each at most, with a connection of its own to the ledger.
pub(crate) const WALKS_MAX: usize = 2;
/// How long the next one waits for its turn before it is told to come back.
pub(crate) const WALK_WAIT: Duration = Duration::from_secs(10);
/// Stays that are read to tell the people of a range apart: some half a minute, rests included.
pub(crate) const USAGE_STAYS_MAX: usize = 4_000_000;
/// People of all rows of a usage together: some 80 MiB while it is told.
pub(crate) const USAGE_PEOPLE_MAX: usize = 1_000_000;
/// Minutes of activity: a day, some 150 KiB.
pub(crate) const ACTIVITY_MINUTES_MAX: i64 = 1_441;
/// Hours of activity: 31 days, and one more where clocks go back.
pub(crate) const ACTIVITY_HOURS_MAX: i64 = 31 * 24 + 2;
/// Facts from the first row of an activity until now: some second, and 12 MiB.
pub(crate) const ACTIVITY_FACTS_MAX: usize = 500_000;
/// Milliseconds for which a lost connection is told with the activity as a late one.
pub(crate) const ACTIVITY_LATELY_MS: i64 = 5 * 60_000;
/// People who are looked at for a page of them: those who came last; some second.
pub(crate) const PEOPLE_LOOKED_AT_MAX: usize = 100_000;
/// Stays of one person that are told: those that were recorded last; some 10 MiB while they are.
pub(crate) const PERSON_STAYS_MAX: usize = 20_000;
/// Stays of which the losses of an app are told: some 0.3 s of work, and more people than a median needs.
pub(crate) const LOSS_STAYS_MAX: usize = 20_000;
/// How long a request waits for the index of people: what happened since somebody asked last is in it by then, as a rule.
pub(crate) const PEOPLE_PATIENCE: Duration = Duration::from_secs(2);
/// Points of the curve of a timeline: more than a screen has pixels across.
pub(crate) const CURVE_POINTS: usize = 2_000;
/// Sessions of a report of attendance: a term of lessons, one a working day.
pub(crate) const ATTENDANCE_SESSIONS_MAX: u32 = 200;
/// People times sessions of a report of attendance: some 20 MiB of JSON.
pub(crate) const ATTENDANCE_CELLS_MAX: usize = 50_000;
/// Seconds of a gap that may count as time in the room: a day, so that whoever wants to can take first in to last out.
pub(crate) const ATTENDANCE_GAP_MAX: u64 = 86_400;
/// Seconds after which somebody may be late: a day stands for never.
pub(crate) const ATTENDANCE_LATE_MAX: u64 = 86_400;
/// Presets that a report may leave out; each is compared with that of everybody.
pub(crate) const ATTENDANCE_PRESETS_MAX: usize = 20;
/// Lines of a sheet of attendance that are made at a time: some 150 KiB.
pub(crate) const ATTENDANCE_LINES: usize = 1_000;
/// Milliseconds for which a link to a report counts, when nobody says: a month.
pub(crate) const SHARE_MS: i64 = 30 * 86_400_000;
/// Milliseconds for which it may count: a year. It can be made anew.
pub(crate) const SHARE_MS_MAX: i64 = 366 * 86_400_000;
/// Milliseconds for which a browser keeps what it got for a link, at most. The page asks anew by itself.
pub(crate) const SHARE_COOKIE_MS: i64 = 12 * 3_600_000;
/// Tokens in a list, revoked ones included: some 300 KiB.
pub(crate) const TOKENS_LISTED_MAX: usize = 1_000;
/// Milliseconds after which clients come back, at least and at most: watchers that were cut together should not come
/// back together.
pub(crate) const FEED_RETRY_MS: (u64, u64) = (1_000, 6_000);
