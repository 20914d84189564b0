//! From the facts of sessions to who was there and when.

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::{ParticipantRow, SessionQuery, SessionRow, SessionSort};
use tokio::task::spawn_blocking;

use super::asked::{Asked, Target};
use super::rule::{Attendee, Interval, Register, Sitting, Window, register};
use crate::dialect::KitError;
use crate::doors::sederunt::console::timeline::story::{Person, Stay, Story};
use crate::doors::sederunt::console::timeline::telling::my_turn;
use crate::limit::{ATTENDANCE_CELLS_MAX, ATTENDANCE_SESSIONS_MAX, TIMELINE_FACTS_MAX};
use crate::state::Api;

/// Sessions and who was there.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct Gathered {
    /// Oldest first, each with who was there.
    pub(super) sessions: Vec<(SessionRow, Sitting)>,
    /// Up to which instant each is known; of an ended session, its end.
    pub(super) as_of: Vec<i64>,
    /// Participants of the meeting, where those who never came are asked for; without stays.
    pub(super) invited: Vec<Attendee>,
}

impl Gathered {
    /// Counts by the rule.
    pub(super) fn counted(&self, asked: &Asked) -> Register {
        let sittings: Vec<Sitting> = self.sessions.iter().map(|(_, sitting)| sitting.clone()).collect();
        register(&sittings, &self.invited, &asked.rule, &asked.without)
    }
}

/// Reads what a report is counted from, when it is its turn. What nobody waits for any more is read to its end: its turn is as
/// long.
pub(in crate::doors::sederunt) async fn gather(
    api: &Api,
    app: &AppId,
    asked: &Asked,
) -> Result<Gathered, KitError> {
    let rows = sessions(api, app, asked).await?;
    let turn = my_turn(api).await?;
    let (api, asked) = (api.clone(), asked.clone());
    let read = tokio::spawn(async move {
        let _turn = turn;
        read(&api, rows, &asked).await
    });
    read.await.map_err(|error| KitError::internal(&error))?
}

/// The sessions that are asked for, oldest first.
async fn sessions(api: &Api, app: &AppId, asked: &Asked) -> Result<Vec<SessionRow>, KitError> {
    let store = api.node.store();
    let meeting = match asked.target {
        Target::Session(id) => {
            let row = store.session(app, id).await?.ok_or_else(|| KitError::not_found("Session"))?;
            return Ok(vec![row]);
        }
        Target::Meeting(id) => id,
    };
    // Deleted ones, too: their sessions are in the ledger.
    let row = store.meeting(meeting).await?.filter(|row| row.app == *app);
    row.ok_or_else(|| KitError::not_found("Meeting"))?;
    let query = SessionQuery {
        app: app.clone(),
        now: api.node.steady(),
        meeting: Some(meeting.to_string()),
        started_from: asked.from,
        started_to: asked.to,
        status: None,
        peak_min: None,
        peak_max: None,
        search: None,
        sort: SessionSort::CreatedAt,
        ascending: true,
        offset: 0,
        limit: ATTENDANCE_SESSIONS_MAX + 1,
    };
    let rows: Vec<SessionRow> =
        store.sessions_read(query, |rows, _| rows.map(|row| row.to_owned()).collect()).await?;
    if u32::try_from(rows.len()).is_ok_and(|n| n <= ATTENDANCE_SESSIONS_MAX) {
        return Ok(rows);
    }
    let words = format!("more than {ATTENDANCE_SESSIONS_MAX} sessions: narrow \"from\" and \"to\"");
    Err(KitError::bad_request(&words))
}

async fn read(api: &Api, rows: Vec<SessionRow>, asked: &Asked) -> Result<Gathered, KitError> {
    let (store, of_all) = (api.node.store(), rows.len());
    let mut gathered = Gathered { sessions: Vec::new(), as_of: Vec::new(), invited: Vec::new() };
    let (mut facts, mut people) = (TIMELINE_FACTS_MAX, 0);
    let planned = matches!(asked.target, Target::Session(_)).then_some((asked.from, asked.to));
    for row in rows {
        // As it is when its facts are read.
        let unknown = || KitError::not_found("Session");
        let row = store.session(&row.app, row.id).await?.ok_or_else(unknown)?;
        let told = store.session_story(row.id, facts).await?.ok_or_else(unknown)?;
        facts -= told.facts.len();
        let now = row.ended_at.unwrap_or_else(|| row.own_time(api.node.steady()).max(row.updated_at));
        let (sitting, row) = spawn_blocking(move || (sitting(&row, Story::of(told), now, planned), row))
            .await
            .map_err(|error| KitError::internal(&error))?;
        people += sitting.people.len();
        // Everybody has a cell in each session.
        if people.saturating_mul(of_all) > ATTENDANCE_CELLS_MAX {
            return Err(too_many());
        }
        gathered.sessions.push((row, sitting));
        gathered.as_of.push(now.0);
    }
    if asked.rule.absent {
        gathered.invited = invited(api, &gathered, ATTENDANCE_CELLS_MAX / of_all.max(1)).await?;
    }
    Ok(gathered)
}

fn too_many() -> KitError {
    KitError::bad_request("more people and sessions than a report has: narrow \"from\" and \"to\"")
}

/// Who was a participant of the meeting before the last of these sessions was over, at most `most`.
async fn invited(api: &Api, gathered: &Gathered, most: usize) -> Result<Vec<Attendee>, KitError> {
    let Some((row, _)) = gathered.sessions.first() else { return Ok(Vec::new()) };
    let until = gathered.as_of.iter().max().copied().unwrap_or_default();
    let rows = api.node.store().invited(row.meeting, UnixMs(until), most + 1).await?;
    if rows.len() > most {
        return Err(too_many());
    }
    let attendee = |row: ParticipantRow| Attendee {
        participant: row.id.to_string(),
        name: Some(row.name),
        own_id: row.custom_participant_id.or(row.user_id),
        preset: Some(row.preset_name),
        stays: Vec::new(),
    };
    Ok(rows.into_iter().map(attendee).collect())
}

/// A session that is known up to `now`. Its window begins with the first join and ends with the last leave, when nothing else
/// is planned; nobody can be there in the keep-alive after that.
fn sitting(
    row: &SessionRow,
    story: Story,
    now: UnixMs,
    planned: Option<(Option<UnixMs>, Option<UnixMs>)>,
) -> Sitting {
    let people = story.attended().map(|(person, stays)| attendee(person, stays, now.0)).collect::<Vec<_>>();
    let ends = people.iter().flat_map(|one| &one.stays).map(|stay| stay.to);
    let end = ends.max().unwrap_or(row.started_at.0);
    let (from, to) = planned.unwrap_or_default();
    let to = to.map_or(end, |to| if row.ended_at.is_none() { to.0.min(now.0) } else { to.0 });
    Sitting { window: Window { from: from.unwrap_or(row.started_at).0, to }, people }
}

fn attendee(person: &Person, stays: Vec<&Stay>, now: i64) -> Attendee {
    let interval = |stay: &&Stay| Interval {
        from: stay.joined_at,
        to: stay.until(now).max(stay.joined_at),
        is_open: stay.left_at.is_none(),
        away: stay.away.iter().filter_map(|away| Some((away.from, away.to?))).collect(),
    };
    Attendee {
        participant: person.id.clone(),
        name: person.display_name.clone(),
        own_id: person.custom_participant_id.clone().or_else(|| person.user_id.clone()),
        preset: person.preset_name.clone(),
        stays: stays.iter().map(interval).collect(),
    }
}
