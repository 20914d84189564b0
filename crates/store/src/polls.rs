//! Polls and votes of a session: written with the room's other writes, read when its room is loaded.

use rusqlite::{Connection, Row, params};
use sederunt_core::id::{ParticipantId, PollId, SessionId};
use sederunt_core::limit::POLLS_MAX;
use sederunt_core::words::polls::{Poll, StoredPoll, Vote};

use crate::Result;
use crate::sql::{blob, id, json, list, ms};

pub(crate) fn put_poll(conn: &Connection, poll: &Poll) -> Result<()> {
    let sql =
        "INSERT INTO poll (id, session, author, author_name, question, options, anonymous, hide_votes, at_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    conn.prepare_cached(sql)?.execute(params![
        blob(poll.id.as_u128()),
        blob(poll.session.as_u128()),
        poll.author.map(|author| blob(author.as_u128())),
        poll.author_name,
        poll.question,
        serde_json::json!(poll.options).to_string(),
        poll.anonymous,
        poll.hide_votes,
        poll.at.0,
    ])?;
    Ok(())
}

pub(crate) fn put_vote(conn: &Connection, poll: PollId, vote: &Vote) -> Result<()> {
    let sql = "INSERT INTO poll_vote (poll, no, participant, name, option)
               VALUES (?1, (SELECT coalesce(max(no), -1) + 1 FROM poll_vote WHERE poll = ?1), ?2, ?3, ?4)";
    let (poll, participant) = (blob(poll.as_u128()), blob(vote.participant.as_u128()));
    conn.prepare_cached(sql)?.execute(params![poll, participant, vote.name, vote.option])?;
    Ok(())
}

/// The polls of a session, oldest first, with their votes in order.
pub(crate) fn load(conn: &Connection, session: SessionId) -> Result<Vec<StoredPoll>> {
    let sql = "SELECT * FROM poll WHERE session = ?1 ORDER BY at_ms, id LIMIT ?2";
    let polls = list(conn, sql, params![blob(session.as_u128()), POLLS_MAX as i64], read_poll)?;
    let sql = "SELECT participant, name, option FROM poll_vote WHERE poll = ?1 ORDER BY no";
    let votes = |poll: &Poll| list(conn, sql, [blob(poll.id.as_u128())], read_vote);
    polls.into_iter().map(|poll| Ok(StoredPoll { votes: votes(&poll)?, poll })).collect()
}

fn read_poll(row: &Row<'_>) -> rusqlite::Result<Poll> {
    let author: Option<[u8; 16]> = row.get("author")?;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let options = json(row, "options")?;
    Ok(Poll {
        id: id(row, "id")?,
        session: id(row, "session")?,
        author: author.map(|bytes| ParticipantId::from_u128(u128::from_be_bytes(bytes))),
        author_name: row.get("author_name")?,
        question: row.get("question")?,
        options: options.as_array().into_iter().flatten().map(text).collect(),
        anonymous: row.get("anonymous")?,
        hide_votes: row.get("hide_votes")?,
        at: ms(row, "at_ms")?,
    })
}

fn read_vote(row: &Row<'_>) -> rusqlite::Result<Vote> {
    Ok(Vote { participant: id(row, "participant")?, name: row.get("name")?, option: row.get("option")? })
}
