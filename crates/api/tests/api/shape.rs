//! The shapes of the vendors' operations, as extracted from the shared OpenAPI files (`tests/fixtures/README.md`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// An operation of a vendor. Property paths are like `data.sessions[].id`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shape {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) operation_id: String,
    /// `query:name` or `path:name`.
    pub(crate) parameters: BTreeSet<String>,
    /// Of the success.
    #[serde(default)]
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) properties: BTreeSet<String>,
    #[serde(default)]
    pub(crate) required: BTreeSet<String>,
    /// Objects that may have more properties than are listed.
    #[serde(default)]
    pub(crate) open: BTreeSet<String>,
}

pub(crate) static REALTIMEKIT: LazyLock<Vec<Shape>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../fixtures/realtimekit_shape.json")).unwrap());
pub(crate) static PAGECALL: LazyLock<Vec<Shape>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../fixtures/pagecall_shape.json")).unwrap());

impl Shape {
    pub(crate) fn of(operation_id: &str) -> &'static Self {
        let mut all = REALTIMEKIT.iter().chain(PAGECALL.iter());
        all.find(|s| s.operation_id == operation_id).unwrap_or_else(|| panic!("no operation {operation_id}"))
    }

    /// Whether a property may be there.
    pub(crate) fn allows(&self, property: &str) -> bool {
        let parents = property.match_indices('.').map(|(i, _)| &property[..i]);
        self.properties.contains(property) || parents.into_iter().any(|parent| self.open.contains(parent))
    }

    /// Every required key of an answer is there; those of an absent or null parent do not count.
    pub(crate) fn assert_required(&self, answer: &Value) {
        for path in &self.required {
            let steps: Vec<&str> = path.split('.').collect();
            assert!(has(answer, &steps), "{}: {path} is missing in {answer}", self.operation_id);
        }
    }
}

fn has(value: &Value, steps: &[&str]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    let (name, is_list) = step.strip_suffix("[]").map_or((*step, false), |name| (name, true));
    match value.get(name) {
        None => !rest.is_empty(),
        Some(Value::Array(items)) if is_list => items.iter().all(|item| has(item, rest)),
        Some(Value::Object(_)) if !rest.is_empty() => has(&value[name], rest),
        Some(_) => true,
    }
}

#[test]
fn required_keys_are_looked_for_in_every_item() {
    let shape = Shape::of("sessionsGetSessions");
    let whole = serde_json::json!({ "data": { "sessions": [] } });
    shape.assert_required(&whole);
    let broken = serde_json::json!({ "data": { "sessions": [{ "id": "1" }] } });
    assert!(std::panic::catch_unwind(|| shape.assert_required(&broken)).is_err());
    assert!(shape.allows("data.sessions[].meta.anything") && !shape.allows("data.sessions[].secret"));
}
