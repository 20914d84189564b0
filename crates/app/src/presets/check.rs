//! What is said of a preset, checked against its [tree](super::tree).

use serde_json::{Map, Value};

use super::tree::{Field, Form, PARTS};
use crate::rule::{Fault, NAME_MAX_CHARS, filled};

/// Objects and lists inside one another. The tree of the vendor has five; what an app keeps beside it may have more, but
/// none so deep that clients fail to read it.
const DEPTH_MAX: usize = 16;
/// Largest whole number that a JSON fraction holds exactly.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// A whole preset: everything that is required is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    pub(super) name: String,
    pub(super) parts: Map<String, Value>,
}

/// What of a preset is to be changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    pub(super) name: Option<String>,
    pub(super) parts: Map<String, Value>,
}

impl Whole {
    /// From a JSON object. Fields that the tree does not know are kept inside of its parts, and dropped beside them; `null` is
    /// not given.
    pub fn of(body: Map<String, Value>) -> Result<Self, Fault> {
        let Changes { name, parts } = read(body, true)?;
        let name = name.ok_or_else(|| Fault::new("name", "is required"))?;
        Ok(Self { name, parts })
    }
}

impl Changes {
    /// The same, with nothing required.
    pub fn of(body: Map<String, Value>) -> Result<Self, Fault> {
        read(body, false)
    }
}

fn read(body: Map<String, Value>, whole: bool) -> Result<Changes, Fault> {
    let mut body = given(body);
    let name = match body.remove("name") {
        None => None,
        Some(Value::String(name)) => {
            filled("name", &name, NAME_MAX_CHARS)?;
            Some(name)
        }
        Some(_) => return Err(Fault::new("name", "must be a string")),
    };
    body.retain(|key, _| PARTS.iter().any(|part| part.name == key));
    for (part, tree) in &body {
        if depth(tree) > DEPTH_MAX {
            return Err(Fault::new(part.clone(), format!("must have at most {DEPTH_MAX} levels")));
        }
    }
    fields(&body, PARTS, "", whole)?;
    Ok(Changes { name, parts: body })
}

/// The object without what is `null`, at every place of an object.
fn given(object: Map<String, Value>) -> Map<String, Value> {
    let inside = |value| match value {
        Value::Object(object) => Value::Object(given(object)),
        flat @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => flat,
    };
    object
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key, inside(value)))
        .collect()
}

/// Levels of objects and lists.
fn depth(value: &Value) -> usize {
    let below = match value {
        Value::Object(object) => object.values().map(depth).max(),
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return 0,
    };
    below.unwrap_or(0).saturating_add(1)
}

/// The fields of an object that is at `path`.
fn fields(object: &Map<String, Value>, known: &[Field], path: &str, whole: bool) -> Result<(), Fault> {
    for Field { name, form: wanted, required } in known {
        let at = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
        match object.get(*name) {
            Some(value) => form(value, *wanted, &at, whole)?,
            None if *required && whole => return Err(Fault::new(at, "is required")),
            None => {}
        }
    }
    Ok(())
}

/// The value that is at `path`.
fn form(value: &Value, wanted: Form, path: &str, whole: bool) -> Result<(), Fault> {
    let fault = |rule: String| Err(Fault::new(path.to_owned(), rule));
    match (wanted, value) {
        (Form::Tree(known), Value::Object(object)) => fields(object, known, path, whole),
        (Form::Tree(_) | Form::Map, value) if !value.is_object() => fault("must be an object".to_owned()),
        (Form::Bool, value) if !value.is_boolean() => fault("must be a boolean".to_owned()),
        (Form::Text | Form::Url, value) if !value.is_string() => fault("must be a string".to_owned()),
        (Form::Name(names), value) if value.as_str().is_none_or(|name| !names.contains(&name)) => {
            fault(format!("must be one of [{}]", names.join(", ")))
        }
        (Form::Whole(min, max), value) => match whole_number(value) {
            None => fault("must be an integer".to_owned()),
            Some(n) if n < min => fault(format!("must be greater than or equal to {min}")),
            Some(n) if n > max => fault(format!("must be less than or equal to {max}")),
            Some(_) => Ok(()),
        },
        (Form::Number(min), value) => match value.as_f64() {
            None => fault("must be a number".to_owned()),
            Some(n) if n < f64::from(min) => fault(format!("must be greater than or equal to {min}")),
            Some(_) => Ok(()),
        },
        (Form::Numbers, Value::Array(items)) => match items.iter().position(|item| !item.is_number()) {
            Some(at) => Err(Fault::new(format!("{path}[{at}]"), "must be a number")),
            None => Ok(()),
        },
        (Form::Numbers, _) => fault("must be an array".to_owned()),
        (Form::Tree(_) | Form::Map | Form::Bool | Form::Text | Form::Url | Form::Name(_), _) => Ok(()),
    }
}

/// An integer as JSON Schema has it: `30.0` is one. What is beyond all integers of ours is the last of them.
fn whole_number(value: &Value) -> Option<i64> {
    let number = value.as_number()?;
    if let Some(n) = number.as_i64() {
        return Some(n);
    }
    if number.is_u64() {
        return Some(i64::MAX);
    }
    let n = number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() <= EXACT_MAX)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and at most 2^53")]
    let n = n as i64;
    Some(n)
}

