//! What the bytes of a file are, as this server has found them to be.

/// A kind of file. Only what a picture library has decoded is a picture; what a client or a name says counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// A GIF picture.
    Gif,
    /// A WebP picture.
    WebP,
    /// Anything else.
    Other,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Png, Self::Jpeg, Self::Gif, Self::WebP, Self::Other];

    /// Its name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Other => "other",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The media type by which it is served: of what is no picture a browser is told nothing that it could run.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Other => "application/octet-stream",
        }
    }

    /// Whether it is shown, and not only downloaded.
    pub const fn is_picture(self) -> bool {
        !matches!(self, Self::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in FileKind::ALL {
            assert_eq!(FileKind::parse(kind.as_str()), Some(kind));
            assert_eq!(kind.is_picture(), kind.media_type().starts_with("image/"));
        }
        assert_eq!(FileKind::parse("svg"), None);
    }
}
