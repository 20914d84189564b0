//! The door over real sockets: a server on a port of its own, clients that speak the wire's protobuf.

mod bad_input;
mod entry;
mod http;
mod liveness;
mod meeting;
mod world;
