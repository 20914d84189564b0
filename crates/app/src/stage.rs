//! What a preset says of the stage (SEMANTICS §2.6).

use sederunt_core::standing::StageAccess;
use sederunt_core::view_type::ViewType;
use serde_json::Value;

/// Who of its holders may come on stage. It has a stage when it says so, and as a webinar or livestream; that is how the
/// official client reads it. Without `stage_access` it goes by what its holders may produce.
pub(crate) fn access(preset: &Value) -> StageAccess {
    let permissions = &preset["permissions"];
    let view_type = preset["config"]["view_type"].as_str().and_then(ViewType::parse);
    let implied = matches!(view_type, Some(ViewType::Webinar | ViewType::Livestream));
    if !implied && permissions["stage_enabled"] != Value::Bool(true) {
        return StageAccess::NoStage;
    }
    let any = |what: &str| {
        ["audio", "video", "screenshare"]
            .iter()
            .any(|kind| permissions["media"][*kind]["can_produce"].as_str() == Some(what))
    };
    match permissions["stage_access"].as_str() {
        Some("ALLOWED") => StageAccess::Allowed,
        Some("CAN_REQUEST") => StageAccess::CanRequest,
        Some(_) => StageAccess::NotAllowed,
        None if any("ALLOWED") => StageAccess::Allowed,
        None if any("CAN_REQUEST") => StageAccess::CanRequest,
        None => StageAccess::NotAllowed,
    }
}

/// Whether its holders may let others on stage. Both names mean it, and the official client takes either.
pub(crate) fn accepts_requests(preset: &Value) -> bool {
    let yes = |key: &str| preset["permissions"][key] == Value::Bool(true);
    access(preset) != StageAccess::NoStage
        && (yes("accept_stage_requests") || yes("can_accept_production_requests"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_stage_is_said_or_implied() {
        let of = |view_type: &str, permissions: Value| {
            access(&json!({"config": {"view_type": view_type}, "permissions": permissions}))
        };
        for (view_type, permissions, wanted) in [
            ("GROUP_CALL", json!({"stage_access": "NOT_ALLOWED"}), StageAccess::NoStage),
            (
                "GROUP_CALL",
                json!({"stage_enabled": true, "stage_access": "CAN_REQUEST"}),
                StageAccess::CanRequest,
            ),
            ("AUDIO_ROOM", json!({"stage_enabled": true, "stage_access": "ALLOWED"}), StageAccess::Allowed),
            ("WEBINAR", json!({"stage_access": "ALLOWED"}), StageAccess::Allowed),
            ("WEBINAR", json!({"stage_access": "x"}), StageAccess::NotAllowed),
            ("WEBINAR", json!({"media": {"video": {"can_produce": "ALLOWED"}}}), StageAccess::Allowed),
            (
                "LIVESTREAM",
                json!({"media": {"audio": {"can_produce": "CAN_REQUEST"}}}),
                StageAccess::CanRequest,
            ),
            ("LIVESTREAM", json!({}), StageAccess::NotAllowed),
        ] {
            assert_eq!(of(view_type, permissions.clone()), wanted, "{view_type} {permissions}");
        }
        assert_eq!(access(&json!(3)), StageAccess::NoStage);
    }

    #[test]
    fn requests_are_accepted_where_there_is_a_stage() {
        let of = |enabled: bool, key: &str| {
            accepts_requests(&json!({"permissions": {"stage_enabled": enabled, key: true}}))
        };
        assert!(of(true, "accept_stage_requests") && of(true, "can_accept_production_requests"));
        assert!(!of(false, "accept_stage_requests") && !of(true, "kick_participant"));
    }
}
