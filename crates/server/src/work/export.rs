//! `sederunt export`.

use std::cell::RefCell;
use std::io::{self, Write};

use anyhow::Context;
use serde_json::json;

use super::console::Out;
use super::table::err_line;
use super::{Console, DONE, Desk, Progress, Unit};

pub(super) fn run(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let pace = desk.pace(console);
    let out = RefCell::new(Out::on(console));
    let lines = desk.store.export_at(&pace, Shared(&out), |done, all| {
        // Whoever is gone is noticed by the next part.
        let _ = out.borrow_mut().console().progress(&Progress::of(Unit::Sessions, done, all));
    });
    let lines = lines.context("the export stopped")?;
    let told =
        if json { json!({ "sessions": lines }).to_string() } else { format!("{lines} sessions exported") };
    err_line(console, &told)?;
    Ok(DONE)
}

/// The export writes and tells its progress, one after the other.
struct Shared<'a, 'c>(&'a RefCell<Out<'c>>);

impl Write for Shared<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}
