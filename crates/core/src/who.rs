//! Who a connection is and what it may do. Filled by the shell from the token and the store, never from the client.

use crate::fact::Role;
use crate::id::{MeetingId, ParticipantId};
use crate::rights::{Right, Rights};
use crate::standing::StageAccess;
use crate::view_type::ViewType;

/// Identity of a connecting participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The participant the token names.
    pub participant: ParticipantId,
    /// Name given by Add Participant; the client may override it at the join when it may edit its name.
    pub display_name: String,
    /// URL of a picture; empty when none.
    pub picture: String,
    /// The customer's own id of the person.
    pub custom_participant_id: Option<String>,
    /// Pagecall: the external user id; `None` for anonymous members.
    pub user_id: Option<String>,
    /// Name of the preset in force.
    pub preset_name: String,
    /// View type of that preset; `None` = it says none that we know.
    pub view_type: Option<ViewType>,
    /// How the peer counts.
    pub role: Role,
    /// Of whoever is a participant of the meeting whose breakout room this is: the room in which the store said that it belongs
    /// when it came. `None` = a participant of this meeting itself.
    pub belongs: Option<MeetingId>,
    /// What the preset allows.
    pub abilities: Abilities,
    /// Client address, present only when the configuration stores it (SEMANTICS §6.4).
    pub ip_address: Option<String>,
    /// `User-Agent`, present only when the configuration stores it.
    pub user_agent: Option<String>,
}

/// The permissions of a preset that the room enforces (SEMANTICS §2.6). `false` = not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "mirrors the preset's independent switches")]
pub struct Abilities {
    /// Not shown to others.
    pub hidden: bool,
    /// `kick_participant`.
    pub kick: bool,
    /// `disable_participant_audio`.
    pub mute_others_audio: bool,
    /// `disable_participant_video`.
    pub mute_others_video: bool,
    /// `pin_participant`.
    pub pin: bool,
    /// `can_edit_display_name`.
    pub edit_display_name: bool,
    /// `media.audio.can_produce`: `ALLOWED`, or `CAN_REQUEST` where the preset has a stage. On stage alone.
    pub produce_audio: bool,
    /// `media.video.can_produce`, likewise.
    pub produce_video: bool,
    /// `media.screenshare.can_produce`, likewise.
    pub produce_screenshare: bool,
    /// `chat.public.can_send && chat.public.text`.
    pub chat_public_text: bool,
    /// `chat.public.can_send && chat.public.files`.
    pub chat_public_files: bool,
    /// `chat.private.can_send && chat.private.text`.
    pub chat_private_text: bool,
    /// `chat.private.can_send && chat.private.files`.
    pub chat_private_files: bool,
    /// `polls.can_create`.
    pub create_polls: bool,
    /// `polls.can_vote`.
    pub vote_polls: bool,
    /// `polls.can_view`.
    pub view_polls: bool,
    /// `accept_waiting_requests`.
    pub accept_waiting: bool,
    /// `waiting_room_type`.
    pub waiting_room: WaitingRoom,
    /// `accept_stage_requests`, where the preset has a stage.
    pub accept_stage_requests: bool,
    /// `connected_meetings.can_alter_connected_meetings`.
    pub alter_rooms: bool,
    /// `connected_meetings.can_switch_connected_meetings`.
    pub switch_rooms: bool,
    /// `connected_meetings.can_switch_to_parent_meeting`.
    pub switch_to_parent: bool,
    /// `stage_enabled` and `stage_access`.
    pub stage: StageAccess,
    /// What the client is told of its preset, as far as a host can change it in a session: nobody is given more.
    pub rights: Rights,
    /// What hosts of the meeting have taken from who is in one of its breakout rooms: a room gives nobody back what was taken.
    pub taken: Rights,
}

/// What a preset says of the way in (`waiting_room_type`, PROTOCOL §7.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaitingRoom {
    /// `SKIP`: straight in.
    #[default]
    Skip,
    /// `ON_PRIVILEGED_USER_ENTRY`: as soon as somebody who may accept is in the room, or is it oneself.
    UntilPrivileged,
    /// `SKIP_ON_ACCEPT`: when somebody who may accept does so.
    UntilAccepted,
}

