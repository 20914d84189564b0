//! The `sederunt` binary.
fn main() {}
