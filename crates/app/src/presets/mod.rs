//! The presets that every app begins with (SEMANTICS §2.6), cut down to what this server offers
//! (docs/decisions/0005-presets.md).

mod build;
mod find;

use build::built_in;
pub use build::{
    DEFAULT_NAMES, HOST_NAME, MONITOR_NAME, as_offered, default_presets, monitor_preset, preset_of_member,
};
pub use find::{named, of_participant};
