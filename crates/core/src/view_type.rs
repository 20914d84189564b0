//! What a preset makes of a meeting (SEMANTICS §2.6).

/// View type of a preset: which screen its holders see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ViewType {
    /// Everybody produces.
    GroupCall,
    /// Some are on the stage, the others ask.
    Webinar,
    /// Sound only.
    AudioRoom,
    /// One-way, to many.
    Livestream,
    /// Text only.
    Chat,
}

impl ViewType {
    /// Every value. Their order is that of the [codes](Self::code): new ones come last.
    pub const ALL: &[Self] = &[Self::GroupCall, Self::Webinar, Self::AudioRoom, Self::Livestream, Self::Chat];

    /// The name in presets and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GroupCall => "GROUP_CALL",
            Self::Webinar => "WEBINAR",
            Self::AudioRoom => "AUDIO_ROOM",
            Self::Livestream => "LIVESTREAM",
            Self::Chat => "CHAT",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == name)
    }

    /// One byte of a stay's row.
    pub const fn code(self) -> u8 {
        match self {
            Self::GroupCall => 0,
            Self::Webinar => 1,
            Self::AudioRoom => 2,
            Self::Livestream => 3,
            Self::Chat => 4,
        }
    }

    /// Reads [`Self::code`].
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_lead_back() {
        for view in ViewType::ALL {
            assert_eq!(
                (ViewType::parse(view.as_str()), ViewType::of_code(view.code())),
                (Some(*view), Some(*view))
            );
        }
        assert_eq!((ViewType::parse("group_call"), ViewType::of_code(5)), (None, None));
    }
}
