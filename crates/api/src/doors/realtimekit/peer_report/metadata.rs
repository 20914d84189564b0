//! What a call ran on and what happened in it: from the ledger, from what its client said, and from what the server saw.

use std::net::IpAddr;

use sederunt_app::reports::{DeviceKind, Fields, Report, Said, Seen, SeenEvent, SeenPath};
use sederunt_changes::text::Short;
use sederunt_core::time::UnixMs;
use sederunt_core::view_type::ViewType;
use sederunt_store::StayRow;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::figures::Figure;
use super::part::Part;

/// Media goes over UDP alone.
const PROTOCOL: &str = "udp";

/// What a call ran on, and what happened in it. What is not known is left out.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct PeerReportMetadata {
    /// View type of the preset at the join.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    room_view_type: Option<String>,
    /// The device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    device_info: Option<DeviceInfo>,
    /// The browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    browser_metadata: Option<BrowserMetadata>,
    /// Name of the client library.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sdk_name: Option<String>,
    /// Its kind, if it says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sdk_type: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sdk_version: Option<String>,
    /// Microphones that came and went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audio_devices_updates: Vec<DevicesUpdate>,
    /// Cameras that came and went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    video_devices_updates: Vec<DevicesUpdate>,
    /// Loudspeakers that came and went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    speaker_devices_updates: Vec<DevicesUpdate>,
    /// Devices that were chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    selected_device_updates: Vec<SelectedDevice>,
    /// Where the socket came from; only where addresses are stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ip_information: Option<IpInformation>,
    /// What the client found of its network before the call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pc_metadata: Vec<PcMetadata>,
    /// What happened: with media and sockets as the server saw it, else as the client says it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<ReportEvent>,
    /// The paths of the transports that the client had last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    candidate_pairs: Option<CandidatePairs>,
}

/// Declares fields that are there or not, as the client's own are kept.
macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
        pub(super) struct $name {
            $(
                $(#[$field_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(nullable = false)]
                pub(super) $field: Option<$kind>,
            )+
        }
    };
}

pub(super) use fields;

fields! {
    /// A device.
    DeviceInfo {
        /// Logical processors.
        cpus: Figure,
        /// Whether it is a phone or a tablet.
        is_mobile: bool,
        /// Operating system.
        os: String,
        /// Its version.
        os_version: String,
    }
}

fields! {
    /// A browser.
    BrowserMetadata {
        /// Name.
        browser: String,
        /// Version.
        browser_version: String,
        /// Engine.
        engine: String,
        /// As it names itself.
        user_agent: String,
    }
}

fields! {
    /// What a client found of its network.
    PcMetadata {
        /// `4g`, `3g` …
        effective_network_type: String,
        /// When.
        timestamp: String,
    }
}

fields! {
    /// A microphone, camera or loudspeaker.
    ReportDevice {
        /// As the browser names it.
        device_id: String,
        /// Kind.
        kind: String,
        /// For people.
        label: String,
    }
}

fields! {
    /// A path that a transport may take. Addresses are cut to 16 bits.
    TransportStats {
        /// Estimate, bit/s.
        available_incoming_bitrate: Figure,
        /// Estimate, bit/s.
        available_outgoing_bitrate: Figure,
        /// Bytes.
        bytes_discarded_on_send: Figure,
        /// Bytes.
        bytes_received: Figure,
        /// Bytes.
        bytes_sent: Figure,
        /// Seconds.
        current_round_trip_time: Figure,
        /// Milliseconds of the client's clock.
        last_packet_received_timestamp: Figure,
        /// Milliseconds of the client's clock.
        last_packet_sent_timestamp: Figure,
        /// Here.
        local_candidate_address: String,
        /// Here.
        local_candidate_id: String,
        /// Here.
        local_candidate_network_type: String,
        /// Here.
        local_candidate_port: Figure,
        /// Here.
        local_candidate_protocol: String,
        /// Here.
        local_candidate_related_address: String,
        /// Here.
        local_candidate_related_port: Figure,
        /// Here.
        local_candidate_type: String,
        /// Whether it is the one that is used.
        nominated: bool,
        /// Packets.
        packets_discarded_on_send: Figure,
        /// Packets.
        packets_received: Figure,
        /// Packets.
        packets_sent: Figure,
        /// There.
        remote_candidate_address: String,
        /// There.
        remote_candidate_id: String,
        /// There.
        remote_candidate_port: Figure,
        /// There.
        remote_candidate_protocol: String,
        /// There.
        remote_candidate_type: String,
        /// Seconds.
        total_round_trip_time: Figure,
    }
}

