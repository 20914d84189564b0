//! The task of one live room: queue in, engine, ledger, sockets and media out.
//!
//! ```text
//! task ──▶ commit, silence ──▶ stall ──▶ effects ──▶ state ──▶ held, sockets, fault
//! ```

mod commit;
mod effects;
mod fault;
mod held;
mod load;
mod silence;
mod sockets;
mod stall;
mod state;
mod task;

pub(crate) use load::room_config;
pub(crate) use task::run;
