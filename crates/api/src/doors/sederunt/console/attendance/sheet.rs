//! A report as a sheet: a line a person and session, or a line a person with a column a session.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::{SessionRow, StoreError};
use utoipa::IntoParams;

use super::asked::{Asked, Target};
use super::gather::{Gathered, gather};
use super::rule::{Line, Register, Row, Verdict, total};
use crate::console::ReadShare;
use crate::dialect::KitError;
use crate::doors::sederunt::console::csv::{cell, instant, seconds};
use crate::doors::sederunt::console::export::refusal;
use crate::doors::sederunt::console::zone::{name, zone_param};
use crate::exports::Turn;
use crate::fault::Fault;
use crate::key::Key;
use crate::limit::ATTENDANCE_LINES;
use crate::query::{FromQuery, Query};
use crate::state::Api;

/// So that spreadsheets read UTF-8.
const BOM: &str = "\u{feff}";

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A person in a session.
    Rows,
    /// A person, with a column a session.
    Matrix,
}

/// How a sheet is written.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SheetParams {
    /// `rows`: a line a person and session. `matrix`: a line a person with a column a session, which has the share.
    #[param(value_type = Option<String>, pattern = "^(rows|matrix)?$", default = "rows")]
    form: Form,
    /// IANA name of the zone of the instants, each of which says its offset; UTC when not given.
    #[param(value_type = Option<String>, example = "Europe/Berlin")]
    tz: TimeZone,
    /// Begin with a byte order mark, which some spreadsheets need.
    #[param(value_type = Option<bool>, default = false)]
    bom: bool,
}

impl FromQuery for SheetParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let form = query.one_of("form", &[("rows", Form::Rows), ("matrix", Form::Matrix)])?;
        let bom = query.boolean("bom")?.unwrap_or(false);
        Ok(Self { form: form.unwrap_or(Form::Rows), tz: zone_param(query)?, bom })
    }
}

/// How a sheet is written, and whether it has names.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct SheetForm {
    /// People are told by their names as well.
    pub(in crate::doors::sederunt) names: bool,
    /// The rest.
    pub(in crate::doors::sederunt) params: SheetParams,
}

/// Who reads, to ask again before each part whether they still may.
pub(in crate::doors::sederunt) enum Reader {
    /// Somebody with a key, and the id of the token for logs.
    Key { key: Key, who: String },
    /// Somebody with a link.
    Share(ReadShare),
}

impl Reader {
    /// By what turns are counted.
    fn turns(&self) -> [u8; 32] {
        match self {
            Self::Key { key, .. } => key.token,
            Self::Share(share) => share.sha256,
        }
    }

    async fn counts(&self, api: &Api) -> Result<bool, StoreError> {
        match self {
            Self::Key { key, .. } => key.counts(&api.node).await,
            Self::Share(share) => share.counts(api).await,
        }
    }

    /// As logs have it: of whom, and by what.
    fn log(&self, app: &AppId, rows: usize) {
        match self {
            Self::Key { who, .. } => tracing::info!(token = who, %app, rows, "attendance was exported"),
            Self::Share(share) => {
                tracing::info!(share = %share.row.id, %app, rows, "attendance was exported by a link");
            }
        }
    }
}

/// Why a file ends before its end.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("whoever reads may no more")]
    ReaderOver,
    #[error("it took too long")]
    TooLong,
}

