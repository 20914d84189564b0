//! A report as JSON.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{Asked, RuleView};
use super::gather::Gathered;
use super::rule::{Attendee, Interval, Line, Register, Row, Verdict, total};

/// Who was there. All instants are milliseconds since 1970 in UTC, in the own time of each session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attendance {
    /// What counted.
    rule: RuleView,
    /// Oldest first.
    sessions: Vec<AttendanceSession>,
    /// Presets of whoever is in the report or could be, with how many people have them.
    presets: Vec<PresetCount>,
    /// People who are left out.
    left_out: usize,
    /// How many people came to what.
    verdicts: Verdicts,
    /// One a person, in order of first coming; then those who never came, where they are asked for.
    rows: Vec<AttendanceRow>,
    /// Participants of the meeting, where those who never came are asked for with what it was counted from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    invited: Option<Vec<AttendeeView>>,
}

/// A session of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttendanceSession {
    /// Id.
    id: String,
    /// Its meeting.
    meeting_id: String,
    /// Title; frozen at the end.
    title: String,
    /// `LIVE` or `ENDED`.
    #[schema(pattern = "^(LIVE|ENDED)$")]
    status: &'static str,
    /// First join.
    started_at: i64,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ended_at: Option<i64>,
    /// Begin of the window.
    from: i64,
    /// End of the window.
    to: i64,
    /// The instant of the answer; of an ended session, its end.
    as_of: i64,
    /// What it was counted from, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    people: Option<Vec<AttendeeView>>,
}

/// A participant of a session and its stays.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attendee)]
pub(crate) struct AttendeeView {
    /// The participant.
    participant: String,
    /// Name at the latest join; missing when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
    /// The caller's own id for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    own_id: Option<String>,
    /// Preset at the latest join.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preset: Option<String>,
    /// Intervals in the room.
    stays: Vec<IntervalView>,
}

/// A stay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttendeeStay)]
pub(crate) struct IntervalView {
    /// Entered.
    from: i64,
    /// Left, or since when its connection is lost; missing while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    to: Option<i64>,
    /// Nobody has left.
    open: bool,
    /// When its connection was lost and came back, `[from, to]`.
    #[schema(value_type = Vec<Vec<i64>>)]
    away: Vec<(i64, i64)>,
}

/// A preset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PresetCount {
    /// Name.
    name: String,
    /// Participants who had it.
    people: usize,
}