/// What a peer asks leave for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// Remove others.
    Kick,
    /// Mute microphones of others.
    MuteOthersAudio,
    /// Switch cameras of others off.
    MuteOthersVideo,
    /// Pin somebody for everybody.
    Pin,
    /// Change one's own name.
    EditDisplayName,
    /// Publish a microphone.
    ProduceAudio,
    /// Publish a camera.
    ProduceVideo,
    /// Publish a screen.
    ProduceScreenshare,
    /// Write to everybody.
    ChatPublicText,
    /// Send files to everybody.
    ChatPublicFiles,
    /// Write to some.
    ChatPrivateText,
    /// Send files to some.
    ChatPrivateFiles,
    /// Make polls.
    CreatePolls,
    /// Vote in polls.
    VotePolls,
    /// See polls.
    ViewPolls,
    /// Let in who waits, or not.
    AcceptWaiting,
    /// Let others on stage, and take them off.
    AcceptStageRequests,
    /// Get what others write to some.
    ChatPrivateReceive,
    /// Put everybody's screen where one's own is.
    Spotlight,
    /// Open plug-ins.
    StartPlugins,
    /// Close plug-ins that others opened.
    ClosePlugins,
    /// Change what others may do.
    ChangePermissions,
    /// Open and close breakout rooms, and move anybody.
    AlterRooms,
    /// Go to a breakout room by oneself.
    SwitchRooms,
    /// Go back to the meeting by oneself.
    SwitchToParent,
}

impl Ability {
    /// The preset's own name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kick => "kick_participant",
            Self::MuteOthersAudio => "disable_participant_audio",
            Self::MuteOthersVideo => "disable_participant_video",
            Self::Pin => "pin_participant",
            Self::EditDisplayName => "can_edit_display_name",
            Self::ProduceAudio => "media.audio.can_produce",
            Self::ProduceVideo => "media.video.can_produce",
            Self::ProduceScreenshare => "media.screenshare.can_produce",
            Self::ChatPublicText => "chat.public.text",
            Self::ChatPublicFiles => "chat.public.files",
            Self::ChatPrivateText => "chat.private.text",
            Self::ChatPrivateFiles => "chat.private.files",
            Self::CreatePolls => "polls.can_create",
            Self::VotePolls => "polls.can_vote",
            Self::ViewPolls => "polls.can_view",
            Self::AcceptWaiting => "accept_waiting_requests",
            Self::AcceptStageRequests => "accept_stage_requests",
            Self::ChatPrivateReceive => Right::ChatPrivateReceive.path(),
            Self::Spotlight => Right::Spotlight.path(),
            Self::StartPlugins => Right::StartPlugins.path(),
            Self::ClosePlugins => Right::ClosePlugins.path(),
            Self::ChangePermissions => Right::ChangePermissions.path(),
            Self::AlterRooms => "connected_meetings.can_alter_connected_meetings",
            Self::SwitchRooms => "connected_meetings.can_switch_connected_meetings",
            Self::SwitchToParent => "connected_meetings.can_switch_to_parent_meeting",
        }
    }

    /// Only who is on stage has it.
    pub const fn is_for_the_stage(self) -> bool {
        match self {
            Self::ProduceAudio | Self::ProduceVideo | Self::ProduceScreenshare => true,
            Self::Kick
            | Self::MuteOthersAudio
            | Self::MuteOthersVideo
            | Self::Pin
            | Self::EditDisplayName
            | Self::ChatPublicText
            | Self::ChatPublicFiles
            | Self::ChatPrivateText
            | Self::ChatPrivateFiles
            | Self::CreatePolls
            | Self::VotePolls
            | Self::ViewPolls
            | Self::AcceptWaiting
            | Self::AcceptStageRequests
            | Self::ChatPrivateReceive
            | Self::Spotlight
            | Self::StartPlugins
            | Self::ClosePlugins
            | Self::ChangePermissions
            | Self::AlterRooms
            | Self::SwitchRooms
            | Self::SwitchToParent => false,
        }
    }

    /// What it takes of what a host can take away; all of it.
    pub fn rights(self, stage: StageAccess) -> Rights {
        let produce = |produce, freely| match stage {
            StageAccess::NoStage => Rights::of(&[produce, freely]),
            StageAccess::NotAllowed | StageAccess::CanRequest | StageAccess::Allowed => {
                Rights::of(&[produce])
            }
        };
        match self {
            Self::Kick => Rights::of(&[Right::Kick]),
            Self::MuteOthersAudio => Rights::of(&[Right::MuteOthersAudio]),
            Self::MuteOthersVideo => Rights::of(&[Right::MuteOthersVideo]),
            Self::Pin => Rights::of(&[Right::Pin]),
            Self::EditDisplayName => Rights::of(&[Right::EditDisplayName]),
            Self::ProduceAudio => produce(Right::ProduceAudio, Right::ProduceAudioFreely),
            Self::ProduceVideo => produce(Right::ProduceVideo, Right::ProduceVideoFreely),
            Self::ProduceScreenshare => produce(Right::ProduceScreenshare, Right::ProduceScreenshareFreely),
            Self::ChatPublicText => Rights::of(&[Right::ChatPublicSend, Right::ChatPublicText]),
            Self::ChatPublicFiles => Rights::of(&[Right::ChatPublicSend, Right::ChatPublicFiles]),
            Self::ChatPrivateText => Rights::of(&[Right::ChatPrivateSend, Right::ChatPrivateText]),
            Self::ChatPrivateFiles => Rights::of(&[Right::ChatPrivateSend, Right::ChatPrivateFiles]),
            Self::CreatePolls => Rights::of(&[Right::CreatePolls]),
            Self::VotePolls => Rights::of(&[Right::VotePolls]),
            Self::ViewPolls => Rights::of(&[Right::ViewPolls]),
            Self::AcceptWaiting => Rights::of(&[Right::AcceptWaiting]),
            Self::AcceptStageRequests => Rights::of(&[Right::AcceptStageRequests]),
            Self::ChatPrivateReceive => Rights::of(&[Right::ChatPrivateReceive]),
            Self::Spotlight => Rights::of(&[Right::Spotlight]),
            Self::StartPlugins => Rights::of(&[Right::StartPlugins]),
            Self::ClosePlugins => Rights::of(&[Right::ClosePlugins]),
            Self::ChangePermissions => Rights::of(&[Right::ChangePermissions]),
            // The client does not change these.
            Self::AlterRooms | Self::SwitchRooms | Self::SwitchToParent => Rights::NONE,
        }
    }
}

