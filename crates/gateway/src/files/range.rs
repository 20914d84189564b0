//! Which part of a file is asked for (RFC 9110 §14): one range of bytes. Several at once, and what is no range of bytes, are
//! answered with the whole file, as is a part of a file that has become another one.

use axum::http::HeaderMap;
use axum::http::header::{IF_RANGE, RANGE};
use http_range_header::parse_range_header;

/// What is to be sent of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// From the first to the last of these bytes.
    Of {
        /// Place of the first.
        first: u64,
        /// Place of the last.
        last: u64,
    },
    /// It has none of the bytes that are asked for.
    Outside,
}

/// What is asked of a file with this entity tag and so many bytes.
pub(super) fn of(asked: &HeaderMap, tag: &str, len: u64) -> Part {
    let Some(range) = asked.get(RANGE).and_then(|range| range.to_str().ok()) else { return Part::Whole };
    if asked.get(IF_RANGE).is_some_and(|seen| seen.as_bytes() != tag.as_bytes()) {
        return Part::Whole;
    }
    let Ok(ranges) = parse_range_header(range) else { return Part::Whole };
    if ranges.ranges.len() != 1 {
        return Part::Whole;
    }
    match ranges.validate(len).as_deref() {
        Ok([part]) => Part::Of { first: *part.start(), last: *part.end() },
        Ok(_) | Err(_) => Part::Outside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(range: &str, seen: Option<&str>) -> Part {
        let mut asked = HeaderMap::new();
        asked.insert(RANGE, range.parse().unwrap());
        if let Some(seen) = seen {
            asked.insert(IF_RANGE, seen.parse().unwrap());
        }
        of(&asked, "\"a\"", 10)
    }

    #[test]
    fn one_range_of_bytes_is_a_part() {
        let of = |first, last| Part::Of { first, last };
        for (range, wanted) in [
            ("bytes=0-0", of(0, 0)),
            ("bytes=2-5", of(2, 5)),
            ("bytes=2-", of(2, 9)),
            ("bytes=-3", of(7, 9)),
            ("bytes=2-99", of(2, 9)),
            ("bytes=10-", Part::Outside),
            ("bytes=-0", Part::Whole),
            ("bytes=5-2", Part::Outside),
            ("bytes=0-1,4-5", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=x", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(part(range, None), wanted, "{range}");
        }
        assert_eq!(part("bytes=2-5", Some("\"a\"")), of(2, 5));
        for other in ["\"b\"", "W/\"a\"", "Mon, 30 Nov 2026 12:00:00 GMT"] {
            assert_eq!(part("bytes=2-5", Some(other)), Part::Whole, "{other}");
        }
        assert_eq!(super::of(&HeaderMap::new(), "\"a\"", 0), Part::Whole);
    }
}
