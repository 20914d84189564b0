//! What holds of every operation that reads, at the RealtimeKit door: one table for each.

use axum::http::Method;
use serde_json::{Value, json};

use crate::kit_fixture::{A, B, E, Kit, P, Q};
use crate::world::Answer;

/// A read of app P, as the rules need it.
pub(crate) struct Reading<'a> {
    /// Below the app.
    pub(crate) path: &'a str,
    /// A query that is refused with 400.
    pub(crate) bad_query: &'a str,
    /// Paths below the app that name something unknown, and what is not found then.
    pub(crate) unknown: &'a [(&'a str, &'a str)],
}

impl Reading<'_> {
    /// Asks for everything that the rules say.
    pub(crate) async fn follows_the_rules(&self, kit: &Kit) {
        let Self { path, bad_query, unknown } = self;
        let target =
            |account: &str, app: &str, rest: &str| format!("/accounts/{account}/realtime/kit/{app}/{rest}");
        let get = async |target: String, token: &str| kit.world.send(Method::GET, &target, token, None).await;
        let good = get(target(A, P, path), "TA").await;
        assert_eq!(good.status.as_u16(), 200, "{good:?}");
        let bad = format!("{path}?{bad_query}");
        assert_eq!(get(target(A, P, &bad), "TA").await.status.as_u16(), 400, "{bad}");

        // Who asks comes before what is asked.
        let forbidden = json!("Authentication error");
        for (account, app, rest, token, status, message) in [
            (A, P, *path, "", 401, &forbidden),
            (A, P, *path, "nonsense", 401, &forbidden),
            (A, P, &*bad, "", 401, &forbidden),
            (A, P, &*bad, "TB", 403, &forbidden),
            (A, P, &*bad, "TN", 403, &forbidden),
            (B, P, &*bad, "TB", 404, &json!("App not found")),
            (A, "unknown", &*bad, "TA", 404, &json!("App not found")),
        ] {
            let answer = get(target(account, app, rest), token).await;
            assert_eq!(answer.status.as_u16(), status, "{rest} {token}: {answer:?}");
            assert_eq!(&answer.json()["error"]["message"], message, "{rest} {token}");
        }
        for (rest, what) in *unknown {
            let answer = get(target(A, P, rest), "TA").await;
            assert_eq!(answer.status.as_u16(), 404, "{rest}: {answer:?}");
            assert_eq!(answer.json()["error"]["message"], format!("{what} not found"), "{rest}");
            // What belongs to app P does not exist in the others.
            for app in [Q, E] {
                assert_eq!(get(target(A, app, path), "TA").await.status.as_u16(), 404, "{app}");
            }
        }
        let same = |answer: &Answer, case: &str| {
            assert_eq!((answer.status.as_u16(), answer.json()), (200, good.json()), "{case}");
        };
        same(&get(target(A, P, &format!("{path}/")), "TA").await, "a trailing slash");
        same(&get(target(A, P, &format!("{path}?nobody=knows&me=")), "TA").await, "unknown parameters");
        same(&get(target(A, P, path), "TR").await, "a token that reads");
        same(&get(format!("/client/v4{}", target(A, P, path)), "TA").await, "with the vendor's prefix");
        let (one, two) = tokio::join!(get(target(A, P, path), "TA"), get(target(A, P, path), "TA"));
        same(&one, "one of two at once");
        same(&two, "the other of two at once");
        let head = kit.world.send(Method::HEAD, &target(A, P, path), "TA", None).await;
        assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""), "HEAD");
        let post = kit.world.send(Method::POST, &target(A, P, path), "TA", Some(Value::Null)).await;
        assert_eq!(post.status.as_u16(), 405, "{post:?}");
        assert!(post.header("allow").contains("GET"), "{post:?}");
    }
}
