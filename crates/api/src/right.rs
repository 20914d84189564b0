//! What the permissions of an API key in an account are enough for.

use sederunt_store::Permission;

/// What an operation needs.
pub(crate) trait Right: Send + Sync + 'static {
    /// Whether this permission is enough.
    fn granted(permission: Permission) -> bool;
}

/// Reading, and whatever gives out participant tokens.
#[derive(Debug)]
pub(crate) struct Read;

/// Everything else.
#[derive(Debug)]
pub(crate) struct Change;

impl Right for Read {
    fn granted(permission: Permission) -> bool {
        matches!(permission, Permission::Realtime | Permission::RealtimeAdmin)
    }
}

impl Right for Change {
    fn granted(permission: Permission) -> bool {
        permission == Permission::RealtimeAdmin
    }
}
