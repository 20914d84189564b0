//! Janus with its VideoRoom, asked over its HTTP interface (documented at janus.conf.meetecho.com/docs/rest.html and
//! videoroom.html): a process of its own with a configuration of its own.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use str0m::Rtc;
use str0m::media::Mid;
use tokio::runtime::Runtime;

use super::client::{Forwarder, answer, offer_video};
use super::program::{Program, free_port, installed};
use crate::exchange::exchange;

const ROOM: u32 = 1;
const PUBLISHER: u32 = 1;
/// For an event that was asked for.
const ANSWER_MAX: Duration = Duration::from_secs(20);
/// Ports of its media; more than anybody needs here.
const PORTS: &str = "20000-29999";

/// A running Janus with one room.
pub(super) struct Janus {
    program: Program,
    runtime: Runtime,
    address: String,
    session: u64,
    asked: u64,
    // What it was configured with goes when it has ended.
    _folder: tempfile::TempDir,
}

impl Janus {
    /// Starts one whose media is at an address of this machine, with one event loop for all sessions.
    pub(super) fn start(own: Ipv4Addr) -> Result<Self> {
        let janus = installed("janus", "janus")?;
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        configure(folder.path(), own, port)?;
        let mut command = Command::new(janus);
        command.arg("--configs-folder").arg(folder.path());
        let program = Program::start(command, folder.path(), port)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let address = format!("{}:{port}", Ipv4Addr::LOCALHOST);
        let mut janus = Self { program, runtime, address, session: 0, asked: 0, _folder: folder };
        janus.session = id(&janus.post("", json!({ "janus": "create" }))?)?;
        let handle = janus.attach()?;
        let room = json!({ "request": "create", "room": ROOM, "publishers": 1, "videocodec": "vp8" });
        let body = json!({ "janus": "message", "body": room });
        let made = janus.post(&format!("/{handle}"), body)?;
        ensure!(made.pointer("/plugindata/data/videoroom") == Some(&json!("created")), "no room: {made}");
        Ok(janus)
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.program.id()
    }

    /// A request below the session; the answer.
    fn post(&mut self, path: &str, mut body: Value) -> Result<Value> {
        self.asked += 1;
        body["transaction"] = json!(self.asked.to_string());
        self.exchange("POST", path, &body.to_string())
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let session = if self.session == 0 { String::new() } else { format!("/{}", self.session) };
        let path = format!("/janus{session}{path}");
        let asked = exchange(&self.address, method, &path, "", body);
        let (status, text) =
            self.runtime.block_on(async { tokio::time::timeout(ANSWER_MAX, asked).await })??;
        let answer: Value = serde_json::from_str(&text).with_context(|| format!("{status} {text}"))?;
        ensure!(status == 200 && answer["janus"] != "error", "Janus refuses {path} {body}: {answer}");
        Ok(answer)
    }

    /// A handle of the plugin: one person's connection.
    fn attach(&mut self) -> Result<u64> {
        id(&self.post("", json!({ "janus": "attach", "plugin": "janus.plugin.videoroom" }))?)
    }

    /// Asks the plugin, and waits for its event.
    fn ask(&mut self, handle: u64, body: &Value, description: Option<(&str, String)>) -> Result<Value> {
        let mut request = json!({ "janus": "message", "body": body });
        if let Some((kind, sdp)) = description {
            // All candidates are in it.
            request["jsep"] = json!({ "type": kind, "sdp": sdp, "trickle": false });
        }
        self.post(&format!("/{handle}"), request)?;
        let transaction = json!(self.asked.to_string());
        let event = self.hear(|event| event["janus"] == "event" && event["transaction"] == transaction)?;
        let data = &event["plugindata"]["data"];
        ensure!(data["error"].is_null(), "Janus refuses {body}: {data}");
        Ok(event)
    }

    /// Waits for an event of the session; others are left out.
    fn hear(&self, is_it: impl Fn(&Value) -> bool) -> Result<Value> {
        let end = Instant::now() + ANSWER_MAX;
        while Instant::now() < end {
            let event = self.exchange("GET", "?maxev=1", "")?;
            if is_it(&event) {
                return Ok(event);
            }
        }
        bail!("Janus says nothing: {}", self.program.last_words())
    }
}

impl Forwarder for Janus {
    fn publish(&mut self, rtc: &mut Rtc) -> Result<Mid> {
        let handle = self.attach()?;
        let join = json!({ "request": "join", "ptype": "publisher", "room": ROOM, "id": PUBLISHER });
        self.ask(handle, &join, None)?;
        offer_video(rtc, |_, offer| {
            sdp(&self.ask(handle, &json!({ "request": "publish" }), Some(("offer", offer)))?)
        })
    }

    fn connected(&mut self) -> Result<()> {
        // Before this there is nothing to subscribe to.
        self.hear(|event| event["janus"] == "webrtcup").map(|_| ())
    }

    fn subscribe(&mut self, rtc: &mut Rtc) -> Result<()> {
        let handle = self.attach()?;
        let streams = json!([{ "feed": PUBLISHER }]);
        let join = json!({ "request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams });
        let offer = sdp(&self.ask(handle, &join, None)?)?;
        let answer = answer(rtc, &offer)?;
        self.ask(handle, &json!({ "request": "start" }), Some(("answer", answer)))?;
        Ok(())
    }
}

fn id(answer: &Value) -> Result<u64> {
    answer.pointer("/data/id").and_then(Value::as_u64).with_context(|| format!("no id: {answer}"))
}

fn sdp(event: &Value) -> Result<String> {
    let sdp = event.pointer("/jsep/sdp").and_then(Value::as_str);
    Ok(sdp.with_context(|| format!("no description: {event}"))?.to_owned())
}

/// Nothing but the plugin and the interface that are used, and no server that would be asked for addresses.
fn configure(folder: &Path, own: Ipv4Addr, port: u16) -> Result<()> {
    let others = [
        "audiobridge",
        "duktape",
        "echotest",
        "lua",
        "nosip",
        "recordplay",
        "sip",
        "streaming",
        "textroom",
        "videocall",
        "voicemail",
    ];
    let plugins: Vec<String> = others.iter().map(|name| format!("libjanus_{name}.so")).collect();
    let others = ["mqtt", "nanomsg", "pfunix", "rabbitmq", "websockets"];
    let transports: Vec<String> = others.iter().map(|name| format!("libjanus_{name}.so")).collect();
    let (plugins, transports) = (plugins.join(","), transports.join(","));
    let core = format!(
        "general: {{ debug_level = 2  debug_colors = false  session_timeout = 0  event_loops = 1 }}\n\
         media: {{ rtp_port_range = \"{PORTS}\" }}\n\
         nat: {{ ice_lite = true  ice_enforce_list = \"{own}\" }}\n\
         plugins: {{ disable = \"{plugins}\" }}\n\
         transports: {{ disable = \"{transports}\" }}\n\
         loggers: {{ disable = \"libjanus_jsonlog.so\" }}\n\
         events: {{ broadcast = false }}\n"
    );
    let http = format!(
        "general: {{ json = \"compact\"  base_path = \"/janus\"  http = true  port = {port}  ip = \"{}\"  https = false }}\n\
         admin: {{ admin_http = false  admin_https = false }}\n",
        Ipv4Addr::LOCALHOST
    );
    std::fs::write(folder.join("janus.jcfg"), core)?;
    std::fs::write(folder.join("janus.transport.http.jcfg"), http)?;
    std::fs::write(folder.join("janus.plugin.videoroom.jcfg"), "general: { }\n")?;
    Ok(())
}
