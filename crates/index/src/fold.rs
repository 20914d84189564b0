//! Case folding for search (SEMANTICS §3.4): NFC, then Unicode simple case folding.

use std::num::NonZeroU32;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

/// `text` as it is compared in a search.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().map(fold_char).collect()
}

/// The same of a shared text: no copy where folding changes nothing.
pub(crate) fn shared(text: &Arc<str>) -> Arc<str> {
    let folded = fold(text);
    if *folded == **text { text.clone() } else { folded.into() }
}

fn fold_char(c: char) -> char {
    unicode_case_mapping::case_folded(c).map(NonZeroU32::get).and_then(char::from_u32).unwrap_or(c)
}

/// A search term, folded once, for texts that are folded already and for ids as they are printed.
#[derive(Debug, Clone)]
pub struct Needle {
    /// The folded term, for folded titles.
    pub text: String,
    /// For [`id_has`]: the term, if it can be a part of a printed id.
    pub id_part: Option<String>,
}

impl Needle {
    /// `None` when the term is absent or empty: everything matches.
    pub fn new(search: Option<&str>) -> Option<Self> {
        let text = search.filter(|s| !s.is_empty()).map(fold)?;
        let fits =
            text.len() <= UUID_LEN && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'));
        let id_part = fits.then(|| text.clone());
        Some(Self { text, id_part })
    }
}

const UUID_LEN: usize = 36;

/// Whether the UUID text of these 16 bytes contains `part` (lower case).
pub fn id_has(id: &[u8], part: &[u8]) -> bool {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    if part.is_empty() {
        return true;
    }
    if part.len() > UUID_LEN {
        return false;
    }
    let mut text = [b'-'; UUID_LEN];
    let mut at = 0;
    for (i, byte) in id.iter().take(16).enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            at += 1;
        }
        text[at] = HEX[usize::from(byte >> 4)];
        text[at + 1] = HEX[usize::from(byte & 0xf)];
        at += 2;
    }
    let first = part[0];
    text.windows(part.len()).any(|w| w[0] == first && w == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_unicode_and_composed() {
        assert_eq!(fold("Café ÉCLAIR"), fold("cafe\u{301} e\u{301}clair"));
        assert_eq!(fold("ΣΊΣΥΦΟΣ"), fold("σίσυφος"));
        assert_eq!(fold("ẞ"), "ß");
        assert_eq!(fold("100%_DONE"), "100%_done");
    }

    #[test]
    fn ids_match_on_their_printed_form() {
        let text = "14a396e7-ca44-4937-bf1f-050a69118543";
        let bytes = 0x14a3_96e7_ca44_4937_bf1f_050a_6911_8543_u128.to_be_bytes();
        assert!(id_has(&bytes, text.as_bytes()));
        for from in 0..text.len() {
            for to in from..text.len() {
                assert!(id_has(&bytes, &text.as_bytes()[from..to]), "{}", &text[from..to]);
            }
        }
        for no in ["e7ca44", "144", "14a396e7ca44", "14a396e7-ca44-4937-bf1f-050a691185430"] {
            assert!(!id_has(&bytes, no.as_bytes()), "{no}");
        }
        assert_eq!(Needle::new(Some("CA44-49")).unwrap().id_part.as_deref(), Some("ca44-49"));
        assert!(Needle::new(Some("weekly")).unwrap().id_part.is_none());
        assert!(Needle::new(Some("")).is_none());
    }
}