/// Devices that came and went.
#[derive(Debug, Serialize, ToSchema)]
struct DevicesUpdate {
    /// New ones.
    added: Vec<ReportDevice>,
    /// Those that are gone.
    removed: Vec<ReportDevice>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Short,
}

/// A device that was chosen.
#[derive(Debug, Serialize, ToSchema)]
struct SelectedDevice {
    /// The device.
    device: ReportDevice,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Short,
}

/// Where a socket came from.
#[derive(Debug, Serialize, ToSchema)]
struct IpInformation {
    /// Its address.
    ipv4: String,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
struct ReportEvent {
    /// Name.
    name: String,
    /// What else is said of it.
    #[schema(value_type = Object)]
    metadata: Fields,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Short,
    /// The same, on the clock of whoever says it.
    #[serde(skip)]
    at: i64,
}

/// Paths of both transports, as the client knows them. The last one of each is the path in use as the server knows it: there
/// remote is the client, and sent is what the server sent.
#[derive(Debug, Default, Serialize, ToSchema)]
struct CandidatePairs {
    /// Of the transport that receives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    consuming_transport: Vec<TransportStats>,
    /// Of the transport that sends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    producing_transport: Vec<TransportStats>,
}

/// Kept fields as they are shown; `None` when there are none.
pub(super) fn shown<T: DeserializeOwned>(fields: Fields) -> Option<T> {
    if fields.is_empty() { None } else { serde_json::from_value(Value::Object(fields)).ok() }
}

/// An instant of the client's clock.
pub(super) fn instant(ms: i64) -> Short {
    Short::instant(UnixMs(ms))
}

impl PeerReportMetadata {
    /// What is known of a stay, and asked for.
    pub(super) fn of(
        row: &StayRow,
        view_type: Option<ViewType>,
        report: Report,
        shows: impl Fn(Part) -> bool,
    ) -> Self {
        let Report { said, ahead_ms, seen } = report;
        let mut report = Self { room_view_type: view_type.map(|v| v.as_str().to_owned()), ..Self::default() };
        let mut lists = Lists::default();
        for said in said {
            report.take(said, &mut lists, &shows);
        }
        report.take_seen(seen, ahead_ms, &shows);
        if shows(Part::Ip) {
            report.ip_information = row.person.ip_address.as_deref().and_then(ipv4);
        }
        if shows(Part::Device) && row.person.user_agent.is_some() {
            // The socket's own words win.
            let browser = report.browser_metadata.get_or_insert(BrowserMetadata {
                browser: None,
                browser_version: None,
                engine: None,
                user_agent: None,
            });
            browser.user_agent.clone_from(&row.person.user_agent);
        }
        report
    }

