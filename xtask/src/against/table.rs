//! Numbers in Markdown tables.

/// The number in column `column` of the first row whose cells contain all of `row`, each as a whole cell. `None` when no
/// table of `text` has it.
pub(super) fn cell(text: &str, row: &[&str], column: &str) -> Option<f64> {
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
            return cells.get(index)?.parse().ok();
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
        assert_eq!(cell(TEXT, &["x"], "b"), Some(1.0));
        assert_eq!(cell(TEXT, &["x"], "c"), Some(2.0), "of its own table");
        assert_eq!(cell(TEXT, &["y z"], "c"), Some(3.5));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(cell(TEXT, &["y"], "c"), None, "a whole cell");
        assert_eq!(cell(TEXT, &["y z"], "b"), None, "in another table");
        assert_eq!(cell(TEXT, &["x"], "d"), None);
        assert_eq!(cell("| a |\n|---|\n| x |\n", &["x"], "a"), None, "no number");
    }
}
