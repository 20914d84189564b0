//! A host and guests in meetings with a waiting room, a stage and breakout rooms, under torture. Each family does one thing after
//! the other, and knows what it was told: a kill leaves open what was asked and not answered, and nothing else. The next life of the server
//! has to agree with that.

mod act;
mod back;
mod episode;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use sederunt_core::id::Id;
use sederunt_dice::Dice;
use serde_json::{Value, json};
use tokio::sync::{Mutex, watch};

use crate::common::client::Gone;
use crate::common::http::Kit;
use crate::common::{DEADLINE, text};
use crate::load::{Player, now_ms};
use crate::truth::Truth;

use episode::Episode;
use page::Page;

const FAMILIES: usize = 2;
const GUESTS: usize = 4;
/// Who is let in by a host, sits in the audience, and may go from room to room.
const PRESET: &str = "torture_guest";

/// One host or guest. What may be the case are the values that what was heard leaves open.
#[derive(Debug)]
struct Person {
    id: String,
    name: String,
    /// Opens the meeting.
    token: String,
    /// The meeting, or one of its rooms.
    belongs: BTreeSet<String>,
    admitted: BTreeSet<bool>,
    page: Option<Page>,
}

/// A meeting with its people.
#[derive(Debug)]
struct Family {
    meeting: String,
    host: Person,
    guests: Vec<Person>,
    /// Breakout rooms that are open for certain, and those that may be.
    open: BTreeSet<String>,
    doubtful: BTreeSet<String>,
    /// So many rooms may be open whose ids nobody was told.
    unheard: usize,
    session: Option<String>,
    /// When somebody was last known to be in.
    seen_at: i64,
    /// Somebody's connection was cut in this life: the server counts with it for a while.
    cut: bool,
    episodes: Vec<Episode>,
    counts: Counts,
}

/// What was played, by name.
type Counts = BTreeMap<&'static str, u64>;

/// All of it has to be, in fifty kills …
const OFTEN: [&str; 10] =
    ["lives", "doubts", "waits", "admitted", "seats", "rooms", "moves", "switches", "closed", "redirects"];
/// … and this besides, in many more.
const SELDOM: [&str; 4] = ["denied", "kicked", "kicked from a room", "seats kept"];
/// So many.
const MANY_KILLS: u64 = 200;

/// All of them.
#[derive(Debug)]
pub(crate) struct Families {
    all: Vec<Arc<Mutex<Family>>>,
    /// How many are back in this life of the server.
    back: watch::Sender<usize>,
}

impl Families {
    /// Makes the preset, the meetings and their people.
    pub(crate) async fn open(kit: &Kit) -> Self {
        let presets = kit.get("/presets?per_page=100").await;
        let all = presets["data"].as_array().unwrap();
        let viewer = all.iter().find(|preset| preset["name"] == "webinar_viewer").unwrap();
        let viewer = kit.get(&format!("/presets/{}", text(viewer, "/id"))).await["data"].clone();
        kit.post("/presets", &guest_preset(&viewer)).await;
        let mut families = Vec::new();
        for nth in 0..FAMILIES {
            let made = kit.post("/meetings", &json!({ "title": format!("Family {nth}") })).await;
            let meeting = text(&made, "/data/id");
            let host = person(kit, &meeting, "host", "webinar_presenter").await;
            let mut guests = Vec::new();
            for guest in 0..GUESTS {
                guests.push(person(kit, &meeting, &format!("guest {guest}"), PRESET).await);
            }
            let family = Family {
                meeting,
                host,
                guests,
                open: BTreeSet::new(),
                doubtful: BTreeSet::new(),
                unheard: 0,
                session: None,
                seen_at: 0,
                cut: false,
                episodes: Vec::new(),
                counts: Counts::default(),
            };
            families.push(Arc::new(Mutex::new(family)));
        }
        Self { all: families, back: watch::Sender::new(0) }
    }

    /// Each in one life of the server.
    pub(crate) fn players(&self, player: &Player, rng: &Dice) -> Vec<impl Future<Output = ()> + use<>> {
        let play = |(nth, family): (usize, &Arc<Mutex<Family>>)| {
            live(Arc::clone(family), player.clone(), rng.fork(4_000 + nth as u64), self.back.clone())
        };
        self.back.send_replace(0);
        self.all.iter().enumerate().map(play).collect()
    }

