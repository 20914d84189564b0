//! `sederunt restore`: a data folder from a backup, or nothing.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use aws_lc_rs::digest;
use serde_json::json;

use crate::backup::{FORMAT, LEDGER, MANIFEST, MANIFEST_MAX_BYTES, Manifest, Member, is_plain};
use crate::cli::RestoreArgs;
use crate::data_folder::{DataFolder, RESTORING, make_private_folder};

const CHUNK_BYTES: usize = 1 << 18;

pub(super) fn run(args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let RestoreArgs { file, place } = args;
    let path = place.data.folder()?;
    let source: Box<dyn Read> = match file == Path::new("-") {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(&file).with_context(|| format!("cannot open {}", file.display()))?),
    };
    let folder = DataFolder::hold_for_restore(&path)?;
    let draft = folder.path().join(RESTORING);
    expect_empty(folder.path(), &draft)?;
    let manifest = match unpack(source, &draft) {
        Ok(manifest) => manifest,
        Err(error) => {
            // What was there before the attempt is there again: nothing.
            let _ = std::fs::remove_dir_all(&draft);
            return Err(error.context("nothing was restored"));
        }
    };
    install(folder.path(), &draft, &manifest)?;
    let Manifest { format: _, sederunt, made_at, last_fact, files } = manifest;
    let told = match place.json {
        true => {
            json!({ "made_at": made_at, "sederunt": sederunt, "last_fact": last_fact, "files": files.len() })
                .to_string()
        }
        false => {
            format!("{} files restored: the ledger up to fact {last_fact}, as of {made_at}", files.len())
        }
    };
    writeln!(io::stdout(), "{told}")?;
    Ok(ExitCode::SUCCESS)
}

/// Only an empty folder is restored into, or one in which a restore was cut off.
fn expect_empty(dir: &Path, draft: &Path) -> anyhow::Result<()> {
    let mut ours: BTreeSet<String> = ["lock", RESTORING].map(str::to_owned).into();
    let mut placed = Vec::new();
    if let Ok(text) = std::fs::read(draft.join(MANIFEST)) {
        // Written when everything was there: what it names was put into place by that restore.
        let cut_off: Manifest =
            serde_json::from_slice(&text).context("a restore that was cut off left no manifest")?;
        placed = cut_off.files.into_iter().map(|file| file.name).filter(|name| is_plain(name)).collect();
        ours.extend(placed.iter().cloned());
    }
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        ensure!(
            ours.contains(&name),
            "the data folder {} is not empty: it has {name}; restore into an empty one",
            dir.display()
        );
    }
    for name in placed {
        match std::fs::remove_file(dir.join(&name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(e).context("cannot remove what a restore left");
            }
            _ => {}
        }
    }
    match std::fs::remove_dir_all(draft) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e).context("cannot remove what a restore left"),
        _ => Ok(()),
    }
}

/// Unpacks into `draft` and checks every file.
fn unpack(source: Box<dyn Read>, draft: &Path) -> anyhow::Result<Manifest> {
    make_private_folder(draft).with_context(|| format!("cannot make {}", draft.display()))?;
    let mut tar = tar::Archive::new(io::BufReader::with_capacity(CHUNK_BYTES, source));
    let mut members = tar.entries().context("this is no backup")?;
    let first = members.next().context("this is no backup: it is empty")?.context("this is no backup")?;
    ensure!(
        first.path_bytes().as_ref() == MANIFEST.as_bytes(),
        "this is no backup: {MANIFEST} is not its first member"
    );
    ensure!(first.size() <= MANIFEST_MAX_BYTES, "this is no backup: {MANIFEST} is too long");
    let mut text = Vec::new();
    first.take(MANIFEST_MAX_BYTES).read_to_end(&mut text).context("the backup is cut off")?;
    let manifest: Manifest =
        serde_json::from_slice(&text).context("this program cannot read the backup's manifest")?;
    check(&manifest)?;
    let mut expected = manifest.files.iter();
    for member in members {
        let mut member = member.context("the backup is damaged or cut off")?;
        let Some(file) = expected.next() else { bail!("the backup has more files than its manifest names") };
        ensure!(
            member.path_bytes().as_ref() == file.name.as_bytes() && member.header().entry_type().is_file(),
            "the backup has another file where its manifest names {}",
            file.name
        );
        write_checked(&mut member, file, &draft.join(&file.name))?;
    }
    if let Some(missing) = expected.next() {
        bail!("the backup is cut off: {} is missing", missing.name);
    }
    // Last: from here on it is known what belongs here.
    let mut kept = private(&draft.join(MANIFEST))?;
    kept.write_all(&text)?;
    kept.sync_all()?;
    File::open(draft)?.sync_all()?;
    Ok(manifest)
}

fn check(manifest: &Manifest) -> anyhow::Result<()> {
    let Manifest { format, sederunt, files, .. } = manifest;
    ensure!(
        *format == FORMAT,
        "the backup was made by sederunt {sederunt}, whose format {format} is not known here"
    );
    let mut names = BTreeSet::new();
    for file in files {
        ensure!(is_plain(&file.name) && names.insert(&file.name), "the backup names a file {:?}", file.name);
    }
    ensure!(files.last().is_some_and(|last| last.name == LEDGER), "the backup has no ledger");
    Ok(())
}

fn private(path: &Path) -> anyhow::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("cannot make {}", path.display()))
}

fn write_checked(from: &mut dyn Read, member: &Member, to: &Path) -> anyhow::Result<()> {
    let mut file = private(to)?;
    let mut context = digest::Context::new(&digest::SHA256);
    let (mut bytes, mut buffer) = (0, vec![0; CHUNK_BYTES]);
    loop {
        let n = from.read(&mut buffer).context("the backup is damaged or cut off")?;
        let part = buffer.get(..n).unwrap_or_default();
        if part.is_empty() {
            break;
        }
        bytes += n as u64;
        ensure!(bytes <= member.bytes, "{} is longer than the backup's manifest says", member.name);
        context.update(part);
        file.write_all(part).with_context(|| format!("cannot write {}", to.display()))?;
    }
    let sha256 = crate::work::hex(context.finish().as_ref());
    ensure!(
        bytes == member.bytes && sha256 == member.sha256,
        "{} in the backup is damaged: its checksum is another one",
        member.name
    );
    file.sync_all().with_context(|| format!("cannot write {}", to.display()))
}

/// Puts everything into its place, the ledger last: a folder with the draft in it is refused by everybody else.
fn install(dir: &Path, draft: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    for file in &manifest.files {
        std::fs::rename(draft.join(&file.name), dir.join(&file.name))
            .with_context(|| format!("cannot put {} into place", file.name))?;
    }
    File::open(dir)?.sync_all()?;
    std::fs::remove_file(draft.join(MANIFEST))?;
    std::fs::remove_dir(draft)?;
    Ok(File::open(dir)?.sync_all()?)
}
