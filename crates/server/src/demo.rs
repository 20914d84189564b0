//! The demo meeting: two participants, two links to click.

use std::io::Write as _;

use anyhow::Context;
use sederunt_api::make;
use sederunt_core::id::{AppId, MeetingId, ParticipantId};
use sederunt_node::Node;
use sederunt_store::{ListQuery, MemberType, ParticipantRow};

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
        let participant = participant(node, &first.app_id, meeting, name, preset).await?;
        let preset = node.store().preset(&first.app_id, preset).await?;
        let preset = preset.with_context(|| format!("the preset of {name} is gone"))?;
        let token = node.mint_token(&participant, &preset)?;
        lines.push_str(&format!("  {name:<6} {page_url}?authToken={token}\n"));
    }
    // Not through the log: a link is a credential, and here a person asked for it.
    std::io::stderr().write_all(lines.as_bytes()).context("cannot write to standard error")
}

async fn meeting(node: &Node, app: &AppId) -> anyhow::Result<MeetingId> {
    let query = ListQuery { name: Some(TITLE.to_owned()), limit: 1, ..ListQuery::default() };
    if let Some(row) = node.store().meetings(app, query).await?.items.into_iter().next() {
        return Ok(row.id);
    }
    let id = MeetingId::from(node.mint_id());
    let row = make::meeting(id, app.clone(), TITLE.to_owned(), node.now())?;
    node.store().create_meeting(row).await.context("cannot make the demo meeting")?;
    Ok(id)
}

async fn participant(
    node: &Node,
    app: &AppId,
    meeting: MeetingId,
    name: &str,
    preset: &str,
) -> anyhow::Result<ParticipantRow> {
    let custom_id = format!("demo-{}", name.to_lowercase());
    let query = ListQuery { limit: LIST_MAX, ..ListQuery::default() };
    let known = node.store().participants(meeting, query).await?.items;
    if let Some(row) = known.into_iter().find(|p| p.custom_participant_id.as_ref() == Some(&custom_id)) {
        return Ok(row);
    }
    let now = node.now();
    let row = ParticipantRow {
        id: ParticipantId::from(node.mint_id()),
        meeting,
        app: app.clone(),
        name: name.to_owned(),
        picture: String::new(),
        custom_participant_id: Some(custom_id),
        user_id: None,
        preset_id: None,
        preset_name: preset.to_owned(),
        member_type: MemberType::Guest,
        blocked: false,
        deleted_at: None,
        created_at: now,
        updated_at: now,
    };
    node.store().create_participant(row.clone()).await.context("cannot make a demo participant")?;
    Ok(row)
}
