//! Every limit of the doors, with its reason.

/// Bytes of path and query. Longer ones are refused with 414 (SEMANTICS §3.7).
pub(crate) const TARGET_MAX_BYTES: usize = 16 * 1024;
/// Bytes of a body. A room with [`MEMBERS_MAX`] members fits.
pub(crate) const BODY_MAX_BYTES: usize = 1024 * 1024;
/// Bytes of an API token; ours have far fewer. Bounds what a stranger makes us hash.
pub(crate) const TOKEN_MAX_BYTES: usize = 512;
/// Characters of a title or a name (meeting, room, app, participant, member, user). Fits every UI.
pub(crate) const NAME_MAX_CHARS: usize = 256;
/// Characters of an id that the customer chose (`custom_participant_id`, `user_id`).
pub(crate) const CUSTOM_ID_MAX_CHARS: usize = 256;
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
/// Ids in one kick request: as many as a room holds peers.
pub(crate) const KICK_IDS_MAX: usize = 1000;
/// Words to recognise in a transcript; characters of each.
pub(crate) const KEYWORDS_MAX: usize = 500;
