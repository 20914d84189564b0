//! The media thread alone.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Result, ensure};
use sederunt_node::media::{IceKey, MediaConfig, MediaHandle, SAMPLE_EVERY};

use super::rig::Rig;

/// One worker, as the server starts it.
pub(super) struct Thread {
    pub(super) media: MediaHandle,
    pub(super) rig: Rig,
}

impl Thread {
    pub(super) fn start(own: IpAddr, batches: bool) -> Result<Self> {
        let (sender, notices) = tokio::sync::mpsc::unbounded_channel();
        let config = MediaConfig {
            bind: SocketAddr::new(own, 0),
            workers: 1,
            announce: Vec::new(),
            tcp: Vec::new(),
            ice_key: IceKey([7; 32]),
            sample_every: SAMPLE_EVERY,
        };
        let spawn = if batches { MediaHandle::spawn } else { MediaHandle::spawn_without_batches };
        let media = spawn(config, sender)?;
        Ok(Self { rig: Rig::new(media.clone(), notices), media })
    }

    pub(super) fn stop(self) -> Result<()> {
        let stats = self.media.stats();
        self.media.shutdown();
        ensure!(stats.restarts == 0 && stats.sfu.panics == 0, "the engine panicked");
        Ok(())
    }
}
