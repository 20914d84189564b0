//! Rights that a host can take from people in a session, and give back (PROTOCOL §7.5).
//!
//! A preset is what its app lets somebody do. What a host changes is kept as what is taken away of it, so that nobody can
//! be given more than the preset gives.

/// One switch of a preset that can be changed in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Make polls.
    CreatePolls,
    /// Vote in polls.
    VotePolls,
    /// See polls.
    ViewPolls,
    /// Open plug-ins.
    StartPlugins,
    /// Close plug-ins.
    ClosePlugins,
    /// Send to everybody, whatever it is.
    ChatPublicSend,
    /// Texts of that.
    ChatPublicText,
    /// Files of that.
    ChatPublicFiles,
    /// Send to some, whatever it is.
    ChatPrivateSend,
    /// Get what others send to some.
    ChatPrivateReceive,
    /// Texts of what is sent to some.
    ChatPrivateText,
    /// Files of that.
    ChatPrivateFiles,
    /// Let in who waits, or not.
    AcceptWaiting,
    /// Let others on stage, and take them off.
    AcceptStageRequests,
    /// Change one's own name.
    EditDisplayName,
    /// Put everybody's screen where one's own is.
    Spotlight,
    /// Mute microphones of others.
    MuteOthersAudio,
    /// Switch cameras of others off.
    MuteOthersVideo,
    /// End screens of others; the client knows no such request.
    MuteOthersScreenshare,
    /// Remove others.
    Kick,
    /// Pin somebody for everybody.
    Pin,
    /// See the list of people: the client shows it or not.
    ParticipantList,
    /// Change the rights of others.
    ChangePermissions,
    /// Publish a microphone.
    ProduceAudio,
    /// The same without being let on stage before.
    ProduceAudioFreely,
    /// Publish a camera.
    ProduceVideo,
    /// The same without being let on stage before.
    ProduceVideoFreely,
    /// Publish a screen.
    ProduceScreenshare,
    /// The same without being let on stage before.
    ProduceScreenshareFreely,
}

impl Right {
    /// Every value, in declaration order.
    pub const ALL: &[Self] = &[
        Self::CreatePolls,
        Self::VotePolls,
        Self::ViewPolls,
        Self::StartPlugins,
        Self::ClosePlugins,
        Self::ChatPublicSend,
        Self::ChatPublicText,
        Self::ChatPublicFiles,
        Self::ChatPrivateSend,
        Self::ChatPrivateReceive,
        Self::ChatPrivateText,
        Self::ChatPrivateFiles,
        Self::AcceptWaiting,
        Self::AcceptStageRequests,
        Self::EditDisplayName,
        Self::Spotlight,
        Self::MuteOthersAudio,
        Self::MuteOthersVideo,
        Self::MuteOthersScreenshare,
        Self::Kick,
        Self::Pin,
        Self::ParticipantList,
        Self::ChangePermissions,
        Self::ProduceAudio,
        Self::ProduceAudioFreely,
        Self::ProduceVideo,
        Self::ProduceVideoFreely,
        Self::ProduceScreenshare,
        Self::ProduceScreenshareFreely,
    ];

    /// Where it is in the permissions of a preset, which is its name in the store, too. What is a name of three values
    /// there (`ALLOWED`, `CAN_REQUEST`, `NOT_ALLOWED`) is two rights here.
    pub const fn path(self) -> &'static str {
        match self {
            Self::CreatePolls => "polls.can_create",
            Self::VotePolls => "polls.can_vote",
            Self::ViewPolls => "polls.can_view",
            Self::StartPlugins => "plugins.can_start",
            Self::ClosePlugins => "plugins.can_close",
            Self::ChatPublicSend => "chat.public.can_send",
            Self::ChatPublicText => "chat.public.text",
            Self::ChatPublicFiles => "chat.public.files",
            Self::ChatPrivateSend => "chat.private.can_send",
            Self::ChatPrivateReceive => "chat.private.can_receive",
            Self::ChatPrivateText => "chat.private.text",
            Self::ChatPrivateFiles => "chat.private.files",
            Self::AcceptWaiting => "accept_waiting_requests",
            Self::AcceptStageRequests => "can_accept_production_requests",
            Self::EditDisplayName => "can_edit_display_name",
            Self::Spotlight => "can_spotlight",
            Self::MuteOthersAudio => "disable_participant_audio",
            Self::MuteOthersVideo => "disable_participant_video",
            Self::MuteOthersScreenshare => "disable_participant_screensharing",
            Self::Kick => "kick_participant",
            Self::Pin => "pin_participant",
            Self::ParticipantList => "show_participant_list",
            Self::ChangePermissions => "can_change_participant_permissions",
            Self::ProduceAudio => "media.audio.can_produce",
            Self::ProduceAudioFreely => "media.audio.can_produce.freely",
            Self::ProduceVideo => "media.video.can_produce",
            Self::ProduceVideoFreely => "media.video.can_produce.freely",
            Self::ProduceScreenshare => "media.screenshare.can_produce",
            Self::ProduceScreenshareFreely => "media.screenshare.can_produce.freely",
        }
    }

    /// Reads [`Self::path`].
    pub fn parse(path: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|right| right.path() == path)
    }

    const fn bit(self) -> u32 {
        1_u32.wrapping_shl(self as u32)
    }
}

