//! Every operation of the vendor, built or not.

use axum::http::Method;

use crate::document::Operation;

/// Pagecall v1.
pub(super) const ALL: &[Operation] = &[
    (Method::GET, "/rooms"),
    (Method::POST, "/rooms"),
    (Method::GET, "/rooms/{id}"),
    (Method::PUT, "/rooms/{id}"),
    (Method::DELETE, "/rooms/{id}"),
    (Method::GET, "/rooms/{room_id}/sessions"),
    (Method::POST, "/rooms/{room_id}/pages/create_many"),
    (Method::GET, "/rooms/{room_id}/members"),
    (Method::POST, "/rooms/{room_id}/members"),
    (Method::GET, "/rooms/{room_id}/members/{member_id}"),
    (Method::PUT, "/rooms/{room_id}/members/{member_id}"),
    (Method::POST, "/rooms/{room_id}/message"),
    (Method::GET, "/users"),
    (Method::POST, "/users"),
    (Method::GET, "/users/{user_id}"),
    (Method::PUT, "/users/{user_id}"),
    (Method::DELETE, "/users/{user_id}"),
];
