//! The meetings of a run: made, peopled and removed through the API.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::Method;
use serde_json::{Value, json};

use crate::dial::Dial;
use crate::error::LoadError;
use crate::plan::Plan;
use crate::request::{Answer, ask};
use crate::target::Key;

/// Requests at a time.
const ASKED_AT_A_TIME: usize = 8;
/// What the names of all meetings begin with.
pub(crate) const NAME_BEGINS: &str = "load-";

/// Somebody who may enter a meeting.
#[derive(Debug, Clone)]
pub struct Pass {
    /// The meeting.
    pub meeting: String,
    /// Display name.
    pub name: String,
    /// Token of the participant.
    pub token: String,
}

/// A meeting that was made for a run, and who may enter it.
#[derive(Debug)]
pub struct Room {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// One for each person.
    pub passes: Vec<Pass>,
}

/// The API with its key.
pub(crate) struct Api {
    dial: Dial,
    key: Key,
}

impl Api {
    pub(crate) fn new(dial: Dial, key: Key) -> Self {
        Self { dial, key }
    }

    fn kit(&self, path: &str) -> String {
        format!("/client/v4/accounts/{}/realtime/kit/{}{path}", self.key.account_id, self.key.app_id)
    }

    async fn ask(
        &self,
        what: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, LoadError> {
        let asked = ask(&self.dial, method, path, Some(&self.key.api_token), body).await;
        let answer = asked.map_err(|e| LoadError::Server(self.dial.target.to_string(), e.to_string()))?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(LoadError::Refused(what.to_owned(), answer.told()))
    }

    async fn post(&self, what: &str, path: &str, body: &Value) -> Result<Value, LoadError> {
        Ok(self.ask(what, Method::POST, &self.kit(path), Some(body)).await?.json())
    }

    /// Makes a meeting.
    pub(crate) async fn room(&self, name: String) -> Result<Room, LoadError> {
        let made = self.post("a meeting", "/meetings", &json!({ "title": name })).await?;
        Ok(Room { id: text(&made, "/data/id")?, name, passes: Vec::new() })
    }

    /// Adds the people of a plan to a meeting.
    pub(crate) async fn people(&self, room: &mut Room, plan: &Plan) -> Result<(), LoadError> {
        let (id, path) = (&room.id, format!("/meetings/{}/participants", room.id));
        let one = |number: usize| {
            let path = &path;
            async move {
                let name = format!("Person {}", number + 1);
                let body = json!({
                    "name": name, "preset_name": plan.preset(number), "custom_participant_id": format!("load-{}", number + 1),
                });
                let added = self.post("a participant", path, &body).await?;
                Ok::<_, LoadError>(Pass { meeting: id.clone(), name, token: text(&added, "/data/token")? })
            }
        };
        room.passes = stream::iter(0..plan.people).map(one).buffered(ASKED_AT_A_TIME).try_collect().await?;
        Ok(())
    }

    /// Ends a meeting and removes it. Its sessions stay in the ledger.
    pub(crate) async fn remove(&self, room: &Room) -> Result<(), LoadError> {
        let path = format!("/v1/rooms/{}", room.id);
        self.ask("to remove a meeting", Method::DELETE, &path, None).await.map(|_| ())
    }
}

fn text(value: &Value, pointer: &str) -> Result<String, LoadError> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    let missing = || LoadError::Refused("what was asked for".to_owned(), format!("no {pointer} in {value}"));
    found.map(str::to_owned).ok_or_else(missing)
}
