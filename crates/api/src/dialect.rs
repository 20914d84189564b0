//! In whose form errors are told. What can go wrong is the same at all doors; each dialect says it in its own way.

mod kit;
mod pagecall;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sederunt_app::AppError;
use sederunt_store::StoreError;

use crate::body::BadBody;
use crate::fault::Fault;
use crate::limit::TARGET_MAX_BYTES;

pub(crate) use kit::{ErrorItem, Errors as KitErrors, KitError, KitErrorBody, sentence};
pub(crate) use pagecall::{Code, Errors as PagecallErrors, PagecallError, PagecallErrorBody};

/// Why a request never reaches an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No credentials, or wrong ones.
    Stranger,
    /// Somebody who is known here, but by a token that is for meetings.
    Person,
    /// The console's cookie, with a request that no page of ours made.
    OtherSite,
    /// The console's cookie of somebody who only wanted to look.
    ReadOnly,
    /// No such path.
    NoPath,
    /// The path has no such method.
    NoMethod,
    /// Path and query are too long.
    TargetTooLong,
    /// The vendor has it, this server not yet.
    NotBuilt,
}

/// The error of a door: everything that can go wrong has a place in it.
pub(crate) trait DoorError:
    IntoResponse + From<Refusal> + From<Fault> + From<BadBody> + From<StoreError> + From<AppError> + Send
{
    /// Name of the schema of its body.
    const SCHEMA: &'static str;
}

/// A [`DoorError`] as a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// Name of the schema of its errors.
    pub(crate) schema: &'static str,
    /// The answer to what is refused.
    pub(crate) refuse: fn(Refusal) -> Response,
}

impl Dialect {
    /// That of `E`.
    pub(crate) const fn of<E: DoorError>() -> Self {
        Self { schema: E::SCHEMA, refuse: |refusal| E::from(refusal).into_response() }
    }
}

impl Refusal {
    /// The status where HTTP has one for it, and the words.
    fn http(self) -> (StatusCode, String) {
        let (status, words) = match self {
            Self::Stranger => (StatusCode::UNAUTHORIZED, "A valid API key is required"),
            Self::Person => (StatusCode::FORBIDDEN, "An API key is required, not a person's token"),
            Self::OtherSite => {
                (StatusCode::FORBIDDEN, "The console's cookie counts for requests of its own page alone")
            }
            Self::ReadOnly => (StatusCode::FORBIDDEN, "This sign-in is for looking: it changes nothing"),
            Self::NoPath => (StatusCode::NOT_FOUND, "No such path"),
            Self::NoMethod => (StatusCode::METHOD_NOT_ALLOWED, "The path has no such method"),
            Self::NotBuilt => (StatusCode::NOT_IMPLEMENTED, "This operation is not built yet on this server"),
            Self::TargetTooLong => {
                let words = format!("The request target has more than {TARGET_MAX_BYTES} bytes");
                return (StatusCode::URI_TOO_LONG, words);
            }
        };
        (status, words.to_owned())
    }
}