/// The answer that is the file. Its lines are made as they are read.
pub(in crate::doors::sederunt) async fn send(
    api: Api,
    app: &AppId,
    asked: Asked,
    form: SheetForm,
    reader: Reader,
) -> Result<Response, KitError> {
    let turn = api.exports.turn(reader.turns(), api.node.steady()).map_err(|why| {
        api.node.metrics().refusal("EXPORT_LIMIT");
        refusal(why)
    })?;
    let gathered = gather(&api, app, &asked).await?;
    let file = match asked.target {
        Target::Session(id) => format!("attendance-{id}.csv"),
        Target::Meeting(id) => format!("attendance-{id}.csv"),
    };
    let sheet = tokio::task::spawn_blocking(move || {
        let register = gathered.counted(&asked);
        Sheet { gathered, register, asked, form }
    });
    let sheet = sheet.await.map_err(|error| KitError::internal(&error))?;
    reader.log(app, sheet.register.rows.len());
    let first = sheet.head();
    let chunks = stream::try_unfold(
        (Some(first), Part { sheet, next: 0, reader, turn, api }),
        |(first, mut part)| async {
            let bytes = match first {
                Some(bytes) => Some(bytes),
                None => part.lines().await?,
            };
            Ok::<_, Cut>(bytes.map(|bytes| (Bytes::from(bytes), (None, part))))
        },
    );
    let disposition = format!("attachment; filename=\"{file}\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, &*disposition),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// A file on its way.
struct Part {
    sheet: Sheet,
    /// The next person.
    next: usize,
    reader: Reader,
    turn: Turn,
    api: Api,
}

impl Part {
    /// The next lines, if its reader may still have them; `None` at the end.
    async fn lines(&mut self) -> Result<Option<String>, Cut> {
        if self.turn.is_over(self.api.node.steady()) {
            return Err(Cut::TooLong);
        }
        if !self.reader.counts(&self.api).await? {
            return Err(Cut::ReaderOver);
        }
        let rows = self.sheet.register.rows.get(self.next..).unwrap_or_default();
        // A person has as many lines as there are sessions.
        let lines_each = match self.sheet.form.params.form {
            Form::Rows => self.sheet.gathered.sessions.len().max(1),
            Form::Matrix => 1,
        };
        let people = rows.len().min((ATTENDANCE_LINES / lines_each).max(1));
        let mut text = String::new();
        for row in rows.iter().take(people) {
            self.sheet.person(&mut text, row);
        }
        self.next += people;
        Ok((people > 0).then_some(text))
    }
}

/// Everything that is in a file.
struct Sheet {
    gathered: Gathered,
    register: Register,
    asked: Asked,
    form: SheetForm,
}

impl Sheet {
    /// What a cell can come to by the rule.
    fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        let absent = self.asked.rule.absent.then_some(Verdict::Absent);
        [Verdict::Present, Verdict::Late, Verdict::Below].into_iter().chain(absent)
    }

    fn head(&self) -> String {
        let SheetParams { form, tz, bom } = &self.form.params;
        let zone = name(tz);
        let mut cells = vec!["name".to_owned(), "own_id".to_owned(), "preset_name".to_owned()];
        let many = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        match form {
            Form::Rows => {
                cells.extend(many(&["session_id", "title"]));
                cells.extend(["date", "first_in", "last_out"].map(|name| format!("{name} ({zone})")));
                cells.extend(many(&["stays", "away_seconds"]));
            }
            Form::Matrix => {
                let of = |(row, _): &(SessionRow, _)| format!("{} % ({zone})", minute(tz, row.started_at));
                cells.extend(self.gathered.sessions.iter().map(of));
                cells.extend(self.verdicts().map(|verdict| verdict.as_str().to_owned()));
            }
        }
        cells.extend(many(&["in_room_seconds", "window_seconds", "share_percent"]));
        cells.push(format!("verdict (present from {} %)", self.asked.rule.share));
        let mut text = if *bom { BOM } else { "" }.to_owned();
        write(&mut text, &cells);
        text
    }

    /// The lines of a person.
    fn person(&self, text: &mut String, row: &Row) {
        let or_nothing = |value: &Option<String>| value.clone().unwrap_or_default();
        let name = if self.form.names { or_nothing(&row.name) } else { String::new() };
        let own_id = row.own_id.clone().or_else(|| (!self.form.names).then(|| row.key.clone()));
        let who = [name, or_nothing(&own_id), or_nothing(&row.preset)];
        match self.form.params.form {
            Form::Rows => {
                for (line, (session, _)) in row.cells.iter().zip(&self.gathered.sessions) {
                    let mut cells = who.to_vec();
                    cells.extend(self.of_session(session, line));
                    cells.extend(outcome(line));
                    write(text, &cells);
                }
            }
            Form::Matrix => {
                let mut cells = who.to_vec();
                cells.extend(row.cells.iter().map(percent));
                let count =
                    |verdict| row.cells.iter().filter(|line| line.verdict == verdict).count().to_string();
                cells.extend(self.verdicts().map(count));
                cells.extend(outcome(&total(&row.cells, &self.asked.rule)));
                write(text, &cells);
            }
        }
    }

    fn of_session(&self, session: &SessionRow, line: &Line) -> [String; 7] {
        let tz = &self.form.params.tz;
        let at = |at: Option<i64>| at.map_or_else(String::new, |at| instant(tz, UnixMs(at)));
        [
            session.id.to_string(),
            session.title.to_string(),
            day(tz, session.started_at),
            at(line.first),
            at(line.last),
            line.stays.to_string(),
            seconds(line.away_ms),
        ]
    }
}

fn outcome(line: &Line) -> [String; 4] {
    [seconds(line.ms), seconds(line.window_ms), percent(line), line.verdict.as_str().to_owned()]
}

/// Two decimals.
fn percent(line: &Line) -> String {
    format!("{}.{:02}", line.share / 100, line.share % 100)
}

/// The day that the clocks of a zone show.
pub(super) fn day(zone: &TimeZone, at: UnixMs) -> String {
    shown(zone, at, "%Y-%m-%d")
}

fn minute(zone: &TimeZone, at: UnixMs) -> String {
    shown(zone, at, "%Y-%m-%d %H:%M")
}

fn shown(zone: &TimeZone, at: UnixMs, form: &str) -> String {
    let Ok(at) = Timestamp::from_millisecond(at.0) else { return String::new() };
    at.to_zoned(zone.clone()).strftime(form).to_string()
}

fn write(text: &mut String, cells: &[String]) {
    for (i, value) in cells.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        cell(text, value);
    }
    text.push_str("\r\n");
}
