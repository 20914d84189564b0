//! What somebody is known by, for those who look again later whether it still counts.

use sederunt_app::console;
use sederunt_node::Node;
use sederunt_store::StoreError;

/// What somebody is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// SHA-256 of the token.
    pub(crate) token: [u8; 32],
    /// SHA-256 of the cookie that stands for it, if one does.
    pub(crate) cookie: Option<[u8; 32]>,
}

impl Key {
    /// Whether it still counts.
    pub(crate) async fn counts(self, node: &Node) -> Result<bool, StoreError> {
        if let Some(cookie) = self.cookie
            && console::signed_in(node, cookie, node.now()).await?.is_none()
        {
            return Ok(false);
        }
        Ok(node.store().token(self.token).await?.is_some())
    }
}
