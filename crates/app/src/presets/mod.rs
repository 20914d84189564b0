//! Presets (SEMANTICS §2.6): those that every app begins with, cut down to what this server offers
//! (docs/decisions/0005-presets.md), and those that it makes, changes and deletes.

mod build;
mod check;
mod edit;
mod find;
mod rights;
pub mod tree;

use build::built_in;
pub use build::{
    DEFAULT_NAMES, HOST_NAME, MONITOR_NAME, as_offered, default_presets, monitor_preset, preset_of_member,
};
pub use check::{Changes, Whole};
pub use edit::{change, create, delete, replace};
pub use find::{named, of_participant};
pub(crate) use rights::given;
pub use rights::take_away;
