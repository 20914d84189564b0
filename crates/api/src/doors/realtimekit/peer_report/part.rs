//! The parts of a report.

/// A part of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::doors::realtimekit) enum Part {
    /// What it ran on.
    Device,
    /// Where the socket came from.
    Ip,
    /// The network before the call.
    Precall,
    /// What happened.
    Events,
    /// Transports and streams.
    Quality,
}

/// Their names in a query.
pub(super) const PARTS: [(&str, Part); 5] = [
    ("device_info", Part::Device),
    ("ip_information", Part::Ip),
    ("precall_network_information", Part::Precall),
    ("events", Part::Events),
    ("quality_stats", Part::Quality),
];
