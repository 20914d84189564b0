//! What presets of the scripts give, in words.

use sederunt_core::rights::{Right, Rights};
use sederunt_core::standing::StageAccess;
use sederunt_core::who::{Abilities, WaitingRoom};

/// `all`, or some of the words below with commas.
pub(crate) fn abilities(list: &str) -> Abilities {
    let can = |name: &str| list == "all" || list.split(',').any(|word| word == name);
    Abilities {
        hidden: list.split(',').any(|word| word == "hidden"),
        kick: can("kick"),
        mute_others_audio: can("mute_audio"),
        mute_others_video: can("mute_video"),
        pin: can("pin"),
        edit_display_name: can("rename"),
        produce_audio: can("audio"),
        produce_video: can("video"),
        produce_screenshare: can("screen"),
        chat_public_text: can("chat"),
        chat_public_files: can("files"),
        chat_private_text: can("whisper"),
        chat_private_files: can("private_files"),
        create_polls: can("poll"),
        vote_polls: can("vote"),
        view_polls: can("view_polls"),
        accept_waiting: can("accept"),
        waiting_room: WaitingRoom::Skip,
        accept_stage_requests: can("accept_stage"),
        alter_rooms: can("alter_rooms"),
        switch_rooms: can("switch_rooms"),
        switch_to_parent: can("switch_to_parent"),
        stage: StageAccess::NoStage,
        rights: rights(list),
        taken: Rights::NONE,
    }
}

/// What those abilities take of a preset; `change`, `spotlight`, `start` and `close` beside them. `deaf` = gets nothing that is
/// not for everybody.
fn rights(list: &str) -> Rights {
    let words: [(&str, &[Right]); 23] = [
        ("kick", &[Right::Kick]),
        ("mute_audio", &[Right::MuteOthersAudio]),
        ("mute_video", &[Right::MuteOthersVideo]),
        ("pin", &[Right::Pin]),
        ("rename", &[Right::EditDisplayName]),
        ("audio", &[Right::ProduceAudio, Right::ProduceAudioFreely]),
        ("video", &[Right::ProduceVideo, Right::ProduceVideoFreely]),
        ("screen", &[Right::ProduceScreenshare, Right::ProduceScreenshareFreely]),
        ("chat", &[Right::ChatPublicSend, Right::ChatPublicText]),
        ("files", &[Right::ChatPublicSend, Right::ChatPublicFiles]),
        ("whisper", &[Right::ChatPrivateSend, Right::ChatPrivateText]),
        ("private_files", &[Right::ChatPrivateSend, Right::ChatPrivateFiles]),
        ("poll", &[Right::CreatePolls]),
        ("vote", &[Right::VotePolls]),
        ("view_polls", &[Right::ViewPolls]),
        ("accept", &[Right::AcceptWaiting]),
        ("accept_stage", &[Right::AcceptStageRequests]),
        ("change", &[Right::ChangePermissions]),
        ("spotlight", &[Right::Spotlight]),
        ("start", &[Right::StartPlugins]),
        ("close", &[Right::ClosePlugins]),
        ("mute_screen", &[Right::MuteOthersScreenshare]),
        ("list", &[Right::ParticipantList]),
    ];
    let can = |name: &str| list == "all" || list.split(',').any(|word| word == name);
    let given = words.iter().filter(|(word, _)| can(word)).flat_map(|(_, rights)| rights.iter().copied());
    let receives = Some(Right::ChatPrivateReceive).filter(|_| list == "all" || !can("deaf"));
    given.chain(receives).collect()
}
