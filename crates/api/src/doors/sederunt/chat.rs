//! `GET …/sessions/{session_id}/chat`: the chat of a session as CSV, for whoever has a link to it (SEMANTICS §5).
//!
//! The file is written while pages of the ledger are read, one when the other is taken: a chat of any length takes the
//! memory of a page, and a reader who is slow holds nothing up.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use sederunt_app::chat;
use sederunt_app::chat_files::FileLinks;
use sederunt_changes::text::iso;
use sederunt_core::id::{Id, SessionId};
use sederunt_core::words::chat::ChatMessage;
use sederunt_store::{ChatPage, ChatPlace, SessionRow, Store, StoreError};
use serde_json::Value;

use crate::dialect::{KitError, KitErrorBody};
use crate::origin::Origin;
use crate::state::Api;
use crate::{link, path};

/// How long the links to files in it are good, from the download on.
const FILES_GOOD_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// The columns.
const HEADER: &str =
    "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,createdAt\r\n";

/// The session of a link that is good.
#[derive(Debug)]
pub(super) struct Linked {
    session: SessionRow,
    store: Store,
    files: FileLinks,
}

impl FromRequestParts<Api> for Linked {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        // Whatever is wrong with a link: the answer is the same, and nobody learns which sessions there are.
        let not_good = || KitError::new(StatusCode::FORBIDDEN, "This link is not valid, or not any more");
        let session = path::param(parts, &["session_id"]).and_then(|text| Id::parse(&text).ok());
        let link = link::chat_link(parts.uri.query().unwrap_or_default());
        let (session, link) = session.zip(link).ok_or_else(not_good)?;
        let session = chat::open(&api.node, SessionId(session), &link).await?.ok_or_else(not_good)?;
        let Origin(origin) =
            Origin::from_request_parts(parts, api).await.unwrap_or_else(|never| match never {});
        let until = api.node.now().plus_ms(FILES_GOOD_MS);
        let files = FileLinks::until(api.node.clone(), origin, until);
        Ok(Self { session, store: api.node.store().clone(), files })
    }
}

/// The chat of a session as CSV (RFC 4180), oldest message first: what was said to everybody and is not deleted.
#[utoipa::path(
    get,
    path = "/sessions/{session_id}/chat",
    operation_id = "GetSessionChatFile",
    tag = "Chat",
    security(()),
    params(
        ("session_id" = String, Path),
        ("expires" = u64, Query, description = "As in the link."),
        ("signature" = String, Query, description = "As in the link.")
    ),
    responses(
        (status = 200, description = "Done.", body = String, content_type = "text/csv"),
        (status = 403, description = "The link is not valid, or not any more.", body = KitErrorBody),
        (status = 500, description = "Fault in the server.", body = KitErrorBody)
    )
)]
pub(super) async fn file(linked: Linked) -> Result<Response, KitError> {
    let Linked { session, store, files } = linked;
    let name = format!("attachment; filename=\"chat-{}.csv\"", session.id);
    // The status is decided when the first page is there; a fault after that cuts the file off, which the client sees.
    let first = store.public_chat(session.id, None).await?;
    let chunks = stream::try_unfold(Export { session, store, files, next: Next::First(first) }, Export::next);
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, name.as_str()),
        // The link is all that it takes, so a page on any origin may have it.
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// A file on its way from the ledger to the client.
struct Export {
    session: SessionRow,
    store: Store,
    files: FileLinks,
    next: Next,
}

/// What comes next.
enum Next {
    /// The header, and a page that is read.
    First(ChatPage),
    /// A page that is not.
    Behind(ChatPlace),
    /// Nothing.
    End,
}

impl Export {
    async fn next(self) -> Result<Option<(Bytes, Self)>, StoreError> {
        let Self { session, store, files, next } = self;
        let (head, page) = match next {
            Next::First(page) => (HEADER, page),
            Next::Behind(place) => ("", store.public_chat(session.id, Some(place)).await?),
            Next::End => return Ok(None),
        };
        let mut text = head.to_owned();
        for message in &page.messages {
            line(&mut text, &session, &files, message);
        }
        let next = page.next.map_or(Next::End, Next::Behind);
        Ok(Some((text.into(), Self { session, store, files, next })))
    }
}

/// Writes one message.
fn line(text: &mut String, session: &SessionRow, files: &FileLinks, message: &ChatMessage) {
    let yes_or_no = |flag: bool| if flag { "true" } else { "false" };
    let told = files.payload(message);
    let (kind, payload) = payload(message.payload_type, &told);
    let columns: [Cow<'_, str>; 10] = [
        message.id.to_string().into(),
        message.peer.to_string().into(),
        session.id.to_string().into(),
        session.meeting.to_string().into(),
        message.display_name.as_str().into(),
        yes_or_no(message.pinned).into(),
        yes_or_no(message.edited).into(),
        kind.into(),
        payload,
        iso(message.at).into(),
    ];
    for (i, column) in columns.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        field(text, column);
    }
    text.push_str("\r\n");
}

/// The vendor's name of what a message is, and what of it goes into the file: of an image or a file, the link.
fn payload(payload_type: i32, payload: &str) -> (&'static str, Cow<'_, str>) {
    match payload_type {
        0 => ("TEXT_MESSAGE", payload.into()),
        1 => ("IMAGE_MESSAGE", payload.into()),
        2 => ("FILE_MESSAGE", link_of_file(payload).map_or(payload.into(), Into::into)),
        // The room takes no others.
        _ => ("CUSTOM_MESSAGE", payload.into()),
    }
}

/// The link of a file's payload, `{link, name, size}` (PROTOCOL §7.1).
fn link_of_file(payload: &str) -> Option<String> {
    Some(serde_json::from_str::<Value>(payload).ok()?.get("link")?.as_str()?.to_owned())
}

/// Writes a field as it is, in quotes where it could be taken for more than one (RFC 4180 §2). The file is data, not a
/// sheet: what looks like a formula stays as it was said.
fn field(text: &mut String, value: &str) {
    if !value.contains(['"', ',', '\r', '\n']) {
        return text.push_str(value);
    }
    text.push('"');
    text.push_str(&value.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        for (value, wanted) in [
            ("", ""),
            ("plain text; 'quoted'", "plain text; 'quoted'"),
            ("Hello, \"all\"", "\"Hello, \"\"all\"\"\""),
            ("line 1\nline 2", "\"line 1\nline 2\""),
            ("a\rb", "\"a\rb\""),
            ("=HYPERLINK(\"http://x\")", "\"=HYPERLINK(\"\"http://x\"\")\""),
            ("=1+1", "=1+1"),
        ] {
            let mut text = String::new();
            field(&mut text, value);
            assert_eq!(text, wanted);
        }
    }

    #[test]
    fn a_file_is_its_link() {
        assert_eq!(
            link_of_file(r#"{"link":"https://x/f","name":"f","size":1}"#).as_deref(),
            Some("https://x/f")
        );
        for other in ["https://x/f", "{}", r#"{"link":5}"#, "[]", ""] {
            assert_eq!(link_of_file(other), None, "{other}");
        }
    }
}
