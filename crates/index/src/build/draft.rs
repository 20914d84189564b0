//! New files of an app, which become its state together or not at all.

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::format::container::Written;
use crate::format::dict::{Dict, Part};
use crate::format::dict_write::{self, Interner};
use crate::format::manifest::{Listed, part_name, segment_name};
use crate::format::segment::Segment;
use crate::format::segment_write::{self, Rows};
use crate::shelf::folder::{Folder, NewFile, PublishError};
use crate::shelf::fs::Keep;
use crate::shelf::sealed::Sealed;

/// New files. Dropped without [`Draft::publish`], it removes them.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    folder: &'a Folder,
    next: u64,
    /// To be removed in the end.
    names: Vec<String>,
}

impl<'a> Draft<'a> {
    /// Files are numbered from `next` on.
    pub(crate) fn new(folder: &'a Folder, next: u64) -> Self {
        Self { folder, next, names: Vec::new() }
    }

    pub(crate) fn segment(&mut self, rows: &(impl Rows + ?Sized), codes_end: u32) -> Result<Arc<Segment>> {
        let listed =
            self.write(segment_name, |file, path| segment_write::write(rows, codes_end, file, path))?;
        Ok(Arc::new(self.folder.open_segment(listed)?))
    }

    /// The dictionary with the interner's new pairs.
    pub(crate) fn dict(&mut self, interner: &Interner) -> Result<Dict> {
        let mut parts = interner.dict().parts().to_vec();
        if interner.has_new() {
            let listed = self.write(part_name, |file, path| interner.write(file, path))?;
            parts.push(Arc::new(self.folder.open_part(listed)?));
        }
        Ok(Dict::new(parts))
    }

    pub(crate) fn merged_part(&mut self, parts: &[Arc<Part>]) -> Result<Arc<Part>> {
        let listed = self.write(part_name, |file, path| dict_write::merge(parts, file, path))?;
        Ok(Arc::new(self.folder.open_part(listed)?))
    }

    /// Makes the files durable, with `state` as the state of the app, and removes those of `before`, the state that
    /// it replaces, which are no longer needed.
    pub(crate) fn publish(mut self, mut state: Sealed, before: &[String]) -> Result<Sealed> {
        state.next = self.next;
        let manifest = state.manifest(self.folder.owner);
        match self.folder.publish(&manifest) {
            Ok(()) => {
                self.names.extend_from_slice(before);
                self.names.retain(|name| !manifest.names().any(|listed| listed == *name));
                Ok(state)
            }
            Err(PublishError::Before(e)) => Err(e),
            Err(PublishError::Within(e)) => {
                self.names.clear();
                Err(e)
            }
        }
    }

    fn write(
        &mut self,
        name: impl FnOnce(u64) -> String,
        content: impl FnOnce(NewFile, &Path) -> Result<(NewFile, Written)>,
    ) -> Result<Listed> {
        let number = self.next;
        self.next += 1;
        let name = name(number);
        self.names.push(name.clone());
        let file = self.folder.create(&name, Keep::Durable)?;
        let path = self.folder.path(&name);
        let written = content(file, &path).and_then(|(mut file, written)| {
            file.sync().map_err(Error::io("sync", &path))?;
            Ok(written)
        });
        let written = written.map_err(|e| if self.folder.is_stopped() { Error::Stopped } else { e })?;
        Ok(Listed { number, written })
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        for name in &self.names {
            // What cannot be removed now is removed as a stray at the next start: nothing lists it.
            let _ = self.folder.fs.remove_file(&self.folder.path(name));
        }
    }
}
