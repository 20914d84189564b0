//! The rules of fields that hold whoever asks. Each door puts a fault into its own dialect.

use std::borrow::Cow;

/// Characters of a title or a name (meeting, room, app, participant, member, user). Fits every UI.
pub const NAME_MAX_CHARS: usize = 256;
/// Characters of an id that the customer chose (`custom_participant_id`, `user_id`).
pub const CUSTOM_ID_MAX_CHARS: usize = 256;

/// A field and the rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct Fault {
    /// Name of the parameter, or path of the body field; empty when the whole is at fault.
    pub field: Cow<'static, str>,
    /// The rule, continuing the sentence that begins with the field's name.
    pub rule: Cow<'static, str>,
}

impl Fault {
    /// `field` breaks `rule`.
    pub fn new(field: impl Into<Cow<'static, str>>, rule: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), rule: rule.into() }
    }

    /// The query or body as a whole breaks `rule`, a full sentence.
    pub fn whole(rule: impl Into<Cow<'static, str>>) -> Self {
        Self::new("", rule)
    }

    /// The same fault of a field that is inside of another one.
    pub fn below(self, path: &str) -> Self {
        Self { field: format!("{path}.{}", self.field).into(), ..self }
    }

    /// In words, without a dialect's prefix.
    pub fn message(&self) -> String {
        if self.field.is_empty() {
            self.rule.to_string()
        } else {
            format!("\"{}\" {}", self.field, self.rule)
        }
    }
}

/// `text` has at most `max` characters.
pub fn at_most(field: &'static str, text: &str, max: usize) -> Result<(), Fault> {
    if text.chars().count() > max {
        return Err(Fault::new(field, format!("must have at most {max} characters")));
    }
    Ok(())
}

/// `text` is not empty and has at most `max` characters.
pub fn filled(field: &'static str, text: &str, max: usize) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::new(field, "is not allowed to be empty"));
    }
    at_most(field, text, max)
}
