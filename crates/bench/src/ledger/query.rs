//! What is asked: the lists of the measurement, each with its random parameters.

use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use sederunt_store::{SessionQuery, SessionSort, Status};

use super::world::lines::{Time, app_name};
use super::world::{APPS, DAY_MS, World, YEAR_MS, scramble};

/// Sessions on a page.
pub(super) const PAGE: u64 = 25;

/// One request for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) app: u32,
    pub(super) meeting: Option<Id>,
    /// `started_at`, both ends included.
    pub(super) from_ms: Option<i64>,
    pub(super) to_ms: Option<i64>,
    pub(super) live: bool,
    pub(super) peak_min: Option<u32>,
    pub(super) search: Option<String>,
    pub(super) by_minutes: bool,
    pub(super) offset: u64,
}

/// How fast it has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Target {
    /// p50 in the store.
    Micros(u64),
    /// p50 as a multiple of another list's.
    Times(f64, &'static str),
}

/// A list to measure.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) target: Target,
    ask: fn(&World, u64) -> Ask,
}

impl Question {
    /// With the parameters of round `n`.
    pub(super) fn ask(&self, world: &World, n: u64) -> Ask {
        let name = self.name.bytes().fold(0_u64, |h, b| scramble(h ^ u64::from(b)));
        (self.ask)(world, scramble(world.seed ^ name ^ scramble(n)))
    }
}

pub(super) const FIRST: &str = "R1 first page";
pub(super) const DEEP: &str = "R2 deep page";
pub(super) const DAY: &str = "R5 one day";
pub(super) const YEAR: &str = "R5 one year";
pub(super) const MINUTES_DEEP: &str = "R6 by minutes, deep";
pub(super) const COMMON: &str = "R7 search 'stand' (common)";
pub(super) const HEX: &str = "R7 search '3f2a' (hex)";

const TITLE: Target = Target::Micros(2_000);
const OTHER: Target = Target::Micros(30_000);
const IN_RANGE: Target = Target::Micros(150);

/// The query set R1 to R8.
pub(super) const QUESTIONS: &[Question] = &[
    Question { name: FIRST, target: Target::Micros(10), ask: |_, _| all(0) },
    Question {
        name: "R1 first page, small app",
        target: Target::Micros(10),

        ask: |_, r| all(1 + u32::try_from(r % u64::from(APPS - 1)).unwrap_or(0)),
    },
    Question { name: DEEP, target: Target::Times(2.0, FIRST), ask: |w, r| deep(all(0), w.sessions / 4, r) },
    Question { name: "R3 LIVE, first page", target: OTHER, ask: |_, _| live() },
    Question {
        name: "R3 LIVE, page 100",
        target: OTHER,

        ask: |w, _| Ask { offset: (99 * PAGE).min(w.live() / 4 * 3 / PAGE * PAGE), ..live() },
    },
    Question { name: "R4 a meeting", target: OTHER, ask: |w, r| meeting(w, r % w.meetings(0)) },
    Question { name: "R4 hottest meeting", target: OTHER, ask: |w, _| meeting(w, w.hottest()) },
    Question { name: DAY, target: OTHER, ask: |w, r| range(all(0), w, DAY_MS, r) },
    Question { name: YEAR, target: Target::Times(2.0, DAY), ask: |w, r| range(all(0), w, YEAR_MS, r) },
    Question {
        name: "R5 one year, deep",
        target: OTHER,

        ask: |w, r| deep(range(all(0), w, YEAR_MS, r), w.sessions / 80, r),
    },
    Question { name: "R6 by minutes", target: OTHER, ask: |_, _| by_minutes(all(0)) },
    Question { name: MINUTES_DEEP, target: OTHER, ask: |w, r| by_minutes(deep(all(0), w.sessions / 4, r)) },
    Question {
        name: "R6 one day by minutes",
        target: OTHER,

        ask: |w, r| by_minutes(range(all(0), w, DAY_MS, r)),
    },
    Question {
        name: "R6 one year by minutes",
        target: IN_RANGE,

        ask: |w, r| by_minutes(range(all(0), w, YEAR_MS, r)),
    },
    Question {
        name: "R6 one year by minutes, deep",
        target: IN_RANGE,

        ask: |w, r| by_minutes(deep(range(all(0), w, YEAR_MS, r), w.sessions / 16, r)),
    },
    Question { name: COMMON, target: TITLE, ask: |_, _| search("stand") },
    Question { name: "R7 search 'zanzibar' (rare)", target: TITLE, ask: |_, _| search("zanzibar") },
    Question { name: "R7 search 'qqqzz' (none)", target: TITLE, ask: |_, _| search("qqqzz") },
    Question {
        name: "R7 search 'standup platform 12'",
        target: TITLE,

        ask: |_, _| search("standup platform 12"),
    },
    Question { name: "R7 search 'überblick'", target: TITLE, ask: |_, _| search("überblick") },
    Question { name: "R7 search 'an' (2 letters)", target: TITLE, ask: |_, _| search("an") },
    Question { name: HEX, target: OTHER, ask: |_, _| search("3f2a") },
    Question { name: "R7 search 'e' (1 letter)", target: OTHER, ask: |_, _| search("e") },
    Question { name: "R7 search 'a7' (2 hex digits)", target: OTHER, ask: |_, _| search("a7") },
    Question { name: "R7 first 8 digits of an id", target: OTHER, ask: |w, r| search(&id(w, r)[..8]) },
    Question { name: "R7 a whole id", target: OTHER, ask: |w, r| search(&id(w, r)) },
    Question {
        name: "R7 'stand', deep",
        target: OTHER,

        ask: |w, r| deep(search("stand"), w.sessions / 40, r),
    },
    Question {
        name: "R8 'stand', one year by minutes",
        target: OTHER,

        ask: |w, r| by_minutes(range(search("stand"), w, YEAR_MS, r)),
    },
    Question {
        name: "R8 'zanzibar', one year by minutes",
        target: OTHER,

        ask: |w, r| by_minutes(range(search("zanzibar"), w, YEAR_MS, r)),
    },
    Question {
        name: "R8 'stand', one year by minutes, deep",
        target: OTHER,

        ask: |w, r| by_minutes(deep(range(search("stand"), w, YEAR_MS, r), w.sessions / 160, r)),
    },
    Question { name: "three or more people", target: OTHER, ask: |_, _| Ask { peak_min: Some(3), ..all(0) } },
];

