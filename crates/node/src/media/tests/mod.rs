//! The media threads with real clients.

mod browser;
mod one;
mod workers;
