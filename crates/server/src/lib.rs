//! The sederunt server: configuration, listeners and wiring. Nothing depends on it.

pub mod accept;
pub mod assets;
mod backup;
pub mod cli;
pub mod command;
pub mod config;
mod connection;
mod console_host;
mod console_link;
pub mod control;
pub mod data_folder;
pub mod demo;
pub mod first_run;
pub mod forwarded;
mod front;
pub mod head;
pub mod health;
mod ice_key;
pub mod logs;
pub mod media_door;
mod memory;
pub mod mint;
mod opened;
mod origins;
mod run;
pub mod signing_key;
mod stream;
mod system;
pub mod tls;
pub mod token;
mod webhooks;
mod work;

pub use run::{Bound, Listeners, Offers, run, run_with_clock};
