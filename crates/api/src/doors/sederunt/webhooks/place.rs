//! The id of a delivery: `<sequence>-<part>`, and `-<replay>` behind it where a replay sent it.

use sederunt_webhook::told::Key;

use crate::fault::Fault;
use crate::query::Query;

/// The form of a place between deliveries.
pub(super) const PLACE_FORM: &str = "^([0-9]{1,16}|(0|[1-9][0-9]{0,17})-([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])(-[1-9][0-9]{0,8})?)?$";

/// Writes the id of a delivery.
pub(super) fn write(key: Key) -> String {
    match key {
        Key { seq, part, replay: 0 } => format!("{seq}-{part}"),
        Key { seq, part, replay } => format!("{seq}-{part}-{replay}"),
    }
}

/// Reads [`write`], and nothing else.
pub(super) fn read(text: &str) -> Option<Key> {
    let mut numbers = text.split('-');
    let (seq, part) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    let replay = numbers.next().map_or(Some(0), |text| text.parse().ok())?;
    // One spelling alone: no signs, no zeros in front, nothing behind.
    Some(Key { seq, part, replay }).filter(|key| write(*key) == text)
}

/// Which side of a fact is meant when a place is its number alone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    /// Before everything that it made.
    Before,
    /// After all of it.
    After,
}

/// A place between deliveries: the id of one, or the number of a fact.
pub(super) fn param(query: &Query, name: &'static str, side: Side) -> Result<Option<Key>, Fault> {
    let Some(text) = query.text(name)? else { return Ok(None) };
    let of_fact = |seq| match side {
        Side::Before => Key::first(seq),
        Side::After => Key::last(seq),
    };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = || text.parse().ok().filter(|_| digits).map(of_fact);
    let place = read(text).or_else(number);
    place.map(Some).ok_or_else(|| Fault::new(name, "must be the id of a delivery or of an event"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        for key in [
            Key::first(0),
            Key { part: 1, ..Key::first(4711) },
            Key { seq: 7, part: 0, replay: 3 },
            Key::last(u64::MAX),
        ] {
            assert_eq!(read(&write(key)), Some(key));
        }
        for bad in [
            "", "1", "1-", "-1", "01-0", "1-00", "1-0-0", "1-0-", "1-0-01", "+1-0", "1-256", "1-0-1-1",
            "1-0 ", "a-0",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_place_is_an_id_or_a_number() {
        let place = |text: &str, side| param(&Query::parse(&format!("p={text}")).unwrap(), "p", side);
        assert_eq!(place("7", Side::Before), Ok(Some(Key::first(7))));
        assert_eq!(place("7", Side::After), Ok(Some(Key::last(7))));
        assert_eq!(place("7-1-2", Side::After), Ok(Some(Key { seq: 7, part: 1, replay: 2 })));
        assert_eq!(place("", Side::Before), Ok(None));
        for bad in ["x", "-1", "7-", "1.5", "99999999999999999999999"] {
            assert!(place(bad, Side::Before).is_err(), "{bad}");
        }
    }
}
