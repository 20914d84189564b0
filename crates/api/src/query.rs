//! The strict query parser (SEMANTICS §3.3, §6.4): duplicates are faults, empty = not given, unknown names are ignored.

use crate::fault::Fault;

/// A decoded query string, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

/// Parameters of an operation, read from its query in the order in which faults are to be reported.
pub(crate) trait FromQuery: Sized {
    /// Reads and checks; the first fault in the operation's order.
    fn from_query(query: &Query) -> Result<Self, Fault>;
}

impl Query {
    /// Decodes `name=value&…`; `+` and `%20` are blanks. Wrong percent-encoding and text that is not UTF-8 are faults.
    pub(crate) fn parse(raw: &str) -> Result<Self, Fault> {
        let mut pairs = Vec::new();
        for part in raw.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Self { pairs })
    }

    /// The value of a parameter; an empty one counts as not given. Twice is a fault.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, Fault> {
        self.once(name, "must be a string")
    }

    /// As [`Self::text`]; `rule` is reported when the parameter is given twice.
    pub(crate) fn once(&self, name: &'static str, rule: &'static str) -> Result<Option<&str>, Fault> {
        let mut values = self.pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Fault::new(name, rule));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// One of `names`, exact case.
    pub(crate) fn one_of<T: Copy>(
        &self,
        name: &'static str,
        names: &[(&'static str, T)],
    ) -> Result<Option<T>, Fault> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        named(name, text, names).map(Some)
    }

    /// A list of such: the parameter may be given several times. Empty ones count as not given.
    pub(crate) fn each_of<T: Copy>(
        &self,
        name: &'static str,
        names: &[(&'static str, T)],
    ) -> Result<Vec<T>, Fault> {
        let values = self.pairs.iter().filter(|(n, value)| n == name && !value.is_empty());
        values.map(|(_, value)| self::named(name, value, names)).collect()
    }

    /// `true` or `false`, any case.
    pub(crate) fn boolean(&self, name: &'static str) -> Result<Option<bool>, Fault> {
        const RULE: &str = "must be a boolean";
        match self.once(name, RULE)? {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(Fault::new(name, RULE)),
        }
    }
}

/// The value that has this name.
pub(crate) fn named<T: Copy>(
    parameter: &'static str,
    text: &str,
    names: &[(&'static str, T)],
) -> Result<T, Fault> {
    if let Some((_, value)) = names.iter().find(|(name, _)| *name == text) {
        return Ok(*value);
    }
    let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    Err(Fault::new(parameter, format!("must be one of [{}]", all.join(", "))))
}

fn decode(text: &str) -> Result<String, Fault> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                let value = high.zip(low).and_then(|(h, l)| u8::try_from(h * 16 + l).ok());
                value.ok_or_else(|| Fault::whole("the query has a wrong percent-encoding"))?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| Fault::whole("the query is not valid UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once_and_strictly() {
        let q = Query::parse("a=1+2%2B3&b=%E3%83%9F&c&d=&=x&&e=a=b").unwrap();
        assert_eq!(q.text("a"), Ok(Some("1 2+3")));
        assert_eq!(q.text("b"), Ok(Some("ミ")));
        assert_eq!((q.text("c"), q.text("d"), q.text("z")), (Ok(None), Ok(None), Ok(None)));
        assert_eq!(q.text("e"), Ok(Some("a=b")));
        for bad in ["a=%", "a=%4", "a=%zz", "%FF=1", "a=%FF", "a=%C3", "a=%+1"] {
            assert!(Query::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_parameter_given_twice_is_a_fault_even_when_empty() {
        let q = Query::parse("a=1&a=&b=2&b=2").unwrap();
        assert_eq!(q.text("a"), Err(Fault::new("a", "must be a string")));
        assert!(q.text("b").is_err());
        assert_eq!(q.boolean("c"), Ok(None));
    }

    #[test]
    fn a_list_is_given_name_by_name() {
        let q = Query::parse("s=A&s=&s=B&s=A&t=C").unwrap();
        let names = [("A", 1), ("B", 2)];
        assert_eq!((q.each_of("s", &names), q.each_of("u", &names)), (Ok(vec![1, 2, 1]), Ok(vec![])));
        assert_eq!(q.each_of("t", &names), Err(Fault::new("t", "must be one of [A, B]")));
    }

    #[test]
    fn booleans_are_two_words() {
        let q = Query::parse("a=TRUE&b=False&c=1&d=yes").unwrap();
        assert_eq!((q.boolean("a"), q.boolean("b")), (Ok(Some(true)), Ok(Some(false))));
        assert!(q.boolean("c").is_err() && q.boolean("d").is_err());
    }
}
