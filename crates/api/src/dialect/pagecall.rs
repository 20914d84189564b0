//! Errors of the Pagecall door: 400 for whatever the caller did, 500 for faults of ours (SEMANTICS §6.1).

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sederunt_app::AppError;
use sederunt_core::error::RoomError;
use sederunt_node::NodeError;
use sederunt_store::{StoreError, Thing};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::{DoorError, Refusal};
use crate::body::BadBody;
use crate::fault::Fault;

/// Machine-readable reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Code {
    /// A parameter or a body field is not valid.
    InvalidParameter,
    /// No key, or a wrong one.
    Unauthenticated,
    /// A key that does not reach this workspace.
    Unauthorized,
    /// No such room in this workspace.
    RoomNotFound,
    /// No such member in this room.
    MemberNotFound,
    /// No such user in this workspace.
    UserNotFound,
    /// The room is terminated, which cannot be undone.
    RoomTerminated,
    /// Fault of ours.
    Internal,
    /// No such path.
    NotFound,
    /// The path has no such method.
    MethodNotAllowed,
    /// The vendor has it, this server not yet.
    NotImplemented,
    /// The body or the request target is too large.
    TooLarge,
    /// The body is compressed, or no JSON.
    UnsupportedMediaType,
}

/// What a caller did wrong, or what went wrong here.
#[derive(Debug)]
pub(crate) struct PagecallError {
    status: StatusCode,
    body: PagecallErrorBody,
}

/// Error body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct PagecallErrorBody {
    /// Machine-readable reason.
    code: Code,
    /// For people.
    message: String,
    /// Name of the parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    parameter: Option<Cow<'static, str>>,
}

/// The error answers of every operation.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "documents the answers")]
pub(crate) enum Errors {
    /// Wrong parameters, or no valid key, or a key that does not reach this object.
    #[response(status = 400)]
    BadRequest(PagecallErrorBody),
    /// Fault in the server.
    #[response(status = 500)]
    Internal(PagecallErrorBody),
}

impl PagecallError {
    /// Any status.
    pub(crate) fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self { status, body: PagecallErrorBody { code, message: message.into(), parameter: None } }
    }

    /// 400 with a code.
    pub(crate) fn bad(code: Code, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// No such room, or not in this workspace: the caller cannot tell.
    pub(crate) fn no_room() -> Self {
        Self::bad(Code::RoomNotFound, "Room not found")
    }

    /// No such member in the room.
    pub(crate) fn no_member() -> Self {
        Self::bad(Code::MemberNotFound, "Member not found")
    }

    /// No such user in the workspace.
    pub(crate) fn no_user(user_id: &str) -> Self {
        Self::bad(Code::UserNotFound, format!("User not found: {user_id}"))
    }

    /// 503: the disk is behind, or the server stops.
    fn unavailable() -> Self {
        let message = "The server is busy or stopping; try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Internal, message)
    }

    /// 500; the reason is logged, not told.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a request of the Pagecall door failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, "Internal error")
    }
}

impl IntoResponse for PagecallError {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl DoorError for PagecallError {
    const SCHEMA: &'static str = "Error";
}

impl From<Refusal> for PagecallError {
    fn from(refusal: Refusal) -> Self {
        let (status, words) = refusal.http();
        match refusal {
            Refusal::Stranger => Self::bad(Code::Unauthenticated, words),
            // The console's cookie counts for nothing here.
            Refusal::Person | Refusal::OtherSite | Refusal::ReadOnly => Self::bad(Code::Unauthorized, words),
            Refusal::NoPath => Self::new(status, Code::NotFound, words),
            Refusal::NoMethod => Self::new(status, Code::MethodNotAllowed, words),
            Refusal::TargetTooLong => Self::new(status, Code::TooLarge, words),
            Refusal::NotBuilt => Self::new(status, Code::NotImplemented, words),
        }
    }
}

impl From<Fault> for PagecallError {
    fn from(fault: Fault) -> Self {
        let mut error = Self::bad(Code::InvalidParameter, fault.message());
        error.body.parameter = Some(fault.field).filter(|field| !field.is_empty());
        error
    }
}

impl From<BadBody> for PagecallError {
    fn from(bad: BadBody) -> Self {
        match bad {
            BadBody::TooLarge => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, "The body is too large")
            }
            BadBody::Media(message) => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::UnsupportedMediaType, message)
            }
            BadBody::Fault(fault) => fault.into(),
        }
    }
}

impl From<StoreError> for PagecallError {
    fn from(error: StoreError) -> Self {
        // Deleted since the request began.
        if matches!(error, StoreError::NotFound(Thing::Meeting)) {
            return Self::no_room();
        }
        if matches!(error, StoreError::NotFound(Thing::Participant)) {
            return Self::no_member();
        }
        if matches!(error, StoreError::NotFound(Thing::User)) {
            return Self::bad(Code::UserNotFound, "User not found");
        }
        if matches!(error, StoreError::Busy(_)) {
            return Self::unavailable();
        }
        if let StoreError::Unwritable(why) = error {
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Internal, why.to_string());
        }
        Self::internal(&error)
    }
}

impl From<AppError> for PagecallError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Fault(fault) => fault.into(),
            AppError::Node(error) => error.into(),
            AppError::NoPreset(_) | AppError::NoSession | AppError::NoRandomness => Self::internal(&error),
        }
    }
}

impl From<NodeError> for PagecallError {
    fn from(error: NodeError) -> Self {
        match error {
            NodeError::Room(RoomError::Closed) => Self::bad(Code::RoomTerminated, "The room is terminated"),
            NodeError::Store(error) => error.into(),
            NodeError::Room(RoomError::Limit { .. } | RoomError::Unwritable)
            | NodeError::Full
            | NodeError::Stopping => Self::unavailable(),
            NodeError::Room(_) | NodeError::SigningKey(_) | NodeError::RoomFailed(_) => {
                Self::internal(&error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_behind_is_told_with_a_time_to_come_back() {
        for error in [StoreError::Busy(1).into(), NodeError::Store(StoreError::Busy(1)).into()] {
            let response = PagecallError::into_response(error);
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        }
        let response = PagecallError::from(StoreError::Closed).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!response.headers().contains_key(header::RETRY_AFTER));
    }
}
