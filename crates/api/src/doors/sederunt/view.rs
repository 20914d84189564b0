//! The end of a feed.

use serde::Serialize;
use utoipa::ToSchema;

/// The feed ends here; go on with `Last-Event-ID`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedCut)]
pub(crate) struct Cut {
    /// `slow_reader`, `server_stopping`, `token_revoked` or `internal`.
    #[schema(pattern = "^(slow_reader|server_stopping|token_revoked|internal)$")]
    reason: &'static str,
    /// Everything wanted up to this sequence number was told.
    seq: u64,
}

impl Cut {
    /// The end, for `reason`.
    pub(super) fn of(reason: &'static str, seq: u64) -> Self {
        Self { reason, seq }
    }
}
