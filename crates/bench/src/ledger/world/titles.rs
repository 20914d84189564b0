//! Titles of meetings, as people write them: with common words, a rare one, and letters of several scripts.

use super::Random;

const WHAT: [&str; 16] = [
    "Standup",
    "Weekly sync",
    "Planning",
    "Review",
    "Retro",
    "Demo",
    "Interview",
    "1:1",
    "All hands",
    "Design crit",
    "Support",
    "Board",
    "Lesson",
    "Überblick",
    "회의",
    "Συνάντηση",
];
const WHO: [&str; 12] = [
    "Platform", "Growth", "Payments", "Android", "iOS", "Data", "Finance", "Sales", "Brand", "Infra",
    "Zürich", "서울",
];
const SYLLABLES: [&str; 24] = [
    "ka", "ro", "mi", "ten", "su", "vel", "dor", "li", "pa", "nex", "gra", "bo", "ti", "lum", "fe", "ser",
    "qui", "mar", "jo", "wes", "hal", "cor", "ny", "ex",
];
/// Numbers of teams.
const TEAMS: u64 = 40;
/// One meeting in so many has the rare word.
const RARE_ONE_IN: u64 = 20_000;
const RARE_AT: u64 = 777;

/// Title of meeting number `meeting`.
pub(super) fn title(random: Random, meeting: u64, renamed: bool) -> String {
    if meeting % RARE_ONE_IN == RARE_AT {
        return format!("Zanzibar kick-off {}", customer(random.at(0)));
    }
    let kinds = (WHAT.len() * WHO.len()) as u64;
    let kind = usize::try_from(meeting % kinds).unwrap_or(0);
    let (what, who) = (WHAT[kind % WHAT.len()], WHO[kind / WHAT.len()]);
    let team = (meeting / kinds * 7 + 3) % TEAMS;
    match (renamed, random.at(1) % 4) {
        (true, _) => format!("{what} {who} {team} (new) {}", customer(random.at(2))),
        (false, 0) => format!("{what} {who} {team}"),
        (false, 1) => format!("{what} {who} {team} – {} GmbH", customer(random.at(0))),
        (false, _) => format!("{what} {who} {team} with {}", customer(random.at(0))),
    }
}

/// A name of two to four syllables.
fn customer(random: u64) -> String {
    let mut name = String::new();
    for n in 0..2 + random % 3 {
        let at = usize::try_from(random >> (8 + n * 8) & 0xff).unwrap_or(0);
        name.push_str(SYLLABLES[at % SYLLABLES.len()]);
    }
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}
