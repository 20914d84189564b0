//! Which days go.

use sederunt_core::time::Day;

/// Files above those of the kept days: what a clock that is set here and there may leave behind. Every file has some pages
/// and is opened by reads.
const SPARE_FILES: usize = 32;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// All successes are kept. Else only those of later attempts and of replays, which tell what became of a failure.
    pub keeps_successes: bool,
    /// Days that are kept besides today's: a day goes when it is older.
    pub days: u32,
    /// Bytes of all files: above them the oldest day goes, though never today's. When today's alone has more, only what failed
    /// for good the first time is still written, without excerpts, and with twice as many nothing. An app that has taken an eighth of
    /// them on one day is treated likewise.
    pub max_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { keeps_successes: true, days: 31, max_bytes: 2 << 30 }
    }
}

impl Options {
    /// Bytes above which nothing is written.
    pub(super) const fn ceiling(&self) -> u64 {
        self.max_bytes.saturating_mul(2)
    }

    /// Files that there may be.
    pub(super) fn files_max(&self) -> usize {
        SPARE_FILES.saturating_add(usize::try_from(self.days).unwrap_or(usize::MAX))
    }
}

/// A file of the log, one a day; and perhaps one that was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    pub day: Day,
    /// Damaged or foreign: not read any more.
    pub is_aside: bool,
}

/// The files that go, of those with their bytes, in the order in which they go. A day that is `written` to stays, unless all
/// are too large and it is over.
pub(super) fn retire(
    files: &[(Item, u64)],
    today: Day,
    written: Option<Day>,
    options: &Options,
) -> Vec<Item> {
    let is_used = |item: &Item| !item.is_aside && (item.day == today || Some(item.day) == written);
    let mut kept: Vec<(Item, u64)> = files.to_vec();
    kept.sort_unstable();
    let oldest = Day(today.0.saturating_sub(i64::from(options.days)));
    let mut gone = Vec::new();
    kept.retain(|(item, _)| {
        let stays = item.day >= oldest || is_used(item);
        if !stays {
            gone.push(*item);
        }
        stays
    });
    while kept.len() > options.files_max() {
        // The farthest from today: that of the oddest clock.
        let farthest = (0..kept.len())
            .filter(|at| kept.get(*at).is_some_and(|(item, _)| !is_used(item)))
            .max_by_key(|at| kept.get(*at).map(|(item, _)| item.day.0.abs_diff(today.0)));
        let Some(farthest) = farthest else { break };
        gone.push(kept.remove(farthest).0);
    }
    let mut bytes: u64 = kept.iter().map(|(_, bytes)| bytes).sum();
    for (item, size) in kept {
        if bytes <= options.max_bytes {
            break;
        }
        if !is_used(&item) || item.day < today {
            bytes = bytes.saturating_sub(size);
            gone.push(item);
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options = Options { keeps_successes: true, days: 31, max_bytes: 1_000 };

    fn file(day: i64) -> Item {
        Item { day: Day(day), is_aside: false }
    }

    fn gone(files: &[(Item, u64)], today: i64) -> Vec<Item> {
        retire(files, Day(today), None, &OPTIONS)
    }

    #[test]
    fn a_day_goes_when_it_is_older_than_the_kept_ones() {
        let aside = Item { is_aside: true, ..file(68) };
        let files = [(file(68), 1), (aside, 1), (file(69), 1), (file(100), 1)];
        assert_eq!(gone(&files, 100), [file(68), aside]);
        assert_eq!(gone(&files, 99), []);
        assert_eq!(gone(&files, 1_000), [file(68), aside, file(69), file(100)]);
        assert_eq!(retire(&files, Day(1_000), Some(Day(69)), &OPTIONS), [file(68), aside, file(100)]);
        assert_eq!(gone(&files, -1_000), [], "a clock that was set back takes nothing away");
    }

    #[test]
    fn the_oldest_go_while_all_are_too_large_but_never_today() {
        let files = [(file(97), 300), (file(98), 300), (file(99), 300), (file(100), 600)];
        assert_eq!(gone(&files, 100), [file(97), file(98)]);
        let today_alone = [(file(99), 1), (file(100), 5_000)];
        assert_eq!(gone(&today_alone, 100), [file(99)]);
        let written = |day, today| retire(&today_alone, Day(today), Some(Day(day)), &OPTIONS);
        assert_eq!(written(100, 101), [file(99), file(100)], "a day that is over");
        assert_eq!(written(100, 98), [file(99)], "a clock that was set forwards");
    }

    #[test]
    fn an_odd_clock_leaves_no_more_than_some_files() {
        let mut files: Vec<(Item, u64)> = (70..=100).map(|day| (file(day), 1)).collect();
        files.extend((0..100).map(|n| (file(1_000 + n), 1)));
        let gone = gone(&files, 100);
        assert_eq!(gone.len(), 131 - 63);
        assert_eq!(gone[0], file(1_099), "the farthest first");
        assert!(gone.iter().all(|item| item.day > Day(100)));
    }
}
