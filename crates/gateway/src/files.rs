//! Files of the chat, as the client uploads and shows them (PROTOCOL §2.3, §7.1): `POST /v2/meetings/chat-upload` gives two links,
//! bytes are put to the one, and are at the other.

mod range;

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::{self, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use http_body_util::BodyExt;
use sederunt_app::admission;
use sederunt_app::chat_files::{
    ChatFiles, FileLink, FileRefusal, LOOK_EVERY_MS, UploadLink, encoded_name, plain_name,
};
use sederunt_core::id::{FileId, MeetingId, ParticipantId, SessionId};
use sederunt_core::time::UnixMs;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::Gateway;
use crate::http::{Refused, bearer, origin_of};

use range::Part;

/// How long an upload waits for bytes before it looks whether its owner is still there.
const LOOK_EVERY: Duration = Duration::from_millis(LOOK_EVERY_MS as u64);
/// Nobody holds a place among the uploads for longer without sending anything: 15 s.
const SILENT_LOOKS_MAX: u32 = 14;
/// Bytes of a file that are read at a time.
const READ_BYTES: usize = 64 * 1024;
/// How long a browser may keep a file: its link is another one after a day, and a file never changes.
const CACHE: &str = "private, max-age=86400, immutable";
/// A browser runs nothing of a file and loads nothing for it, whatever it is.
const POLICY: &str = "sandbox; default-src 'none'";
/// What the official client sends in place of a file whose type it does not know, or is JSON: it makes JSON of the file itself,
/// and nothing of the file is in it (PROTOCOL §7.1).
const NOTHING_OF_A_FILE: &[u8] = b"{}";

/// Body of `POST /v2/meetings/chat-upload`. Until when a link shall be good (`expiry`) is not asked: it is renewed whenever a message
/// is told.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(rename = "roomUUID")]
    room: Option<Value>,
    filename: Option<Value>,
}

/// `POST /v2/meetings/chat-upload`: where to put a file, and where it will be.
pub(crate) async fn offer(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Value>, Refused> {
    let files = offered(&gateway)?;
    let token = bearer(&headers).ok_or_else(Refused::no_token)?;
    gateway.node.takes_writes()?;
    let ticket = admission::admit(&gateway.node, token).await?;
    let bad = |message: String| Refused::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    let Json(Asked { room, filename }) = body.map_err(|e| bad(e.body_text()))?;
    // The client names its meeting; the token has said which that is.
    if let Some(room) = room.filter(|room| !room.is_null()) {
        let named: Option<MeetingId> = room.as_str().and_then(|room| room.parse().ok());
        if named != Some(ticket.meeting.id) {
            let message = "the token is for another meeting";
            return Err(Refused::new(StatusCode::FORBIDDEN, "WRONG_MEETING", message));
        }
    }
    let Some(Value::String(name)) = filename else {
        return Err(bad("\"filename\" must be a string".to_owned()));
    };
    let offer = files.offer(&ticket, &name).await.map_err(|e| refused(&gateway, e))?;
    let origin = origin_of(&gateway.config, &headers);
    Ok(Json(json!({ "success": true, "data": {
        "get_location": format!("{origin}{}", offer.get),
        "put_location": format!("{origin}{}", offer.put),
    } })))
}

/// The path of a file; its name is for whoever saves it.
type Where = Result<Path<(SessionId, FileId, String)>, PathRejection>;

/// The query of a link to upload.
#[derive(Debug, Deserialize)]
pub(crate) struct ToUpload {
    by: ParticipantId,
    name: String,
    until: i64,
    signature: String,
}

/// `PUT /files/{session}/{file}/{name}`: the bytes.
pub(crate) async fn upload(
    State(gateway): State<Gateway>,
    at: Where,
    query: Result<Query<ToUpload>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Refused> {
    let files = offered(&gateway)?;
    let (Ok(Path((session, file, _))), Ok(Query(query))) = (at, query) else {
        return Err(refused(&gateway, FileRefusal::BadLink));
    };
    let ToUpload { by, name, until, signature } = query;
    let link = UploadLink { session, file, by, name, until: UnixMs(until), signature };
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        let message = "a file must not be compressed for its upload";
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message));
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let is_json = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if is_json && announced == Some(NOTHING_OF_A_FILE.len() as u64) {
        let first = body.collect().await.map(http_body_util::Collected::to_bytes);
        let message = "the file did not arrive: the client sends \"{}\" in place of files of this type";
        return Err(match first {
            Ok(bytes) if bytes == NOTHING_OF_A_FILE => {
                Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "FILE_EMPTY_JSON", message)
            }
            Ok(_) | Err(_) => refused(&gateway, FileRefusal::CutOff),
        });
    }
    let taken = take(files, link, announced, body).await.map_err(|e| refused(&gateway, e))?;
    Ok(Json(json!({ "success": true, "data": { "bytes": taken } })))
}

