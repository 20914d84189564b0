//! Pure selective forwarding unit on str0m: transports, tracks, layers.
