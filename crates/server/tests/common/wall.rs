//! A server whose wall clock the test sets: a few lines of C, preloaded, add to it what stands in a file.

use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The wall clock of the servers that are started with it.
#[derive(Debug)]
pub struct Wall {
    library: PathBuf,
    file: PathBuf,
    off_ms: std::cell::Cell<i64>,
}

impl Wall {
    /// Built in `dir`; it shows the machine's time.
    pub fn build(dir: &Path) -> Self {
        let (source, library, file) = (dir.join("wall.c"), dir.join("wall.so"), dir.join("wall"));
        std::fs::write(&source, include_str!("wall.c")).unwrap();
        std::fs::write(&file, [0; 8]).unwrap();
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let built = Command::new(compiler)
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .args([&library, &source])
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", super::stderr(&built));
        Self { library, file, off_ms: std::cell::Cell::new(0) }
    }

    /// What a server that is to have it needs in its environment.
    pub fn environment(&self) -> [(&'static str, &Path); 2] {
        [("LD_PRELOAD", &self.library), ("WALL_FILE", &self.file)]
    }

    /// Sets it by so many milliseconds, backwards when negative, also in servers that run.
    pub fn set(&self, by_ms: i64) {
        self.off_ms.set(self.off_ms.get() + by_ms);
        let file = std::fs::OpenOptions::new().write(true).open(&self.file).unwrap();
        // One write of eight bytes: the server sees the old or the new.
        file.write_all_at(&self.off_ms.get().to_ne_bytes(), 0).unwrap();
    }

    /// By how much it is off the machine's.
    pub fn off_ms(&self) -> i64 {
        self.off_ms.get()
    }
}
