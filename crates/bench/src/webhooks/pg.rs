//! PostgreSQL from Debian's packages, started and stopped by the benchmark, in a folder of its own and on a Unix
//! socket only.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio_postgres::{Client, Config, NoTls};


/// Where Debian puts its versions.
const PACKAGES: &str = "/usr/lib/postgresql";
/// The user that the packages make; PostgreSQL refuses to run as root.
const USER: &str = "postgres";
/// Longest path of a Unix socket.
const SOCKET_PATH_MAX: usize = 100;
const START_BOUND: Duration = Duration::from_secs(120);
const STOP_BOUND: Duration = Duration::from_secs(120);
/// A query that takes longer is told as such.
pub(super) const STATEMENT_TIMEOUT_SECS: u64 = 90;

const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "unix_socket_permissions=0777",
    "shared_buffers=1GB",
    "work_mem=64MB",
    "maintenance_work_mem=1GB",
    "effective_cache_size=8GB",
    "synchronous_commit=on",
    "jit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=8GB",
    "logging_collector=off",
];

/// A running server; dropping it stops it.
#[derive(Debug)]
pub(super) struct Postgres {
    server: Child,
    folder: PathBuf,
    pub(super) version: String,
}

impl Postgres {
    /// Makes the cluster in `folder` if there is none, and starts it.
    pub(super) async fn start(folder: &Path) -> Result<Self> {
        let bin = binaries()?;
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        ensure!(
            folder.as_os_str().len() < SOCKET_PATH_MAX - 20,
            "{} is too long for a Unix socket; use a shorter --dir",
            folder.display()
        );
        if rustix::process::getuid().is_root() {
            let (user, group) = ids_of(USER)?;
            chown(&folder, Some(user), Some(group))?;
        }
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755))?;
        let data = folder.join("data");
        if !data.join("PG_VERSION").exists() {
            initdb(&bin, &data)?;
        }
        let log = std::fs::File::create(folder.join("log"))?;
        let mut command = as_user(&bin.join("postgres"));
        command.arg("-D").arg(&data).arg("-k").arg(&folder);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        let server = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let version =
            bin.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let mut postgres = Self { server, folder, version };
        postgres.answers().await?;
        Ok(postgres)
    }

    async fn answers(&mut self) -> Result<()> {
        let start = Instant::now();
        loop {
            match self.connect().await {
                Ok(_) => return Ok(()),
                Err(e) if start.elapsed() > START_BOUND => return Err(e),
                Err(_) => {}
            }
            if let Some(status) = self.server.try_wait()? {
                bail!("PostgreSQL ended ({status}); see {}", self.folder.join("log").display());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A connection of its own.
    pub(super) async fn connect(&self) -> Result<Client> {
        let mut config = Config::new();
        config.host_path(&self.folder).user(USER).dbname(USER);
        let (client, connection) = config.connect(NoTls).await.context("cannot reach PostgreSQL")?;
        tokio::spawn(connection);
        client.batch_execute(&format!("SET statement_timeout = '{STATEMENT_TIMEOUT_SECS}s'")).await?;
        Ok(client)
    }

    /// CPU time of all its processes until now, those that ended included.
    pub(super) fn cpu(&self) -> Result<Duration> {
        let server = self.server.id();
        let mut ticks = 0_u64;
        for process in std::fs::read_dir("/proc")? {
            let Ok(stat) = std::fs::read_to_string(process?.path().join("stat")) else { continue };
            let Some((head, rest)) = stat.rsplit_once(')') else { continue };
            let fields: Vec<&str> = rest.split_whitespace().collect();
            let number = |n: usize| fields.get(n).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
            let is_server = head.split(' ').next() == Some(&server.to_string());
            if is_server || number(1) == u64::from(server) {
                ticks += number(11) + number(12);
            }
            if is_server {
                ticks += number(13) + number(14);
            }
        }
        Ok(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
    }

    /// Stops it and waits until it is gone.
    pub(super) fn stop(mut self) -> Result<()> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Result<()> {
        if self.server.try_wait()?.is_some() {
            return Ok(());
        }
        let pid = rustix::process::Pid::from_child(&self.server);
        // A "fast" shutdown: connections are cut, the files are left clean.
        rustix::process::kill_process(pid, rustix::process::Signal::INT)?;
        let start = Instant::now();
        while self.server.try_wait()?.is_none() {
            ensure!(start.elapsed() < STOP_BOUND, "PostgreSQL (process {}) does not stop", self.server.id());
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Nobody is left to tell; the parent-death signal is the second line.
        let _ = self.shut_down();
    }
}

/// The newest version that is installed.
fn binaries() -> Result<PathBuf> {
    const MISSING: &str =
        "PostgreSQL is not installed: `apt-get install postgresql`, or run with --without-postgres";
    let found = std::fs::read_dir(PACKAGES).context(MISSING)?;
    let version = |path: &Path| path.file_name().and_then(|v| v.to_str()?.parse::<u32>().ok());
    let newest = found
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("bin/postgres").exists() && path.join("bin/initdb").exists())
        .max_by_key(|path| version(path));
    Ok(newest.context(MISSING)?.join("bin"))
}

fn initdb(bin: &Path, data: &Path) -> Result<()> {
    let mut command = as_user(&bin.join("initdb"));
    command.arg("-D").arg(data).args(["-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
    let output = command.stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "initdb failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// A program that ends with this process, not as root.
fn as_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "INT"]);
    if rustix::process::getuid().is_root() {
        let user = format!("--reuid={USER}");
        let group = format!("--regid={USER}");
        command.args([&user, &group, "--clear-groups"]);
    }
    command.arg("--").arg(program);
    // Its folder may be one that the user cannot read.
    command.current_dir("/");
    command
}

/// User and group number, from the table of users.
fn ids_of(name: &str) -> Result<(u32, u32)> {
    let table = std::fs::read_to_string("/etc/passwd")?;
    let line = table.lines().find(|line| line.split(':').next() == Some(name));
    let fields: Vec<&str> = line.with_context(|| format!("there is no user {name}"))?.split(':').collect();
    let number = |n: usize| fields.get(n).and_then(|f| f.parse().ok()).context("/etc/passwd is damaged");
    Ok((number(2)?, number(3)?))
}
