//! Links that one door gives and another answers, so that neither has to know the other.

use sederunt_app::chat::ChatLink;
use sederunt_core::id::SessionId;
use sederunt_core::time::UnixMs;

use crate::query::Query;

/// The name of the parameter with [`ChatLink::expires_at`], Unix milliseconds.
const EXPIRES: &str = "expires";
/// The name of the parameter with [`ChatLink::signature`].
const SIGNATURE: &str = "signature";

/// Path and query of a link to the chat of a session.
pub fn to_chat(session: SessionId, link: &ChatLink) -> String {
    let ChatLink { expires_at, signature } = link;
    format!("/sederunt/v1/sessions/{session}/chat?{EXPIRES}={}&{SIGNATURE}={signature}", expires_at.0)
}

/// What such a link says; `None` = it is none of ours.
pub(crate) fn chat_link(query: &str) -> Option<ChatLink> {
    let query = Query::parse(query).ok()?;
    let text = |name| query.text(name).ok().flatten();
    // What is not spelt as we spell it was not written by us.
    let expires: i64 = text(EXPIRES).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    Some(ChatLink { expires_at: UnixMs(expires), signature: text(SIGNATURE)?.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_what_it_was_made_of() {
        let link = ChatLink { expires_at: UnixMs(1_768_678_260_000), signature: "00ff".to_owned() };
        let text = to_chat(SessionId::from_u128(1), &link);
        let (_, query) = text.split_once('?').unwrap();
        assert_eq!(chat_link(query), Some(link));
        for bad in [
            "",
            "expires=1",
            "signature=00",
            "expires=-1&signature=00",
            "expires=+1&signature=00",
            "expires=1&expires=1&signature=00",
            "expires=99999999999999999999&signature=00",
            "%",
        ] {
            assert_eq!(chat_link(bad), None, "{bad}");
        }
    }
}