impl Abilities {
    /// These of a preset, without what was taken elsewhere.
    #[must_use]
    pub const fn without(self, taken: Rights) -> Self {
        Self { rights: self.rights.without(taken), taken, ..self }
    }

    /// Whether the preset gives it, and it was not taken elsewhere.
    pub fn has(&self, ability: Ability) -> bool {
        self.gives(ability) && ability.rights(self.stage).common(self.taken).is_empty()
    }

    const fn gives(&self, ability: Ability) -> bool {
        match ability {
            Ability::Kick => self.kick,
            Ability::MuteOthersAudio => self.mute_others_audio,
            Ability::MuteOthersVideo => self.mute_others_video,
            Ability::Pin => self.pin,
            Ability::EditDisplayName => self.edit_display_name,
            Ability::ProduceAudio => self.produce_audio,
            Ability::ProduceVideo => self.produce_video,
            Ability::ProduceScreenshare => self.produce_screenshare,
            Ability::ChatPublicText => self.chat_public_text,
            Ability::ChatPublicFiles => self.chat_public_files,
            Ability::ChatPrivateText => self.chat_private_text,
            Ability::ChatPrivateFiles => self.chat_private_files,
            Ability::CreatePolls => self.create_polls,
            Ability::VotePolls => self.vote_polls,
            Ability::ViewPolls => self.view_polls,
            Ability::AcceptWaiting => self.accept_waiting,
            Ability::AcceptStageRequests => self.accept_stage_requests,
            Ability::ChatPrivateReceive => self.rights.contains(Right::ChatPrivateReceive),
            Ability::Spotlight => self.rights.contains(Right::Spotlight),
            Ability::StartPlugins => self.rights.contains(Right::StartPlugins),
            Ability::ClosePlugins => self.rights.contains(Right::ClosePlugins),
            Ability::ChangePermissions => self.rights.contains(Right::ChangePermissions),
            Ability::AlterRooms => self.alter_rooms,
            Ability::SwitchRooms => self.switch_rooms,
            Ability::SwitchToParent => self.switch_to_parent,
        }
    }
}
