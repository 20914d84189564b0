//! Errors of the RealtimeKit door, and of our own: one superset body that both kinds of clients can read (SEMANTICS §3.2).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sederunt_app::AppError;
use sederunt_core::error::RoomError;
use sederunt_node::NodeError;
use sederunt_store::StoreError;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoResponses, ToSchema};

use super::{DoorError, Refusal};
use crate::body::BadBody;
use crate::fault::Fault;
use crate::principal;

/// Code of authentication failures in `errors[]`.
const AUTH_CODE: u32 = 10_000;

/// What a caller did wrong, or what went wrong here.
#[derive(Debug)]
pub(crate) struct KitError {
    status: StatusCode,
    code: u32,
    message: String,
}

/// Error body. `success` and `error` are the RealtimeKit form; `errors`, `messages` and `result` the Cloudflare one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KitError)]
pub(crate) struct KitErrorBody {
    /// Always false.
    success: bool,
    /// What is wrong.
    error: ErrorItem,
    /// The same in the form of Cloudflare v4.
    errors: [ErrorItem; 1],
    /// Empty.
    messages: [String; 0],
    /// Null.
    #[schema(value_type = Option<Object>)]
    result: Value,
}

/// A code and a message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ErrorItem {
    /// HTTP status; 10000 for authentication failures in `errors`.
    code: u32,
    /// In words.
    message: String,
}

/// The error answers of every operation.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "documents the answers")]
pub(crate) enum Errors {
    /// A parameter or the body is not valid.
    #[response(status = 400)]
    BadRequest(KitErrorBody),
    /// No credentials, or wrong ones.
    #[response(status = 401)]
    Unauthorized(KitErrorBody),
    /// The credentials do not reach this account, or not this operation.
    #[response(status = 403)]
    Forbidden(KitErrorBody),
    /// No such object in this app.
    #[response(status = 404)]
    NotFound(KitErrorBody),
    /// Fault in the server.
    #[response(status = 500)]
    Internal(KitErrorBody),
}

impl KitError {
    /// Any status; the code is the status.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, code: u32::from(status.as_u16()), message: message.into() }
    }

    /// 400 in the vendor's wording.
    pub(crate) fn bad_request(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("BAD_REQUEST: {message}"))
    }

    /// 404: `what` does not exist, or not here.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    /// 403: the caller is known, and may not.
    pub(crate) fn forbidden() -> Self {
        Self::auth(StatusCode::FORBIDDEN)
    }

    fn auth(status: StatusCode) -> Self {
        Self { status, code: AUTH_CODE, message: "Authentication error".to_owned() }
    }

    /// 500; the reason is in the log only.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a request of the RealtimeKit door failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error")
    }

    fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The server is busy or stopping; try again")
    }
}

impl IntoResponse for KitError {
    fn into_response(self) -> Response {
        let Self { status, code, message } = self;
        let body = KitErrorBody {
            success: false,
            error: ErrorItem { code: u32::from(status.as_u16()), message: message.clone() },
            errors: [ErrorItem { code, message }],
            messages: [],
            result: Value::Null,
        };
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::UNAUTHORIZED => {
                let (name, value) = principal::CHALLENGE;
                headers.insert(name, HeaderValue::from_static(value));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl DoorError for KitError {
    const SCHEMA: &'static str = "KitError";
}

impl From<Refusal> for KitError {
    fn from(refusal: Refusal) -> Self {
        let (status, words) = refusal.http();
        match refusal {
            // Whoever may not is told no more than that.
            Refusal::Stranger | Refusal::Person => Self::auth(status),
            Refusal::OtherSite
            | Refusal::ReadOnly
            | Refusal::NoPath
            | Refusal::NoMethod
            | Refusal::TargetTooLong
            | Refusal::NotBuilt => Self::new(status, words),
        }
    }
}

impl From<Fault> for KitError {
    fn from(fault: Fault) -> Self {
        Self::bad_request(&fault.message())
    }
}

impl From<BadBody> for KitError {
    fn from(bad: BadBody) -> Self {
        match bad {
            BadBody::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            BadBody::Media(message) => Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message),
            BadBody::Fault(fault) => fault.into(),
        }
    }
}

/// The words as a sentence begins.
pub(crate) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl From<StoreError> for KitError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Exists(what) => {
                Self::new(StatusCode::CONFLICT, format!("{} exists already", sentence(what.as_str())))
            }
            StoreError::NotFound(what) => Self::not_found(&sentence(what.as_str())),
            // Waiting does not help, as 503 would say.
            StoreError::Limit { .. } => Self::bad_request(&error.to_string()),
            StoreError::Busy(_) => Self::unavailable(),
            StoreError::Unwritable(why) => Self::new(StatusCode::SERVICE_UNAVAILABLE, why.to_string()),
            StoreError::Damaged(_) | StoreError::Sqlite(_) | StoreError::Io { .. } | StoreError::Closed => {
                Self::internal(&error)
            }
        }
    }
}

impl From<AppError> for KitError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Fault(fault) => fault.into(),
            AppError::Node(error) => error.into(),
            AppError::NoPreset(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            AppError::NoSession => Self::not_found("active session"),
            AppError::NoRandomness => Self::internal(&error),
        }
    }
}

impl From<NodeError> for KitError {
    fn from(error: NodeError) -> Self {
        match error {
            NodeError::Store(error) => error.into(),
            NodeError::Room(RoomError::NotFound(what)) => Self::not_found(what),
            // It gets no less full by waiting, as 503 would say.
            NodeError::Room(full @ RoomError::Limit { .. }) => Self::bad_request(&full.to_string()),
            NodeError::Room(RoomError::Unwritable) | NodeError::Full | NodeError::Stopping => {
                Self::unavailable()
            }
            NodeError::Room(_) | NodeError::SigningKey(_) | NodeError::RoomFailed(_) => {
                Self::internal(&error)
            }
        }
    }
}
