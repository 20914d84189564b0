//! Layering, origins and refusals.
use super::*;
