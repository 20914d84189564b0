//! What is known of a name.

use std::net::IpAddr;
use std::sync::Arc;

/// The name has no address, or the resolver does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name has no address")]
pub struct NoAddress;

/// Its addresses, at least one.
pub(super) type Answer = Result<Arc<[IpAddr]>, NoAddress>;
