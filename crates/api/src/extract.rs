//! What operations take of a request beside who asks. `E` is the door's error.

use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::body;
use crate::dialect::DoorError;
use crate::query::{FromQuery, Query};
use crate::state::Api;

/// The parameters of the query.
#[derive(Debug)]
pub(crate) struct Params<T, E>(pub(crate) T, pub(crate) PhantomData<E>);

/// The JSON body.
#[derive(Debug)]
pub(crate) struct Body<T, E>(pub(crate) T, pub(crate) PhantomData<E>);

impl<T: FromQuery, E: DoorError> FromRequestParts<Api> for Params<T, E> {
    type Rejection = E;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, E> {
        let query = Query::parse(parts.uri.query().unwrap_or_default())?;
        Ok(Self(T::from_query(&query)?, PhantomData))
    }
}

impl<T: DeserializeOwned, E: DoorError> FromRequest<Api> for Body<T, E> {
    type Rejection = E;

    async fn from_request(request: Request, _: &Api) -> Result<Self, E> {
        Ok(Self(body::read(request).await?, PhantomData))
    }
}