    fn take(&mut self, said: Said, lists: &mut Lists, shows: &impl Fn(Part) -> bool) {
        match said {
            Said::Join { device, browser, mut sdk, .. } if shows(Part::Device) => {
                self.device_info = shown(device).or(self.device_info.take());
                self.browser_metadata = shown(browser).or(self.browser_metadata.take());
                let mut text = |name| match sdk.remove(name) {
                    Some(Value::String(text)) => Some(text),
                    _ => None,
                };
                self.sdk_name = text("sdk_name").or(self.sdk_name.take());
                self.sdk_type = text("sdk_type").or(self.sdk_type.take());
                self.sdk_version = text("sdk_version").or(self.sdk_version.take());
            }
            Said::Devices { at, of, list } if shows(Part::Device) => {
                let list: Vec<ReportDevice> = list.into_iter().filter_map(shown).collect();
                let (before, updates) = match of {
                    DeviceKind::Audio => (&mut lists.audio, &mut self.audio_devices_updates),
                    DeviceKind::Video => (&mut lists.video, &mut self.video_devices_updates),
                    DeviceKind::Speaker => (&mut lists.speaker, &mut self.speaker_devices_updates),
                };
                let only = |these: &[ReportDevice], those: &[ReportDevice]| -> Vec<ReportDevice> {
                    these.iter().filter(|device| !those.contains(device)).cloned().collect()
                };
                let (added, removed) = (only(&list, before), only(before, &list));
                if !added.is_empty() || !removed.is_empty() {
                    updates.push(DevicesUpdate { added, removed, timestamp: instant(at) });
                }
                *before = list;
            }
            Said::Selected { at, device } if shows(Part::Device) => {
                let chosen = shown(device).map(|device| SelectedDevice { device, timestamp: instant(at) });
                self.selected_device_updates.extend(chosen);
            }
            Said::Precall { at, network } if shows(Part::Precall) => {
                if let Some(mut found) = shown::<PcMetadata>(network) {
                    found.timestamp = Some(instant(at).as_str().to_owned());
                    self.pc_metadata.push(found);
                }
            }
            Said::Event { at, name, metadata } if shows(Part::Events) => {
                self.events.push(ReportEvent { name, metadata, timestamp: instant(at), at });
            }
            Said::Ping { producing, consuming, .. } if shows(Part::Quality) => {
                let pairs = |pairs: Vec<Fields>| pairs.into_iter().filter_map(shown).collect();
                let (producing, consuming): (Vec<_>, Vec<_>) = (pairs(producing), pairs(consuming));
                if !producing.is_empty() {
                    self.candidate_pairs.get_or_insert_default().producing_transport = producing;
                }
                if !consuming.is_empty() {
                    self.candidate_pairs.get_or_insert_default().consuming_transport = consuming;
                }
            }
            Said::Join { .. }
            | Said::Devices { .. }
            | Said::Selected { .. }
            | Said::Precall { .. }
            | Said::Event { .. }
            | Said::Ping { .. } => {}
        }
    }
}

impl PeerReportMetadata {
    /// What the server saw: of events in order of time, of paths behind those of the client.
    fn take_seen(&mut self, seen: Seen, ahead_ms: i64, shows: &impl Fn(Part) -> bool) {
        if shows(Part::Events) {
            self.events.iter_mut().for_each(|event| event.at = event.at.saturating_sub(ahead_ms));
            self.events.extend(seen.events.into_iter().map(event));
            self.events.sort_by_key(|event| event.at);
        }
        if shows(Part::Quality) {
            let (producing, consuming) = (seen.producing.map(path), seen.consuming.map(path));
            if producing.is_some() || consuming.is_some() {
                let pairs = self.candidate_pairs.get_or_insert_default();
                pairs.producing_transport.extend(producing);
                pairs.consuming_transport.extend(consuming);
            }
        }
    }
}

fn event(SeenEvent { at, what, side }: SeenEvent) -> ReportEvent {
    let metadata = side.map(|side| ("transport".to_owned(), side.as_str().into())).into_iter().collect();
    ReportEvent { name: what.as_str().to_owned(), metadata, timestamp: instant(at), at }
}

/// A path in use.
fn path(path: SeenPath) -> TransportStats {
    #[expect(clippy::cast_precision_loss, reason = "what a call counts is far below 2^53")]
    let figure = |number: u64| Some(Figure(number as f64));
    TransportStats {
        nominated: Some(true),
        bytes_received: figure(path.bytes_received),
        bytes_sent: figure(path.bytes_sent),
        packets_received: figure(path.packets_received),
        packets_sent: figure(path.packets_sent),
        current_round_trip_time: path.rtt_us.and_then(figure).map(|micros| Figure(micros.0 / 1e6)),
        remote_candidate_address: path.address,
        remote_candidate_port: figure(path.port.into()),
        remote_candidate_protocol: Some(PROTOCOL.to_owned()),
        remote_candidate_type: Some(path.kind),
        ..TransportStats::default()
    }
}

/// The devices that there were last.
#[derive(Debug, Default)]
struct Lists {
    audio: Vec<ReportDevice>,
    video: Vec<ReportDevice>,
    speaker: Vec<ReportDevice>,
}

fn ipv4(address: &str) -> Option<IpInformation> {
    match address.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(v4) => Some(IpInformation { ipv4: v4.to_string() }),
        IpAddr::V6(_) => None,
    }
}
