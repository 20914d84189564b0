//! What a file may be called. A name comes from whoever uploads it, is shown to others, stands in a header, and is what their
//! systems save it as.

/// Bytes of a name: what most file systems take.
pub const NAME_MAX_BYTES: usize = 200;

/// The name when nothing is left of it.
const NAMELESS: &str = "file";

/// The name as people may be shown it: its last part, without what is no text, what turns text around, and what leads
/// somewhere else on any system. Its ending stays when it is cut.
pub fn safe_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().map(|c| if is_taken_for_syntax(c) { '_' } else { c }).collect();
    let kept: String = kept.chars().filter(|c| !is_hidden(*c)).collect();
    // Leading dots hide it, ending ones and blanks are cut by some systems, which changes the ending.
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if kept.is_empty() { NAMELESS.to_owned() } else { cut(kept) }
}

/// The name in ASCII, for a path and for clients that read no other: what is none is `_`.
pub fn plain_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let plain: String = name.chars().map(plain).collect();
    if plain.is_empty() { NAMELESS.to_owned() } else { plain }
}

/// What a system or a header takes for more than a name.
fn is_taken_for_syntax(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | ';' | '%')
}

/// Controls, and what is not seen but turns or joins what is (Unicode's bidirectional controls, zero widths, separators,
/// tags, a byte order mark).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{e0000}'..='\u{e007f}')
}

/// At most [`NAME_MAX_BYTES`], with the ending where it is short.
fn cut(name: &str) -> String {
    if name.len() <= NAME_MAX_BYTES {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.len() <= 16 { ending } else { "" };
    let mut end = NAME_MAX_BYTES - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_and_hide_nothing() {
        for (given, wanted) in [
            ("report.pdf", "report.pdf"),
            ("Grüße aus Köln.png", "Grüße aus Köln.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\win.ini", "win.ini"),
            ("a\r\nX-Evil: 1.png", "aX-Evil_ 1.png"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("x\"; filename=\"y.html", "x__ filename=_y.html"),
            (".htaccess", "htaccess"),
            ("a.exe. . ", "a.exe"),
            ("", "file"),
            ("...", "file"),
            ("/", "file"),
            ("\u{0}\u{feff}", "file"),
        ] {
            assert_eq!(safe_name(given), wanted, "{given:?}");
        }
        let long = format!("{}.jpeg", "ä".repeat(500));
        let short = safe_name(&long);
        assert!(short.len() <= NAME_MAX_BYTES && short.ends_with("ä.jpeg"), "{short}");
        assert_eq!(safe_name(&short), short, "a safe name stays");
        assert!(safe_name(&format!("a.{}", "b".repeat(500))).len() <= NAME_MAX_BYTES);
    }

    #[test]
    fn plain_names_fit_a_path() {
        assert_eq!(plain_name("Grüße aus.png"), "Gr__e_aus.png");
        assert_eq!(plain_name("a/b?c#d"), "a_b_c_d");
        assert_eq!(plain_name(""), "file");
    }
}
