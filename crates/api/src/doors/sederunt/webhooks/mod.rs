//! What the owner of a webhook sees of it and asks for, below `…/webhooks/{webhook_id}`, and the same of a room's webhook, below
//! `…/rooms/{room_id}/webhook` (docs/decisions/0033-delivery-operations.md).

mod access;
pub(super) mod deliveries;
pub(super) mod delivery;
mod place;
mod refused;
pub(super) mod replays;
mod request;
pub(super) mod secret;
pub(super) mod status;
pub(super) mod test;