/// Takes the bytes. Returns how many are kept.
async fn take(
    files: &ChatFiles,
    link: UploadLink,
    announced: Option<u64>,
    mut body: Body,
) -> Result<u64, FileRefusal> {
    let mut upload = files.upload(link, announced).await?;
    let mut silent = 0;
    loop {
        upload.look().await?;
        match timeout(LOOK_EVERY, body.frame()).await {
            Ok(Some(Ok(frame))) => {
                silent = 0;
                if let Ok(bytes) = frame.into_data() {
                    upload.write(bytes).await?;
                }
            }
            Err(_) if silent < SILENT_LOOKS_MAX => silent += 1,
            Ok(Some(Err(_))) | Err(_) => return Err(FileRefusal::CutOff),
            Ok(None) => return Ok(upload.finish().await?.bytes),
        }
    }
}

/// The query of a link to download.
#[derive(Debug, Deserialize)]
pub(crate) struct ToRead {
    until: i64,
    signature: String,
}

/// `GET /files/{session}/{file}/{name}`: the bytes, for whoever has a link. A picture is shown in place, everything else is saved.
pub(crate) async fn read(
    State(gateway): State<Gateway>,
    at: Where,
    query: Result<Query<ToRead>, QueryRejection>,
    asked: HeaderMap,
) -> Result<Response, Refused> {
    let files = offered(&gateway)?;
    let (Ok(Path((session, file, _))), Ok(Query(ToRead { until, signature }))) = (at, query) else {
        return Err(refused(&gateway, FileRefusal::BadLink));
    };
    let link = FileLink { session, file, until: UnixMs(until), signature };
    let (row, bytes, len) = files.read(&link).await.map_err(|e| refused(&gateway, e))?;
    let tag = format!("\"{file}\"");
    let range = range::of(&asked, &tag, len);
    let how = if row.kind.is_picture() { "inline" } else { "attachment" };
    let disposition = disposition(how, &row.name);
    let headers = [
        (CONTENT_TYPE, row.kind.media_type()),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, CACHE),
        (header::ACCEPT_RANGES, "bytes"),
        (header::ETAG, tag.as_str()),
        // A page that is isolated from other origins may show it all the same.
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    let (status, first, last) = match range {
        Part::Whole => (StatusCode::OK, 0, len.checked_sub(1)),
        Part::Of { first, last } => (StatusCode::PARTIAL_CONTENT, first, Some(last)),
        Part::Outside => {
            let of = [(CONTENT_RANGE, format!("bytes */{len}")), (CONTENT_LENGTH, "0".to_owned())];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers, of).into_response());
        }
    };
    let left = last.map_or(0, |last| last.saturating_sub(first).saturating_add(1));
    let body = Body::from_stream(bytes_of(bytes, first, left));
    let mut response = (status, headers, [(CONTENT_LENGTH, left.to_string())], body).into_response();
    if let Some(last) = last.filter(|_| status == StatusCode::PARTIAL_CONTENT)
        && let Ok(of) = format!("bytes {first}-{last}/{len}").parse()
    {
        response.headers_mut().insert(CONTENT_RANGE, of);
    }
    Ok(response)
}

/// So many bytes of a file from a place on, some at a time. A thread is held for the time of a read, and not while the client is slow.
fn bytes_of(file: File, from: u64, left: u64) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold((file, from, left), |(file, from, left)| async move {
        if left == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let mut part = vec![0; READ_BYTES.min(usize::try_from(left).unwrap_or(READ_BYTES))];
            file.read_exact_at(&mut part, from).map(|()| (part, file))
        });
        let (part, file) = read.await??;
        let read = part.len() as u64;
        Ok(Some((Bytes::from(part), (file, from.saturating_add(read), left.saturating_sub(read)))))
    })
}

/// RFC 6266: the name in ASCII, and as it is.
fn disposition(how: &str, name: &str) -> String {
    format!("{how}; filename=\"{}\"; filename*=UTF-8''{}", plain_name(name), encoded_name(name))
}

fn offered(gateway: &Gateway) -> Result<&ChatFiles, Refused> {
    let message = "files in chat are not offered by this server";
    let files = gateway.config.files.as_ref();
    files.ok_or_else(|| Refused::new(StatusCode::NOT_IMPLEMENTED, "NOT_OFFERED", message))
}

/// The answer, counted.
fn refused(gateway: &Gateway, refusal: FileRefusal) -> Refused {
    let code = refusal.kind();
    gateway.node.metrics().refusal(code);
    let status = match &refusal {
        FileRefusal::NotAllowed(_) | FileRefusal::NotInRoom | FileRefusal::BadLink => StatusCode::FORBIDDEN,
        FileRefusal::Gone => StatusCode::NOT_FOUND,
        FileRefusal::Used | FileRefusal::SessionOver | FileRefusal::Unsent { .. } => StatusCode::CONFLICT,
        FileRefusal::TooLarge { .. } | FileRefusal::SessionFull { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        FileRefusal::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        FileRefusal::TooMany => StatusCode::TOO_MANY_REQUESTS,
        FileRefusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
        FileRefusal::CutOff => StatusCode::BAD_REQUEST,
        FileRefusal::Store(error) if error.is_disk() => StatusCode::SERVICE_UNAVAILABLE,
        FileRefusal::Store(_) | FileRefusal::Fault => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if let FileRefusal::Store(error) = &refusal {
        tracing::error!(%error, "a file failed");
        return Refused::new(status, code, "the server could not keep or read the file");
    }
    let refused = Refused::new(status, code, refusal.to_string());
    if status == StatusCode::TOO_MANY_REQUESTS { refused.again_in(Duration::from_secs(1)) } else { refused }
}