/// How many people came to what.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = AttendanceVerdicts)]
pub(crate) struct Verdicts {
    /// There for long enough, and in time.
    present: usize,
    /// There for long enough, and late.
    late: usize,
    /// Not there for long enough.
    below: usize,
    /// Not there at all, where the rule tells that apart.
    absent: usize,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttendanceRow {
    /// The own id; without one, the participant's.
    key: String,
    /// The latest name; missing when it was erased, or is not for the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
    /// The caller's own id for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    own_id: Option<String>,
    /// The latest preset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preset: Option<String>,
    /// The participants that are this person.
    participants: Vec<String>,
    /// One a session, in their order.
    cells: Vec<LineView>,
    /// All together. Late is whoever was present in all and late in one.
    total: LineView,
}

/// What somebody's time comes to: `ms = stays_ms + gaps_ms`, without `away_ms` where the rule says so.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttendanceLine)]
pub(crate) struct LineView {
    /// First in, also when that was before the window; missing when nobody was there in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    first: Option<i64>,
    /// Last out; missing while a stay goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last: Option<i64>,
    /// Stays.
    stays: u32,
    /// In at least one stay, within the window.
    stays_ms: i64,
    /// Between stays, counted all the same.
    gaps_ms: i64,
    /// Within stays, without a connection.
    away_ms: i64,
    /// What counts.
    ms: i64,
    /// Length of the window.
    window_ms: i64,
    /// Percent of the window, with two decimals, cut and not rounded.
    share: f64,
    /// `present`, `late` or `below`; `absent`, where the rule tells that apart.
    #[schema(pattern = "^(present|late|below|absent)$")]
    verdict: &'static str,
}

impl Attendance {
    /// A report. `names`: people are told by their names as well; `stays`: with what it was counted from.
    pub(super) fn of(
        gathered: &Gathered,
        register: Register,
        asked: &Asked,
        names: bool,
        stays: bool,
    ) -> Self {
        let of_session = |((row, sitting), as_of): (&(sederunt_store::SessionRow, _), &i64)| {
            let sitting: &super::rule::Sitting = sitting;
            AttendanceSession {
                id: row.id.to_string(),
                meeting_id: row.meeting.to_string(),
                title: row.title.to_string(),
                status: if row.ended_at.is_some() { "ENDED" } else { "LIVE" },
                started_at: row.started_at.0,
                ended_at: row.ended_at.map(|at| at.0),
                from: sitting.window.from,
                to: sitting.window.to,
                as_of: *as_of,
                people: stays
                    .then(|| sitting.people.iter().map(|one| AttendeeView::of(one, *as_of, names)).collect()),
            }
        };
        let sessions = gathered.sessions.iter().zip(&gathered.as_of).map(of_session).collect();
        let mut verdicts = Verdicts::default();
        let rows: Vec<AttendanceRow> = register
            .rows
            .into_iter()
            .map(|row| {
                let all = total(&row.cells, &asked.rule);
                verdicts.count(all.verdict);
                AttendanceRow::of(row, &all, names)
            })
            .collect();
        let invited = (stays && asked.rule.absent)
            .then(|| gathered.invited.iter().map(|one| AttendeeView::of(one, 0, names)).collect());
        Self {
            rule: RuleView::of(asked),
            sessions,
            presets: presets(gathered),
            left_out: register.left_out,
            verdicts,
            rows,
            invited,
        }
    }
}

fn presets(gathered: &Gathered) -> Vec<PresetCount> {
    let mut people: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    let there = gathered.sessions.iter().flat_map(|(_, sitting)| &sitting.people);
    for one in there.chain(&gathered.invited) {
        if let Some(preset) = &one.preset {
            people.entry(preset).or_default().insert(one.own_id.as_ref().unwrap_or(&one.participant));
        }
    }
    let count =
        |(name, people): (&str, HashSet<&str>)| PresetCount { name: name.to_owned(), people: people.len() };
    people.into_iter().map(count).collect()
}

impl Verdicts {
    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Present => self.present += 1,
            Verdict::Late => self.late += 1,
            Verdict::Below => self.below += 1,
            Verdict::Absent => self.absent += 1,
        }
    }
}

impl AttendeeView {
    fn of(one: &Attendee, as_of: i64, names: bool) -> Self {
        let view = |stay: &Interval| IntervalView {
            from: stay.from,
            to: (!stay.is_open || stay.to < as_of).then_some(stay.to),
            open: stay.is_open,
            away: stay.away.clone(),
        };
        Self {
            participant: one.participant.clone(),
            name: one.name.clone().filter(|_| names),
            own_id: one.own_id.clone(),
            preset: one.preset.clone(),
            stays: one.stays.iter().map(view).collect(),
        }
    }
}

impl AttendanceRow {
    fn of(row: Row, total: &Line, names: bool) -> Self {
        Self {
            cells: row.cells.iter().map(LineView::of).collect(),
            total: LineView::of(total),
            key: row.key,
            name: row.name.filter(|_| names),
            own_id: row.own_id,
            preset: row.preset,
            participants: row.participants,
        }
    }
}

impl LineView {
    fn of(line: &Line) -> Self {
        let &Line { first, last, stays, stays_ms, gaps_ms, away_ms, ms, window_ms, share, verdict } = line;
        // At most 10 000, which a double holds exactly.
        let share = f64::from(i32::try_from(share).unwrap_or(0)) / 100.0;
        let verdict = verdict.as_str();
        Self { first, last, stays, stays_ms, gaps_ms, away_ms, ms, window_ms, share, verdict }
    }
}