/// The list with this name.
pub(super) fn question(name: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|q| q.name == name)
}

fn all(app: u32) -> Ask {
    Ask {
        app,
        meeting: None,
        from_ms: None,
        to_ms: None,
        live: false,
        peak_min: None,
        search: None,
        by_minutes: false,
        offset: 0,
    }
}

/// A page within the 1000 before `offset`, or within the last tenth of the way where that is less.
fn deep(ask: Ask, offset: u64, random: u64) -> Ask {
    let page = offset / PAGE;
    let back = scramble(random) % (page / 10).clamp(1, 1_000);
    Ask { offset: (page - back) * PAGE, ..ask }
}

fn live() -> Ask {
    Ask { live: true, ..all(0) }
}

fn meeting(world: &World, meeting: u64) -> Ask {
    Ask { meeting: Some(world.meeting_id(0, meeting)), ..all(0) }
}

fn range(ask: Ask, world: &World, length_ms: u64, random: u64) -> Ask {
    let from = world.first_ms() + (random % (world.span_ms() - length_ms)).cast_signed();
    Ask { from_ms: Some(from), to_ms: Some(from + length_ms.cast_signed() - 1), ..ask }
}

fn by_minutes(ask: Ask) -> Ask {
    Ask { by_minutes: true, ..ask }
}

fn search(text: &str) -> Ask {
    Ask { search: Some(text.to_owned()), ..all(0) }
}

fn id(world: &World, random: u64) -> String {
    world.session(0, random % world.sessions).id.to_string()
}

impl Ask {
    /// For the store.
    pub(super) fn query(&self, world: &World) -> SessionQuery {
        SessionQuery {
            app: app_name(self.app).as_str().into(),
            now: UnixMs(world.now_ms()),
            meeting: self.meeting.map(|id| id.to_string()),
            started_from: self.from_ms.map(UnixMs),
            started_to: self.to_ms.map(UnixMs),
            status: self.live.then_some(Status::Live),
            peak_min: self.peak_min.map(u64::from),
            peak_max: None,
            search: self.search.clone(),
            sort: if self.by_minutes { SessionSort::MinutesConsumed } else { SessionSort::CreatedAt },
            ascending: false,
            offset: self.offset,
            limit: u32::try_from(PAGE).unwrap_or(u32::MAX),
        }
    }

    /// For the RealtimeKit door: path and query.
    pub(super) fn target(&self, account: &str) -> String {
        let mut query = format!("per_page={PAGE}&page_no={}", self.offset / PAGE + 1);
        let mut add = |name: &str, value: &str| {
            query.push('&');
            query.push_str(name);
            query.push('=');
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
                    query.push(char::from(byte));
                } else {
                    query.push_str(&format!("%{byte:02X}"));
                }
            }
        };
        if let Some(meeting) = self.meeting {
            add("associated_id", &meeting.to_string());
        }
        if let Some(from) = self.from_ms {
            add("start_time", &Time(from).to_string());
        }
        if let Some(to) = self.to_ms {
            add("end_time", &Time(to).to_string());
        }
        if self.live {
            add("status", "LIVE");
        }
        if let Some(min) = self.peak_min {
            add("participants", &format!("{min}:"));
        }
        if let Some(search) = &self.search {
            add("search", search);
        }
        if self.by_minutes {
            add("sort_by", "minutesConsumed");
        }
        format!("/client/v4/accounts/{account}/realtime/kit/{}/sessions?{query}", app_name(self.app))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn questions_have_names_of_their_own_and_pages_that_exist() {
        let world = World::new(1, 100_000);
        let names: HashSet<_> = QUESTIONS.iter().map(|q| q.name).collect();
        assert_eq!(names.len(), QUESTIONS.len());
        for q in QUESTIONS {
            for n in 0..20 {
                let ask = q.ask(&world, n);
                assert_eq!(ask, q.ask(&world, n), "{}", q.name);
                assert!(ask.offset % PAGE == 0 && ask.offset < world.of_app(ask.app), "{}", q.name);
            }
            if let Target::Times(_, of) = q.target {
                assert!(question(of).is_some(), "{}", q.name);
            }
        }
    }
}