/// The two rights of each of microphone, camera and screen, with its name in a preset: to publish it at all, and freely.
pub const PRODUCE: [(&str, Right, Right); 3] = [
    ("audio", Right::ProduceAudio, Right::ProduceAudioFreely),
    ("video", Right::ProduceVideo, Right::ProduceVideoFreely),
    ("screenshare", Right::ProduceScreenshare, Right::ProduceScreenshareFreely),
];

/// Chat with everybody and with some: who may send nothing may send no texts and no files.
const CHATS: [(Right, [Right; 2]); 2] = [
    (Right::ChatPublicSend, [Right::ChatPublicText, Right::ChatPublicFiles]),
    (Right::ChatPrivateSend, [Right::ChatPrivateText, Right::ChatPrivateFiles]),
];

/// Some rights.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights(u32);

impl Rights {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// These.
    pub const fn of(rights: &[Right]) -> Self {
        let (mut bits, mut left) = (0, rights);
        while let [right, rest @ ..] = left {
            bits |= right.bit();
            left = rest;
        }
        Self(bits)
    }

    /// All that there are.
    pub const fn all() -> Self {
        Self::of(Right::ALL)
    }

    /// Whether this one is among them.
    pub const fn contains(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of either.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those that are not among the others.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Those of both.
    #[must_use]
    pub const fn common(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Those that mean anything: without leave to send, texts and files are nothing.
    #[must_use]
    pub fn that_count(self) -> Self {
        let void = CHATS.iter().filter(|(send, _)| !self.contains(*send));
        void.fold(self, |rights, (_, what)| rights.without(Self::of(what)))
    }

    /// These, and those that count or do not with them.
    #[must_use]
    pub fn with_what_hangs_on_them(self) -> Self {
        let with = CHATS.iter().filter(|(send, _)| self.contains(*send));
        with.fold(self, |rights, (_, what)| rights.with(Self::of(what)))
    }

    /// Each of them, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.iter().copied().filter(move |right| self.contains(*right))
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        rights.into_iter().fold(Self::NONE, |all, right| all.with(Self::of(&[right])))
    }
}

impl std::fmt::Debug for Rights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(Right::path)).finish()
    }
}

/// What a host asks for one person. A right is in one of the two at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Patch {
    /// To give back.
    pub give: Rights,
    /// To take away.
    pub take: Rights,
}

impl Patch {
    /// Sets one right.
    pub const fn set(&mut self, right: Right, to: bool) {
        let one = Rights::of(&[right]);
        let Self { give, take } = *self;
        *self = if to {
            Self { give: give.with(one), take: take.without(one) }
        } else {
            Self { give: give.without(one), take: take.with(one) }
        };
    }

    /// This one, and then another one.
    #[must_use]
    pub const fn then(self, later: Self) -> Self {
        Self {
            give: self.give.without(later.take).with(later.give),
            take: self.take.without(later.give).with(later.take),
        }
    }

    /// What it is about.
    pub const fn rights(self) -> Rights {
        self.give.with(self.take)
    }
}

/// What hosts have changed for one person in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// What the person lacks of what its preset gives.
    pub taken: Rights,
    /// What was taken at any time: its client may have heard of it, and has to hear how it is now.
    pub touched: Rights,
}

impl Change {
    /// After this patch, for somebody whose preset gives `ceiling`. What is beyond that is not changed.
    #[must_use]
    pub const fn after(self, patch: Patch, ceiling: Rights) -> Self {
        let taken = self.taken.without(patch.give).with(patch.take.common(ceiling));
        let changed = Rights(self.taken.0 ^ taken.0);
        Self { taken, touched: self.touched.with(changed) }
    }

    /// What is different in another one.
    pub const fn difference(self, other: Self) -> Rights {
        Rights(self.taken.0 ^ other.taken.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_has_a_name_and_a_place_of_its_own() {
        for (n, right) in Right::ALL.iter().enumerate() {
            assert_eq!(Right::parse(right.path()), Some(*right));
            assert_eq!(*right as usize, n, "it is where it is declared");
        }
        assert_eq!(Rights::all().iter().count(), Right::ALL.len());
        assert!(Right::ALL.len() <= 32, "they fit");
    }

    #[test]
    fn the_later_word_counts() {
        let patch = |give: &[Right], take: &[Right]| Patch { give: Rights::of(give), take: Rights::of(take) };
        let both = patch(&[Right::Kick], &[Right::Pin]).then(patch(&[Right::Pin], &[Right::Kick]));
        assert_eq!(both, patch(&[Right::Pin], &[Right::Kick]));
        let mut set = patch(&[], &[Right::Kick]);
        set.set(Right::Kick, true);
        assert_eq!(set, patch(&[Right::Kick], &[]));
    }

    #[test]
    fn what_a_preset_does_not_give_cannot_be_taken_or_given() {
        let ceiling = Rights::of(&[Right::Kick]);
        let take = Patch { take: Rights::all(), give: Rights::NONE };
        let taken = Change::default().after(take, ceiling);
        assert_eq!(taken, Change { taken: ceiling, touched: ceiling });
        let give = Patch { give: Rights::all(), take: Rights::NONE };
        assert_eq!(taken.after(give, ceiling), Change { taken: Rights::NONE, touched: ceiling });
        assert_eq!(Change::default().after(give, ceiling), Change::default());
    }
}
