//! Numbers in Markdown tables.

/// The number in column `column` of the first row whose cells contain all of `row`, each as a whole cell; of several in
/// its cell (`1 ms / 2 ms`) that in place `nth`. `None` when no table of `text` has it.
pub(super) fn cell(text: &str, row: &[&str], column: &str, nth: usize) -> Option<f64> {
    let mut index = None;
    for line in text.lines() {
        let Some(cells) = cells(line) else {
            // The next table has other columns.
            index = None;
            continue;
        };
        if let Some(found) = cells.iter().position(|cell| *cell == column) {
            index = Some(found);
        } else if let Some(index) = index.filter(|_| row.iter().all(|wanted| cells.contains(wanted))) {
            let number = |words: &str| words.split_whitespace().next()?.parse().ok();
            return number(cells.get(index)?.split('/').nth(nth)?);
        }
    }
    None
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::cell;

    const TEXT: &str =
        "words\n\n| a | b |\n|---|---|\n| x | 1 |\n\n| a | c |\n|---|---|\n| x | 2 |\n| y z | 3.5 |\n";

    #[test]
    fn a_number_is_found_by_its_row_and_column() {
        assert_eq!(cell(TEXT, &["x"], "b", 0), Some(1.0));
        assert_eq!(cell(TEXT, &["x"], "c", 0), Some(2.0), "of its own table");
        assert_eq!(cell(TEXT, &["y z"], "c", 0), Some(3.5));
        let several = "| a |\n|---|\n| x | \n| 1 ms / 2.5 ms |\n";
        assert_eq!(cell(several, &["1 ms / 2.5 ms"], "a", 1), Some(2.5));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(cell(TEXT, &["y"], "c", 0), None, "a whole cell");
        assert_eq!(cell(TEXT, &["y z"], "b", 0), None, "in another table");
        assert_eq!(cell(TEXT, &["x"], "d", 0), None);
        assert_eq!(cell("| a |\n|---|\n| x |\n", &["x"], "a", 0), None, "no number");
    }
}
