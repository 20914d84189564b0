//! coturn in front of the server's UDP port: what one would run without a relay of our own.

use std::net::Ipv4Addr;
use std::process::Command;

use anyhow::Result;
use sederunt_load::Relay;

use super::program::{Program, free_port, installed};
use super::server::Server;

const USER: &str = "bench";
const PASSWORD: &str = "bench";

/// A running coturn.
pub(super) struct Coturn {
    program: Program,
    /// How one gets an address from it.
    pub(super) relay: Relay,
    // Its files go when it has ended.
    _folder: tempfile::TempDir,
}

impl Coturn {
    /// Starts one that speaks TURN inside TLS with the certificate of a server, and relays to loopback.
    pub(super) fn start(server: &Server) -> Result<Self> {
        let turnserver = installed("turnserver", "coturn")?;
        let folder = tempfile::tempdir()?;
        let (port, other) = (free_port()?, free_port()?);
        let local = Ipv4Addr::LOCALHOST.to_string();
        let file = |name: &str| folder.path().join(name);
        let mut command = Command::new(turnserver);
        command
            .args([
                "-n",
                "--listening-ip",
                &local,
                "--relay-ip",
                &local,
                "--allow-loopback-peers",
                "--no-cli",
            ])
            .args(["--tls-listening-port", &port.to_string(), "--listening-port", &other.to_string()])
            .args(["--no-udp", "--no-dtls", "--lt-cred-mech", "--realm", "bench", "--log-file", "stdout"])
            .args(["--user", &format!("{USER}:{PASSWORD}"), "--simple-log", "--userdb"])
            .arg(file("users"))
            .arg("--pidfile")
            .arg(file("pid"))
            .arg("--cert")
            .arg(server.certificate())
            .arg("--pkey")
            .arg(server.private_key());
        let program = Program::start(command, folder.path(), port)?;
        let relay = Relay {
            host: local,
            port,
            is_secure: true,
            username: USER.to_owned(),
            credential: PASSWORD.to_owned(),
        };
        Ok(Self { program, relay, _folder: folder })
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.program.id()
    }
}
