//! The console's sign-in: a cookie that stands for an API token, and when it counts (docs/decisions/0049-console.md).
//!
//! A browser sends a cookie with whatever anybody makes it ask for. So one place, [`admit`], says for all doors when one counts:
//! below our own two prefixes, in requests that the page itself made, and not for changes when somebody only wanted to look.

mod admit;
mod browser;
mod cookie;
mod failures;
mod once;

use std::sync::Arc;

pub use once::OnceLinks;

pub(crate) use admit::{ReadShare, admit, admit_share, is_own_page};
pub(crate) use browser::browser;
pub(crate) use cookie::Place;
pub use cookie::host_name;
pub(crate) use failures::Failures;
pub(crate) use once::secret;

/// Settings of the console.
#[derive(Debug, Clone)]
pub struct ConsoleConfig {
    /// Whether there is one.
    pub is_enabled: bool,
    /// A proxy in front of this server speaks TLS, so browsers are told to send the cookie by TLS alone.
    pub is_behind_tls: bool,
    /// The console's own host name, in small letters, without a port: a cookie counts there alone.
    pub host: Option<String>,
    /// Links that sign in by themselves.
    pub once: Arc<OnceLinks>,
}

impl Default for ConsoleConfig {
    fn default() -> Self {
        Self { is_enabled: true, is_behind_tls: false, host: None, once: Arc::default() }
    }
}
