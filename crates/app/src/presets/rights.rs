//! What of a preset a host can change in a session (PROTOCOL §7.5), read from what the client is told and written into it.

use sederunt_core::rights::{PRODUCE, Right, Rights};
use serde_json::Value;

/// What the permissions that a client is told give it.
pub(crate) fn given(permissions: &Value) -> Rights {
    let yes = |right: &Right| permissions.pointer(&pointer(right.path())) == Some(&Value::Bool(true));
    let switches: Rights = Right::ALL.iter().copied().filter(yes).collect();
    let produce = PRODUCE.iter().map(|(kind, produce, freely)| {
        match permissions["media"][*kind]["can_produce"].as_str() {
            Some("ALLOWED") => Rights::of(&[*produce, *freely]),
            Some("CAN_REQUEST") => Rights::of(&[*produce]),
            Some(_) | None => Rights::NONE,
        }
    });
    produce.fold(switches, Rights::with)
}

/// The permissions that a client is told, without what a host of the LIVE session has taken away.
pub fn take_away(permissions: &mut Value, taken: Rights) {
    let before = given(permissions);
    let left = before.without(taken).that_count();
    for (kind, produce, freely) in PRODUCE {
        if taken.contains(produce) || taken.contains(freely) {
            let level = match (left.contains(produce), left.contains(freely)) {
                (false, _) => "NOT_ALLOWED",
                (true, true) => "ALLOWED",
                (true, false) => "CAN_REQUEST",
            };
            permissions["media"][kind]["can_produce"] = level.into();
        }
    }
    for right in before.without(left).iter() {
        if let Some(switch @ Value::Bool(_)) = permissions.pointer_mut(&pointer(right.path())) {
            *switch = Value::Bool(false);
        }
    }
}

fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::presets::as_offered;

    #[test]
    fn what_is_taken_away_is_not_given_and_nothing_else_is() {
        let rich = json!({"config": {"view_type": "WEBINAR"}, "permissions": {
            "kick_participant": true, "stage_access": "ALLOWED", "can_change_participant_permissions": true,
            "can_accept_production_requests": true, "show_participant_list": true,
            "polls": {"can_create": true, "can_vote": true, "can_view": true},
            "chat": {"public": {"can_send": true}, "private": {"can_send": true, "can_receive": true}},
            "media": {"audio": {"can_produce": "ALLOWED"}, "video": {"can_produce": "CAN_REQUEST"}}}});
        let told = as_offered(&rich, true)["permissions"].clone();
        let all = given(&told);
        let wanted = [
            Right::CreatePolls,
            Right::VotePolls,
            Right::ViewPolls,
            Right::ChatPublicSend,
            Right::ChatPublicText,
            Right::ChatPrivateSend,
            Right::ChatPrivateReceive,
            Right::ChatPrivateText,
            Right::AcceptStageRequests,
            Right::Kick,
            Right::ParticipantList,
            Right::ChangePermissions,
            Right::ProduceAudio,
            Right::ProduceAudioFreely,
            Right::ProduceVideo,
        ];
        assert_eq!(all, Rights::of(&wanted));
        for right in Right::ALL {
            let mut less = told.clone();
            take_away(&mut less, Rights::of(&[*right]));
            let mut left = all.without(Rights::of(&[*right]));
            if *right == Right::ProduceAudio {
                left = left.without(Rights::of(&[Right::ProduceAudioFreely]));
            }
            left = left.that_count();
            assert_eq!(given(&less), left, "without {right:?}");
        }
        let mut less = told.clone();
        take_away(&mut less, Rights::NONE);
        assert_eq!(less, told);
        take_away(&mut less, Rights::all());
        assert_eq!(given(&less), Rights::NONE);
        assert_eq!(less["media"]["video"]["can_produce"], "NOT_ALLOWED");
    }
}
