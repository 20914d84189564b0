//! What is refused of what the owner of a webhook asks for, in the words of the door.

use axum::http::StatusCode;
use sederunt_webhook::owner::OwnerError;
use sederunt_webhook::service::DeskError;
use utoipa::IntoResponses;

use crate::dialect::{KitError, KitErrorBody, sentence};

/// The webhook is switched off, what is asked for is under way, or too much of it is.
#[derive(IntoResponses)]
#[response(status = 409)]
#[expect(dead_code, reason = "documents the answer")]
pub(super) struct Conflict(KitErrorBody);

impl From<DeskError> for KitError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::NoEvent => Self::not_found("Delivery"),
            DeskError::UnderWay | DeskError::TooMany | DeskError::TooManyWait => conflict(&error.to_string()),
            DeskError::NotServed => Self::new(StatusCode::SERVICE_UNAVAILABLE, sentence(&error.to_string())),
            DeskError::Unsigned => Self::internal(&error),
            DeskError::Store(error) => error.into(),
        }
    }
}

impl From<OwnerError> for KitError {
    fn from(error: OwnerError) -> Self {
        match error {
            OwnerError::NoEvent => Self::not_found("Delivery"),
            OwnerError::Off
            | OwnerError::Unlisted(_)
            | OwnerError::ReplayOver
            | OwnerError::TooManyReplays(_) => conflict(&error.to_string()),
            OwnerError::Backwards | OwnerError::Nothing | OwnerError::TooManyFailed(_) => {
                Self::bad_request(&error.to_string())
            }
            OwnerError::Beyond(last) => Self::bad_request(&format!("\"to_sequence\" must be at most {last}")),
            OwnerError::Desk(error) => error.into(),
        }
    }
}

fn conflict(words: &str) -> KitError {
    KitError::new(StatusCode::CONFLICT, sentence(words))
}