    /// Waits until everybody has come back and found what was certain.
    pub(crate) async fn are_back(&self) {
        let mut back = self.back.subscribe();
        let all = back.wait_for(|back| *back == FAMILIES);
        assert!(tokio::time::timeout(DEADLINE, all).await.is_ok(), "a family does not come back");
    }

    /// Ends all meetings and waits until their rooms have ended, too.
    pub(crate) async fn end(&self, kit: &Kit) {
        for family in &self.all {
            let path = format!("/meetings/{}/active-session/kick-all", family.lock().await.meeting);
            let status = kit.try_post(&path, None).await.unwrap().status;
            assert!(matches!(status, 200 | 404), "{status}");
        }
        let start = Instant::now();
        while kit.get("/sessions?status=LIVE").await["paging"]["total_count"] != 0 {
            assert!(start.elapsed() < DEADLINE, "a session of a family does not end");
        }
    }

    /// The meetings, and all breakout rooms that an export knows of.
    pub(crate) fn rooms(&self, truth: &Truth) -> Vec<Id> {
        let own = self.all.iter().map(|family| Id::parse(&family.try_lock().unwrap().meeting).unwrap());
        let rooms = truth.sessions.values().filter(|s| s.parent.is_some()).map(|s| s.meeting);
        own.chain(rooms).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What the ledger has is what was seen: see [`episode::check`]. Then the sums over parents and rooms.
    pub(crate) async fn check(&self, truth: &Truth, offs: &[i64], kit: &Kit, kills: u64) {
        let mut counts = Counts::new();
        for family in &self.all {
            let family = family.lock().await;
            family.counts.iter().for_each(|(what, n)| *counts.entry(what).or_default() += n);
            episode::check(truth, &family.meeting, &family.episodes, offs);
            episode::sums(truth, &family.meeting, kit).await;
        }
        println!("{counts:?}");
        let seldom = SELDOM.into_iter().filter(|_| kills >= MANY_KILLS);
        let wanted = OFTEN.into_iter().chain(seldom);
        let missing: Vec<&str> = wanted.filter(|what| !counts.contains_key(what)).collect();
        assert!(missing.is_empty() && counts["lives"] > kills / 3, "not played: {missing:?}, {counts:?}");
    }
}

/// What is served to a webinar's viewer, but that somebody has to let him in, and that he goes where he likes.
fn guest_preset(viewer: &Value) -> Value {
    let mut preset = json!({
        "name": PRESET, "config": viewer["config"], "permissions": viewer["permissions"], "ui": viewer["ui"],
    });
    let permissions = &mut preset["permissions"];
    permissions["waiting_room_type"] = "SKIP_ON_ACCEPT".into();
    permissions["connected_meetings"]["can_switch_connected_meetings"] = true.into();
    permissions["connected_meetings"]["can_switch_to_parent_meeting"] = true.into();
    preset
}

async fn person(kit: &Kit, meeting: &str, name: &str, preset: &str) -> Person {
    let body = json!({ "name": name, "preset_name": preset, "custom_participant_id": name });
    let added = kit.post(&format!("/meetings/{meeting}/participants"), &body).await;
    Person {
        id: text(&added, "/data/id"),
        name: name.to_owned(),
        token: text(&added, "/data/token"),
        belongs: BTreeSet::from([meeting.to_owned()]),
        admitted: BTreeSet::from([false]),
        page: None,
    }
}

/// One life of the server: everybody comes back, then they go on until it dies.
async fn live(family: Arc<Mutex<Family>>, mut player: Player, mut rng: Dice, back: watch::Sender<usize>) {
    let mut family = family.lock().await;
    let Err(Gone(why)) = family.goes_on(&player, &mut rng, &back).await;
    let failed_at = now_ms();
    player.must_be_dying(failed_at, &format!("in a family: {why}")).await;
    family.killed(now_ms());
}

impl Family {
    async fn goes_on(
        &mut self,
        player: &Player,
        rng: &mut Dice,
        back: &watch::Sender<usize>,
    ) -> Result<std::convert::Infallible, Gone> {
        self.come_back(player, rng).await?;
        self.count("lives");
        back.send_modify(|back| *back += 1);
        loop {
            self.act(player, rng).await?;
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// The server is dead: nobody has a connection.
    fn killed(&mut self, at: i64) {
        self.episodes.iter_mut().filter(|e| e.killed == 0).for_each(|e| e.killed = at);
        self.host.page = None;
        self.cut = false;
        for page in self.guests.iter_mut().filter_map(|guest| guest.page.as_mut()) {
            page.cut();
        }
    }
}
