//! What people may do, and how a host changes it. A patch has optional fields: what is not set is not changed.

use sederunt_core::rights::{PRODUCE, Patch, Right, Rights};
use sederunt_core::words::permissions::{Ask, Changed, PeerRights, Tell};
use sederunt_proto::event::preset as n;
use sederunt_proto::socket::preset as p;
use serde_json::{Map, Value};

use super::read::{id, ids, read};
use super::{Refusal, Translated, Wire, wire};

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        n::GET_USER_PRESETS => get(payload),
        n::UPDATE_USER_PRESET => update(payload),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

fn get(payload: &[u8]) -> Result<Ask, Refusal> {
    let participants = ids("user_ids", &read::<p::ReadPeersPresetRequest>(payload)?.user_ids)?;
    Ok(Ask::Read { participants })
}

fn update(payload: &[u8]) -> Result<Ask, Refusal> {
    let updates = read::<p::UpdatePeersPresetRequest>(payload)?.update_peers_presets;
    let one = |update: p::UpdatePeerPreset| {
        // The name has an s, and it is one id.
        Ok((id("user_ids", &update.user_ids)?, patch(&update.patch.unwrap_or_default())))
    };
    Ok(Ask::Change { patches: updates.into_iter().map(one).collect::<Result<_, Refusal>>()? })
}

/// The rights of a patch. What is none of them (what somebody is, how it comes in, and what this server has not) is passed
/// over.
fn patch(wire: &p::PresetUpdates) -> Patch {
    let mut patch = Patch::default();
    for right in Right::ALL {
        if let Some(to) = switch(wire, *right) {
            patch.set(*right, to);
        }
    }
    for (kind, produce, freely) in PRODUCE {
        match level(wire, kind) {
            Some(p::StreamPermissionType::Allowed) => {
                patch.set(produce, true);
                patch.set(freely, true);
            }
            Some(p::StreamPermissionType::CanRequest) => {
                patch.set(produce, true);
                patch.set(freely, false);
            }
            Some(p::StreamPermissionType::NotAllowed) => {
                patch.set(produce, false);
                patch.set(freely, false);
            }
            // What the client takes for nothing said.
            Some(p::StreamPermissionType::None) | None => {}
        }
    }
    patch
}

fn switch(wire: &p::PresetUpdates, right: Right) -> Option<bool> {
    let (polls, plugins) = (wire.polls.as_ref(), wire.plugins.as_ref());
    let public = wire.chat.as_ref().and_then(|chat| chat.public.as_ref());
    let private = wire.chat.as_ref().and_then(|chat| chat.private.as_ref());
    match right {
        Right::CreatePolls => polls?.can_create,
        Right::VotePolls => polls?.can_vote,
        Right::ViewPolls => polls?.can_view,
        Right::StartPlugins => plugins?.can_start,
        Right::ClosePlugins => plugins?.can_close,
        Right::ChatPublicSend => public?.can_send,
        Right::ChatPublicText => public?.text,
        Right::ChatPublicFiles => public?.files,
        Right::ChatPrivateSend => private?.can_send,
        Right::ChatPrivateReceive => private?.can_receive,
        Right::ChatPrivateText => private?.text,
        Right::ChatPrivateFiles => private?.files,
        Right::AcceptWaiting => wire.accept_waiting_requests,
        Right::AcceptStageRequests => wire.can_accept_production_requests,
        Right::EditDisplayName => wire.can_edit_display_name,
        Right::Spotlight => wire.can_spotlight,
        Right::MuteOthersAudio => wire.disable_participant_audio,
        Right::MuteOthersVideo => wire.disable_participant_video,
        Right::MuteOthersScreenshare => wire.disable_participant_screensharing,
        Right::Kick => wire.kick_participant,
        Right::Pin => wire.pin_participant,
        Right::ParticipantList => wire.show_participant_list,
        Right::ChangePermissions => wire.can_change_participant_permissions,
        Right::ProduceAudio
        | Right::ProduceAudioFreely
        | Right::ProduceVideo
        | Right::ProduceVideoFreely
        | Right::ProduceScreenshare
        | Right::ProduceScreenshareFreely => None,
    }
}

fn level(wire: &p::PresetUpdates, kind: &str) -> Option<p::StreamPermissionType> {
    let media = wire.media.as_ref()?;
    let stream = match kind {
        "audio" => media.audio.as_ref(),
        "video" => media.video.as_ref(),
        _ => media.screenshare.as_ref(),
    };
    stream.filter(|stream| stream.can_produce.is_some()).map(p::StreamPermission::can_produce)
}

pub(super) fn tell(tell: &Tell) -> Wire {
    match tell {
        Tell::Presets(list) => {
            let preset = |rights: &PeerRights| p::PeerPreset {
                user_id: rights.participant.to_string(),
                peer_id: rights.peer.to_string(),
                preset: preset(rights.rights).to_string().into_bytes(),
            };
            let peer_presets = list.iter().map(preset).collect();
            wire(n::GET_USER_PRESETS, &p::ReadPeersPresetResponse { peer_presets })
        }
        Tell::Changed(list) => {
            let update = |changed: &Changed| p::UpdatePeerPreset {
                user_ids: changed.participant.to_string(),
                patch: Some(updates(changed.of, changed.rights)),
            };
            let update_peers_presets = list.iter().map(update).collect();
            wire(n::UPDATE_USER_PRESET, &p::UpdatePeersPresetResponse { update_peers_presets })
        }
    }
}