#[cfg(test)]
mod tests {
    use sederunt_core::id::Id;
    use sederunt_core::time::UnixMs;
    use sederunt_store::PresetRow;
    use serde_json::json;

    use super::*;
    use crate::presets::default_presets;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("{value}") };
        object
    }

    fn defaults() -> Vec<PresetRow> {
        default_presets(&"app".into(), UnixMs(1), Id::default)
    }

    /// A default preset under another name.
    fn coach() -> Value {
        let mut coach = defaults().remove(0).body;
        coach["name"] = "Coach".into();
        coach
    }

    /// Every path of the tree that is required, or all.
    fn paths(known: &[Field], path: &str, out: &mut Vec<(String, bool)>) {
        for field in known {
            let at = format!("{path}/{}", field.name);
            out.push((at.clone(), field.required));
            if let Form::Tree(below) = field.form {
                paths(below, &at, out);
            }
        }
    }

    #[test]
    fn every_default_preset_is_whole() {
        for row in defaults() {
            let mut body = object(row.body.clone());
            body.insert("name".into(), row.name.clone().into());
            let whole = Whole::of(body).unwrap();
            assert_eq!((whole.name, Value::Object(whole.parts)), (row.name, row.body));
        }
    }

    #[test]
    fn what_is_required_is_named_by_its_path_and_may_be_missing_in_a_change() {
        let mut all = Vec::new();
        paths(PARTS, "", &mut all);
        assert!(all.len() > 80, "{}", all.len());
        for (pointer, required) in all {
            let mut body = coach();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let Some(Value::Object(at)) = body.pointer_mut(parent) else { panic!("{pointer}") };
            at.insert(name.to_owned(), Value::Null);
            let path = pointer.trim_start_matches('/').replace('/', ".");
            let faults = Whole::of(object(body.clone())).map_err(|fault| fault.message());
            match required {
                true => assert_eq!(faults.unwrap_err(), format!("\"{path}\" is required")),
                false => assert!(faults.is_ok(), "{path}"),
            }
            assert!(Changes::of(object(body)).is_ok(), "{path}");
        }
        let Value::Object(mut nameless) = coach() else { panic!() };
        nameless.remove("name");
        assert_eq!(Whole::of(nameless).unwrap_err().message(), "\"name\" is required");
    }

    #[test]
    fn unknown_fields_are_kept_inside_and_dropped_outside() {
        let body = json!({ "colour": "red", "id": "x", "ui": { "config_diff": { "a": 1, "b": null } } });
        let changes = Changes::of(object(body)).unwrap();
        assert_eq!(Value::Object(changes.parts), json!({ "ui": { "config_diff": { "a": 1 } } }));
        assert_eq!(changes.name, None);
    }

    #[test]
    fn forms_and_bounds() {
        let mut deep = json!(1);
        for _ in 0..DEPTH_MAX {
            deep = json!([deep]);
        }
        for (body, wanted) in [
            (json!({ "name": 5 }), "\"name\" must be a string"),
            (json!({ "name": "" }), "\"name\" is not allowed to be empty"),
            (json!({ "name": "ä".repeat(257) }), "\"name\" must have at most 256 characters"),
            (json!({ "config": [] }), "\"config\" must be an object"),
            (
                json!({ "permissions": { "polls": { "can_vote": 1 } } }),
                "\"permissions.polls.can_vote\" must be a boolean",
            ),
            (
                json!({ "permissions": { "plugins": { "config": [] } } }),
                "\"permissions.plugins.config\" must be an object",
            ),
            (
                json!({ "config": { "view_type": "CALL" } }),
                "\"config.view_type\" must be one of [GROUP_CALL, WEBINAR, AUDIO_ROOM, LIVESTREAM]",
            ),
            (
                json!({ "config": { "max_screenshare_count": 1.5 } }),
                "\"config.max_screenshare_count\" must be an integer",
            ),
            (
                json!({ "config": { "max_screenshare_count": -1 } }),
                "\"config.max_screenshare_count\" must be greater than or equal to 0",
            ),
            (
                json!({ "config": { "media": { "video": { "frame_rate": u64::MAX } } } }),
                "\"config.media.video.frame_rate\" must be less than or equal to 30",
            ),
            (
                json!({ "config": { "livestream_viewer_qualities": [720, "x"] } }),
                "\"config.livestream_viewer_qualities[1]\" must be a number",
            ),
            (
                json!({ "ui": { "design_tokens": { "spacing_base": 0.5 } } }),
                "\"ui.design_tokens.spacing_base\" must be greater than or equal to 1",
            ),
            (json!({ "ui": { "mine": deep } }), "\"ui\" must have at most 16 levels"),
        ] {
            assert_eq!(Changes::of(object(body)).unwrap_err().message(), wanted);
        }
        let whole = json!({ "config": { "media": { "video": { "frame_rate": 30.0 } } } });
        assert!(Changes::of(object(whole)).is_ok());
    }
}
