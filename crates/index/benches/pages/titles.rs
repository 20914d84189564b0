//! Titles as people write them: with common words, a rare one, and letters of several scripts.

use crate::data::Rng;

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

/// Title of meeting number `nth`.
pub(crate) fn title(rng: &mut Rng, nth: u64) -> String {
    let name: String =
        (0..2 + rng.next() % 3).map(|_| SYLLABLES[rng.next() as usize % SYLLABLES.len()]).collect();
    if nth % 20_000 == 777 {
        return format!("Zanzibar kick-off {name}");
    }
    let kinds = (WHAT.len() * WHO.len()) as u64;
    let kind = (nth % kinds) as usize;
    let (what, who, team) = (WHAT[kind % WHAT.len()], WHO[kind / WHAT.len()], (nth / kinds * 7 + 3) % 40);
    match rng.next() % 4 {
        0 => format!("{what} {who} {team}"),
        1 => format!("{what} {who} {team} – {name} GmbH"),
        _ => format!("{what} {who} {team} with {name}"),
    }
}
