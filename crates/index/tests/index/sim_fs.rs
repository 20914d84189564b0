//! A file system in memory that knows what is durable, and what a crash may leave of the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, MutexGuard};

use sederunt_index::{Bytes, Fs, Keep, Out};

use crate::history::Random;

type Id = usize;
const ROOT: Id = 0;
/// What a disk writes at once.
const BLOCK: usize = 64;

#[derive(Clone, Default)]
struct Node {
    is_dir: bool,
    data: Vec<u8>,
    /// So much of the data is durable: files are only appended to.
    synced: usize,
}

type Names = BTreeMap<(Id, String), Id>;

/// A change of names that may not be durable yet.
#[derive(Clone)]
struct Renaming {
    gone: Option<(Id, String)>,
    now: Option<((Id, String), Id)>,
}

impl Renaming {
    fn touches(&self, dir: Id) -> bool {
        self.gone.as_ref().is_some_and(|g| g.0 == dir) || self.now.as_ref().is_some_and(|(n, _)| n.0 == dir)
    }

    fn apply(&self, names: &mut Names) {
        if let Some(gone) = &self.gone {
            names.remove(gone);
        }
        if let Some((name, id)) = &self.now {
            names.insert(name.clone(), *id);
        }
    }
}

/// All of it at one instant.
#[derive(Clone)]
pub(crate) struct Disk {
    nodes: Vec<Node>,
    names: Names,
    durable: Names,
    pending: Vec<Renaming>,
}

/// What is left of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crash {
    /// The process died: what it wrote is there.
    Killed,
    /// The power failed: of what was not synced, some is there, in any order, some torn.
    PowerCut(u64),
}

impl Disk {
    fn new() -> Self {
        let root = Node { is_dir: true, ..Node::default() };
        Self { nodes: vec![root], names: Names::new(), durable: Names::new(), pending: Vec::new() }
    }

    pub(crate) fn crash(&self, how: Crash) -> Self {
        let mut disk = self.clone();
        if let Crash::PowerCut(seed) = how {
            let mut random = Random(seed);
            let keep = random.below(4);
            let mut names = disk.durable.clone();
            for renaming in &disk.pending {
                // All, none, or any of them.
                if keep == 0 || (keep > 1 && random.below(2) == 0) {
                    renaming.apply(&mut names);
                }
            }
            disk.names = names;
            for node in &mut disk.nodes {
                tear(node, &mut random);
            }
        }
        disk.durable = disk.names.clone();
        disk.pending.clear();
        disk.nodes.iter_mut().for_each(|node| node.synced = node.data.len());
        disk
    }

    fn find(&self, path: &Path) -> io::Result<Id> {
        let mut id = ROOT;
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            let key = (id, name.to_str().unwrap().to_owned());
            id = *self.names.get(&key).ok_or(ErrorKind::NotFound)?;
        }
        Ok(id)
    }

    fn place(&self, path: &Path) -> io::Result<(Id, String)> {
        let dir = self.find(path.parent().ok_or(ErrorKind::InvalidInput)?)?;
        Ok((dir, path.file_name().unwrap().to_str().unwrap().to_owned()))
    }

    fn change(&mut self, gone: Option<(Id, String)>, now: Option<((Id, String), Id)>) {
        let renaming = Renaming { gone, now };
        renaming.apply(&mut self.names);
        self.pending.push(renaming);
    }

    fn add(&mut self, path: &Path, is_dir: bool) -> io::Result<Id> {
        let place = self.place(path)?;
        if self.names.contains_key(&place) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.nodes.push(Node { is_dir, ..Node::default() });
        let id = self.nodes.len() - 1;
        self.change(None, Some((place, id)));
        Ok(id)
    }

    fn children(&self, dir: Id) -> Vec<(String, Id)> {
        let all = self.names.range((dir, String::new())..(dir + 1, String::new()));
        all.map(|((_, name), id)| (name.clone(), *id)).collect()
    }

    fn remove_all(&mut self, dir: Id) {
        for (name, id) in self.children(dir) {
            self.remove_all(id);
            self.change(Some((dir, name)), None);
        }
    }

    fn file(&self, path: &Path) -> io::Result<&Node> {
        let node = &self.nodes[self.find(path)?];
        if node.is_dir { Err(ErrorKind::IsADirectory.into()) } else { Ok(node) }
    }
}

/// Cuts what was not synced, and empties some blocks of it.
fn tear(node: &mut Node, random: &mut Random) {
    let unsynced = node.data.len() - node.synced;
    if unsynced == 0 {
        return;
    }
    let len = node.synced + random.below(unsynced as u64 + 1) as usize;
    node.data.truncate(len);
    for block in node.data[node.synced..].chunks_mut(BLOCK) {
        if random.below(4) == 0 {
            block.fill(0);
        }
    }
}

