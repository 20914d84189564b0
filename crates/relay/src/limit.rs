//! Every limit of the relay, with its reason.

use std::time::Duration;

/// Bytes of a message; a datagram that can be ours, and a header.
pub const MESSAGE_MAX_BYTES: usize = 2_100;
/// Channels of one client: it binds one for each address that media has.
pub const CHANNELS_MAX: usize = 16;
/// How long credentials are good: a day of work. A call that is under way goes on with what it has.
pub const CREDENTIALS_SECS: u64 = 12 * 60 * 60;
/// How long a lent address is kept without being asked for again (RFC 8656 §3.2).
pub const LIFETIME: Duration = Duration::from_secs(600);
/// How long it may be asked for at once.
pub const LIFETIME_MAX: Duration = Duration::from_secs(3_600);
/// How long a nonce is taken, and as long again (RFC 8656 §5 wants an hour at most).
pub const NONCE_SECS: u64 = 1_200;
