//! The sederunt binary: configuration, listeners, wiring.
