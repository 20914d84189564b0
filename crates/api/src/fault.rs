//! What is wrong with a parameter or a body field. Each door puts it into its own dialect.

use std::borrow::Cow;

/// A field and the rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Name of the parameter, or path of the body field; empty when the whole is at fault.
    pub(crate) field: Cow<'static, str>,
    /// The rule, continuing the sentence that begins with the field's name.
    pub(crate) rule: Cow<'static, str>,
}

impl Fault {
    /// `field` breaks `rule`.
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, rule: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), rule: rule.into() }
    }

    /// The query or body as a whole breaks `rule`, a full sentence.
    pub(crate) fn whole(rule: impl Into<Cow<'static, str>>) -> Self {
        Self::new("", rule)
    }

    /// The same fault of a field that is inside of another one.
    pub(crate) fn below(self, path: &str) -> Self {
        Self { field: format!("{path}.{}", self.field).into(), ..self }
    }

    /// In words, without a dialect's prefix.
    pub(crate) fn message(&self) -> String {
        if self.field.is_empty() {
            self.rule.to_string()
        } else {
            format!("\"{}\" {}", self.field, self.rule)
        }
    }
}

/// `text` has at most `max` characters.
pub(crate) fn at_most(field: &'static str, text: &str, max: usize) -> Result<(), Fault> {
    if text.chars().count() > max {
        return Err(Fault::new(field, format!("must have at most {max} characters")));
    }
    Ok(())
}

/// `text` is not empty and has at most `max` characters.
pub(crate) fn filled(field: &'static str, text: &str, max: usize) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::new(field, "is not allowed to be empty"));
    }
    at_most(field, text, max)
}

/// `text` is a http or https URL of reasonable length.
pub(crate) fn web_url(field: &'static str, text: &str) -> Result<(), Fault> {
    at_most(field, text, crate::limit::URL_MAX_CHARS)?;
    let uri = text.parse::<axum::http::Uri>().ok();
    let fits = uri.is_some_and(|u| matches!(u.scheme_str(), Some("http" | "https")) && u.host().is_some());
    if fits { Ok(()) } else { Err(Fault::new(field, "must be a valid http or https URL")) }
}
