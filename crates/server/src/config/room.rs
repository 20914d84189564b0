//! Rooms.

use std::time::Duration;

use serde::Deserialize;

use super::Layers;

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoomGiven {
    /// Seconds for which a lost connection may come back and continue its stay
    #[arg(long, env = "SEDERUNT_RECONNECT_GRACE_SECS", value_name = "SECONDS", id = "reconnect_grace_secs")]
    pub reconnect_grace_secs: Option<u64>,
    /// Keep IP address and user agent with each stay, and give them out in lists. They are personal data
    #[arg(
        long,
        env = "SEDERUNT_STORE_CLIENT_ADDRESSES",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        id = "store_client_addresses"
    )]
    pub store_client_addresses: Option<bool>,
}

/// Room settings.
#[derive(Debug, Clone)]
pub struct RoomSettings {
    /// DECISIONS §4.
    pub reconnect_grace: Duration,
    /// SEMANTICS §6.4.
    pub store_client_addresses: bool,
}

const RECONNECT_GRACE_DEFAULT_SECS: u64 =
    (sederunt_core::limit::RECONNECT_GRACE_DEFAULT_MS / 1000).unsigned_abs();
/// Longer than any keep-alive would let an empty room outlive its session.
const RECONNECT_GRACE_MAX_SECS: u64 = 600;

impl RoomSettings {
    pub(super) fn resolve(
        layers: &mut Layers<'_>,
        given: RoomGiven,
        file: RoomGiven,
    ) -> anyhow::Result<Self> {
        let RoomGiven { reconnect_grace_secs, store_client_addresses } = given;
        let grace_secs = layers.pick(
            "reconnect_grace_secs",
            reconnect_grace_secs,
            file.reconnect_grace_secs,
            RECONNECT_GRACE_DEFAULT_SECS,
        );
        if grace_secs > RECONNECT_GRACE_MAX_SECS {
            anyhow::bail!(
                "\"reconnect_grace_secs\" must be at most {RECONNECT_GRACE_MAX_SECS}: {grace_secs}"
            );
        }
        Ok(Self {
            reconnect_grace: Duration::from_secs(grace_secs),
            store_client_addresses: layers.pick(
                "store_client_addresses",
                store_client_addresses,
                file.store_client_addresses,
                false,
            ),
        })
    }
}