/// A preset with the permissions that can be changed in a session.
fn preset(rights: Rights) -> Value {
    let mut permissions = Map::new();
    let is_switch = |right: &Right| !PRODUCE.iter().any(|(_, a, b)| right == a || right == b);
    for right in Right::ALL.iter().filter(|right| is_switch(right)) {
        put(&mut permissions, right.path(), rights.contains(*right).into());
    }
    for (kind, produce, freely) in PRODUCE {
        let level = match stream(rights, produce, freely) {
            p::StreamPermissionType::Allowed => "ALLOWED",
            p::StreamPermissionType::CanRequest => "CAN_REQUEST",
            p::StreamPermissionType::NotAllowed | p::StreamPermissionType::None => "NOT_ALLOWED",
        };
        put(&mut permissions, &format!("media.{kind}.can_produce"), level.into());
    }
    Value::Object(Map::from_iter([("permissions".to_owned(), Value::Object(permissions))]))
}

/// Puts a value at its path.
fn put(tree: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(tree.insert(path.to_owned(), value)),
        Some((part, rest)) => {
            if let Value::Object(part) = tree.entry(part).or_insert_with(|| Value::Object(Map::new())) {
                put(part, rest, value);
            }
        }
    }
}

fn stream(rights: Rights, produce: Right, freely: Right) -> p::StreamPermissionType {
    match (rights.contains(produce), rights.contains(freely)) {
        (false, _) => p::StreamPermissionType::NotAllowed,
        (true, true) => p::StreamPermissionType::Allowed,
        (true, false) => p::StreamPermissionType::CanRequest,
    }
}

/// These rights as they are now, and those that hang on them: the page shows where to write by `text` alone. The client drops all polls when it hears of polls and not that it sees them, so of polls
/// everything is said.
fn updates(of: Rights, rights: Rights) -> p::PresetUpdates {
    let polls = Rights::of(&[Right::CreatePolls, Right::VotePolls, Right::ViewPolls]);
    let of = if of.common(polls).is_empty() { of } else { of.with(polls) }.with_what_hangs_on_them();
    let say = |right| of.contains(right).then(|| rights.contains(right));
    let any = |some: &[Right]| !of.common(Rights::of(some)).is_empty();
    p::PresetUpdates {
        polls: any(&[Right::CreatePolls]).then(|| p::PollsPermissionUpdate {
            can_create: say(Right::CreatePolls),
            can_vote: say(Right::VotePolls),
            can_view: say(Right::ViewPolls),
        }),
        plugins: any(&[Right::ClosePlugins, Right::StartPlugins]).then(|| p::PluginsPermissionsUpdate {
            can_close: say(Right::ClosePlugins),
            can_start: say(Right::StartPlugins),
        }),
        chat: chat(of, rights),
        accept_waiting_requests: say(Right::AcceptWaiting),
        can_accept_production_requests: say(Right::AcceptStageRequests),
        can_edit_display_name: say(Right::EditDisplayName),
        can_spotlight: say(Right::Spotlight),
        disable_participant_audio: say(Right::MuteOthersAudio),
        disable_participant_screensharing: say(Right::MuteOthersScreenshare),
        disable_participant_video: say(Right::MuteOthersVideo),
        kick_participant: say(Right::Kick),
        pin_participant: say(Right::Pin),
        show_participant_list: say(Right::ParticipantList),
        can_change_participant_permissions: say(Right::ChangePermissions),
        media: media(of, rights),
        ..p::PresetUpdates::default()
    }
}

fn chat(of: Rights, rights: Rights) -> Option<p::ChatPermissionUpdate> {
    let say = |right| of.contains(right).then(|| rights.contains(right));
    let public = p::PublicChatPermission {
        can_send: say(Right::ChatPublicSend),
        text: say(Right::ChatPublicText),
        files: say(Right::ChatPublicFiles),
    };
    let private = p::PrivateChatPermission {
        can_send: say(Right::ChatPrivateSend),
        can_receive: say(Right::ChatPrivateReceive),
        text: say(Right::ChatPrivateText),
        files: say(Right::ChatPrivateFiles),
    };
    let public = Some(public).filter(|said| *said != p::PublicChatPermission::default());
    let private = Some(private).filter(|said| *said != p::PrivateChatPermission::default());
    (public.is_some() || private.is_some()).then_some(p::ChatPermissionUpdate { public, private })
}

fn media(of: Rights, rights: Rights) -> Option<p::MediaPermissionUpdate> {
    let [audio, video, screenshare] = PRODUCE.map(|(_, produce, freely)| {
        let concerned = of.contains(produce) || of.contains(freely);
        let can_produce = Some(stream(rights, produce, freely).into());
        concerned.then_some(p::StreamPermission { can_produce, can_consume: None })
    });
    let any = audio.is_some() || video.is_some() || screenshare.is_some();
    any.then_some(p::MediaPermissionUpdate { video, audio, screenshare })
}
