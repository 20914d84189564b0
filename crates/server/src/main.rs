//! The sederunt binary.

use std::process::ExitCode;

/// Many small, short-lived allocations from several threads: the case it is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    sederunt_server::command::main()
}
