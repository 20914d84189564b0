//! The demo meeting: two participants, two links to click.

use std::io::Write as _;

use anyhow::Context;
use sederunt_app::meetings;
use sederunt_app::people::{self, NewPerson};
use sederunt_core::id::AppId;
use sederunt_node::Node;
use sederunt_store::{ListQuery, MeetingRow};

use crate::data_folder::DataFolder;
use crate::first_run;

const TITLE: &str = "Demo meeting";
/// Name, preset.
const PEOPLE: [(&str, &str); 2] = [("Ada", "group_call_host"), ("Grace", "group_call_participant")];
/// One page: the demo needs two.
const LIST_MAX: u32 = 100;

/// Makes the meeting and its participants where they are missing, and prints a link for each person on stderr.
pub async fn offer(folder: &DataFolder, node: &Node, page_url: &str) -> anyhow::Result<()> {
    let first = first_run::read(folder)?.with_context(|| {
        format!("the demo meeting belongs to the app of {}, which is gone", first_run::FILE)
    })?;
    let meeting = meeting(node, &first.app_id).await?;
    let mut lines = format!("\n{TITLE}: open these in two browser windows\n");
    for (name, preset) in PEOPLE {
        let token = token(node, &meeting, name, preset).await?;
        lines.push_str(&format!("  {name:<6} {page_url}?authToken={token}\n"));
    }
    // Not through the log: a link is a credential, and here a person asked for it.
    std::io::stderr().write_all(lines.as_bytes()).context("cannot write to standard error")
}

async fn meeting(node: &Node, app: &AppId) -> anyhow::Result<MeetingRow> {
    let query = ListQuery { name: Some(TITLE.to_owned()), limit: 1, ..ListQuery::default() };
    if let Some(row) = node.store().meetings(app, query).await?.items.into_iter().next() {
        return Ok(row);
    }
    let made = meetings::create(node, app.clone(), TITLE.to_owned(), |_| ()).await;
    made.context("cannot make the demo meeting")
}

/// A token of the participant, who is added when he is not there yet.
async fn token(node: &Node, meeting: &MeetingRow, name: &str, preset: &str) -> anyhow::Result<String> {
    let custom_id = format!("demo-{}", name.to_lowercase());
    let query = ListQuery { limit: LIST_MAX, ..ListQuery::default() };
    let known = node.store().participants(meeting.id, query).await?.items;
    if let Some(row) = known.into_iter().find(|p| p.custom_participant_id.as_ref() == Some(&custom_id)) {
        return people::fresh_token(node, &row).await.with_context(|| format!("{name} has no token"));
    }
    let wanted = NewPerson {
        custom_participant_id: Some(custom_id),
        preset_name: preset.to_owned(),
        name: Some(name.to_owned()),
        picture: None,
    };
    let (_, token) = people::add(node, meeting, wanted).await.context("cannot make a demo participant")?;
    Ok(token)
}