/// Called before every operation that changes something, with what it is.
type Hook = Box<dyn FnMut(&Disk, &str) + Send>;

struct State {
    disk: Disk,
    hook: Option<Hook>,
    operations: u64,
    fail_at: Option<u64>,
}

/// The file system.
#[derive(Clone)]
pub(crate) struct SimFs(Arc<Mutex<State>>);

impl fmt::Debug for SimFs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SimFs")
    }
}

impl SimFs {
    pub(crate) fn new() -> Self {
        Self::of(Disk::new())
    }

    pub(crate) fn of(disk: Disk) -> Self {
        Self(Arc::new(Mutex::new(State { disk, hook: None, operations: 0, fail_at: None })))
    }

    pub(crate) fn on_change(&self, hook: Hook) {
        self.lock().hook = Some(hook);
    }

    /// Lets the `n`-th operation from now on fail, reads too.
    pub(crate) fn fail_at(&self, n: u64) {
        let mut state = self.lock();
        state.fail_at = Some(state.operations + n);
    }

    /// Whether the failure has happened.
    pub(crate) fn has_failed(&self) -> bool {
        let state = self.lock();
        state.fail_at.is_some_and(|at| state.operations > at)
    }

    /// Changes a file behind everybody's back.
    pub(crate) fn damage(&self, path: &Path, how: impl FnOnce(&mut Vec<u8>)) {
        let disk = &mut self.lock().disk;
        let id = disk.find(path).unwrap();
        how(&mut disk.nodes[id].data);
    }

    pub(crate) fn disk(&self) -> Disk {
        self.lock().disk.clone()
    }

    /// All names of files below a folder.
    pub(crate) fn files(&self, path: &Path) -> BTreeSet<String> {
        self.list(path).unwrap_or_default().into_iter().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn step(&self, what: &str, changes: bool) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.lock();
        if changes && let Some(mut hook) = state.hook.take() {
            hook(&state.disk, what);
            state.hook = Some(hook);
        }
        state.operations += 1;
        if state.fail_at == Some(state.operations - 1) {
            return Err(io::Error::other(format!("{what} failed")));
        }
        Ok(state)
    }
}

struct SimOut {
    fs: SimFs,
    id: Id,
}

impl Write for SimOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // In two pieces, so that there is an instant between.
        let n = if bytes.len() > 2 * BLOCK { bytes.len().div_ceil(2) } else { bytes.len() };
        self.fs.step("write", true)?.disk.nodes[self.id].data.extend_from_slice(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out for SimOut {
    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.fs.step("sync", true)?;
        let node = &mut state.disk.nodes[self.id];
        node.synced = node.data.len();
        Ok(())
    }
}

impl Fs for SimFs {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.step("create_dir", true)?;
        match state.disk.add(path, true) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
            done => done.map(drop),
        }
    }

    fn create(&self, path: &Path, _: Keep) -> io::Result<Box<dyn Out>> {
        let id = self.step("create", true)?.disk.add(path, false)?;
        Ok(Box::new(SimOut { fs: self.clone(), id }))
    }

    fn read(&self, path: &Path, max: u64) -> io::Result<Vec<u8>> {
        let data = self.step("read", false)?.disk.file(path)?.data.clone();
        if data.len() as u64 > max { Err(ErrorKind::FileTooLarge.into()) } else { Ok(data) }
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        let data = self.step("open", false)?.disk.file(path)?.data.clone();
        Ok(Box::new(io::Cursor::new(data)))
    }

    fn map(&self, path: &Path) -> io::Result<Bytes> {
        Ok(Bytes::copy_of(&self.step("map", false)?.disk.file(path)?.data))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.step("rename", true)?;
        let disk = &mut state.disk;
        let (id, from, to) = (disk.find(from)?, disk.place(from)?, disk.place(to)?);
        disk.change(Some(from), Some((to, id)));
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut state = self.step("remove_file", true)?;
        state.disk.file(path)?;
        let place = state.disk.place(path)?;
        state.disk.change(Some(place), None);
        Ok(())
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.step("remove_dir", true)?;
        let (id, place) = (state.disk.find(path)?, state.disk.place(path)?);
        state.disk.remove_all(id);
        state.disk.change(Some(place), None);
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.step("sync_dir", true)?;
        let disk = &mut state.disk;
        let dir = disk.find(path)?;
        let pending = std::mem::take(&mut disk.pending);
        for renaming in pending {
            if renaming.touches(dir) {
                renaming.apply(&mut disk.durable);
            } else {
                disk.pending.push(renaming);
            }
        }
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let state = self.step("list", false)?;
        let id = state.disk.find(path)?;
        Ok(state.disk.children(id).into_iter().map(|(name, _)| name).collect())
    }
}
