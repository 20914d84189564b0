//! What everybody of a run shares: the server, its API, and the board.

use std::net::IpAddr;
use std::time::Instant;

use str0m::config::DtlsCert;

use crate::api::{Api, NAME_BEGINS, Room};
use crate::board::Board;
use crate::dial::Dial;
use crate::error::LoadError;
use crate::plan::Plan;

/// Shared by everybody of a run.
pub struct Scene {
    pub(crate) plan: Plan,
    pub(crate) dial: Dial,
    api: Api,
    /// How things stand.
    pub board: Board,
    /// The zero of the run's clock.
    pub(crate) begin: Instant,
    /// Our own address on the way to the server.
    pub(crate) own: IpAddr,
    /// One certificate for all sessions: a key for each would cost more than all the rest of a join.
    pub(crate) certificate: DtlsCert,
}

impl Scene {
    /// Gets ready for a plan; nothing is made on the server.
    ///
    /// # Errors
    /// The plan makes no sense, or the server cannot be reached.
    pub async fn new(plan: Plan) -> Result<Self, LoadError> {
        plan.check()?;
        let dial = Dial::new(plan.target.clone(), plan.ca_file.as_deref())?;
        let own = dial.own_address().await;
        let own = own.map_err(|e| LoadError::Server(plan.target.to_string(), e.to_string()))?;
        let certificate = str0m::crypto::from_feature_flags().dtls_provider.generate_certificate();
        let certificate = certificate.ok_or_else(|| LoadError::Tls("no certificate".to_owned()))?;
        let api = Api::new(dial.clone(), plan.key.clone());
        Ok(Self { plan, dial, api, board: Board::default(), begin: Instant::now(), own, certificate })
    }

    /// Makes a meeting `load-{name}` with a pass for each of its people.
    ///
    /// # Errors
    /// The API refuses; then there is no such meeting.
    pub async fn room(&self, name: &str) -> Result<Room, LoadError> {
        let mut room = self.api.room(format!("{NAME_BEGINS}{name}")).await?;
        if let Err(error) = self.api.people(&mut room, &self.plan).await {
            // The first error is the one to tell.
            let _ = self.api.remove(&room).await;
            return Err(error);
        }
        Ok(room)
    }

    /// Ends a meeting and removes it. Its sessions stay in the ledger.
    ///
    /// # Errors
    /// The API refuses.
    pub async fn remove(&self, room: &Room) -> Result<(), LoadError> {
        self.api.remove(room).await
    }
}
