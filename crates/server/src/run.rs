//! Wires the boxes together, runs them, and takes them apart again.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use sederunt_api::{ApiConfig, ConsoleConfig, OnceLinks, SystemConfig};
use sederunt_app::chat_files::{ChatFiles, Decoding, FileSettings};
use sederunt_gateway::{GatewayConfig, RelayOffer, StrangerLimits};
use sederunt_node::clock::{Clock, SystemClock};
use sederunt_node::media::{IceKey, MediaConfig, MediaHandle, MediaNotice, SAMPLE_EVERY, StreamAddresses};
use sederunt_node::{Node, NodeConfig};
use sederunt_store::{IndexOptions, Store, StoreOptions};
use sederunt_webhook::service::Service;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::accept::{Connections, Door};
use crate::config::{
    Config, ConsoleSettings, HttpConfig, MediaSettings, RelaySetting, RoomSettings, TlsConfig, WebhookConfig,
};
use crate::control::{ControlStats, Desks, Listener};
use crate::data_folder::DataFolder;
use crate::forwarded::TrustedProxies;
use crate::front::Front;
use crate::health::{self, HttpMetrics, Observed, Readiness};
use crate::media_door::MediaDoor;
use crate::mint::Mint;
use crate::work::{Desk, Live};
use crate::{
    accept, assets, console_host, console_link, demo, first_run, ice_key, logs, signing_key, system, tls,
    token, webhooks,
};

/// A stop may not take longer than this; service managers kill after 10 to 90 seconds.
const DRAIN_BOUND: Duration = Duration::from_secs(8);

/// What a command still does after a stop: a transaction at most.
const COMMANDS_BOUND: Duration = Duration::from_secs(2);

/// From the head of a request to the head of its answer, its body included: nobody trickles a body for ever. Web
/// sockets and streamed lists have their heads at once.
const ANSWER_BOUND: Duration = Duration::from_secs(60);

/// Bound TCP sockets.
#[derive(Debug)]
pub struct Listeners {
    /// Both APIs, the web socket, the meeting page.
    pub http: TcpListener,
    /// Metrics and health.
    pub metrics: TcpListener,
}

impl Listeners {
    /// Binds the addresses of the configuration.
    pub async fn bind(config: &HttpConfig) -> anyhow::Result<Self> {
        let bind = async |what: &str, addr: SocketAddr| {
            TcpListener::bind(addr).await.with_context(|| format!("cannot listen on {addr} ({what})"))
        };
        Ok(Self {
            http: bind("listen", config.listen).await?,
            metrics: bind("metrics_listen", config.metrics_listen).await?,
        })
    }
}

/// Where a running server is reached; printed as the one line on stdout.
#[derive(Debug, Clone, Serialize)]
pub struct Bound {
    /// Always true.
    pub ready: bool,
    /// `http://127.0.0.1:PORT` or `https://…`.
    pub http: String,
    /// The second port.
    pub metrics: String,
    /// UDP `address:port` of the first media worker; each further one has the next port, but for port 0.
    pub media: String,
}

/// What is printed for a person at the start.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offers {
    /// Links into a demo meeting.
    pub demo: bool,
    /// A link into the console.
    pub console_link: bool,
}

/// Runs until `shutdown`, then stops gracefully. `ready` is called once everything listens.
///
/// Errors are those of starting; a running server reports its troubles in the log.
pub async fn run(
    config: Config,
    offers: Offers,
    listeners: Listeners,
    shutdown: CancellationToken,
    ready: impl FnOnce(&Bound) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    run_with_clock(config, offers, listeners, Arc::new(SystemClock::start()), shutdown, ready).await
}

/// As [`run`], at another time than the machine's: benchmarks of recorded history run at its end.
pub async fn run_with_clock(
    config: Config,
    offers: Offers,
    listeners: Listeners,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
    ready: impl FnOnce(&Bound) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Logging is process-wide and was started by the caller.
    accept::raise_open_files();
    let Config { data, http, media, tls, room, index, files, mut webhook, console, log: _, printed } = config;
    let console = sign_in_settings(console);
    let folder = Arc::new(DataFolder::hold(&data)?);
    let control = bind_control(&folder);
    let (started_at, addresses) = (clock.now(), Addresses::of(&http, &tls, &listeners)?);
    let certificates = tls::certificates(&tls, &folder, addresses.public_host(), Arc::clone(&clock))?;
    let acceptor = certificates.as_ref().map(tls::Certificates::acceptor).transpose()?;

    webhook.places.own = own_addresses(&http, &media);
    let (tcp, relay) = (media.tcp, media.relay);
    let media = Media::start(media, addresses.http, ice_key::load_or_make(&folder)?)?;
    let media_handle = media.handle.clone();
    let node = start_node(&folder, room, index, media, Arc::clone(&clock)).await?;
    let webhooks = Arc::new(start_webhooks(&webhook, &folder, &node, Arc::clone(&clock), &addresses).await?);
    if let Some(path) = first_run::make_if_needed(&folder, node.store(), &Mint::new(started_at)?).await? {
        tracing::info!(file = %path.display(), "first start: account, app and API token are in this file");
    }

    let serving = CancellationToken::new();
    let files = start_files(files, &node, &folder, &serving)?;
    let observed = Observed {
        readiness: Readiness::default(),
        node: node.clone(),
        media: media_handle.clone(),
        connections: Connections::default(),
        http: HttpMetrics::default(),
        control: ControlStats::default(),
        certificates: certificates.clone(),
        webhooks: Arc::clone(&webhooks),
        started_at,
    };
    if let Some(certificates) = certificates {
        tokio::spawn(certificates.watch(serving.clone()));
    }
    let system = system::system(&observed, folder.path().to_owned(), &printed.rows);
    let public = Door {
        listener: listeners.http,
        tls: acceptor,
        media: Some(MediaDoor::new(media_handle.clone(), clock, tcp, relay)),
        per_address_factor: http.per_address_factor,
        proxies: Arc::new(TrustedProxies::new(http.trusted_proxies.clone())),
        router: public_router(&observed, &addresses, http, (&webhook, files), relay, (&console, system)),
    };
    tokio::spawn(public.serve(observed.connections.clone(), serving.clone()));
    let private_serving = serve_private(listeners.metrics, &observed);
    let commands = serve_commands(control, &folder, addresses.live(&observed, printed.text), &serving)?;

    observed.readiness.set(true);
    let media_addresses = media_handle.local_addrs();
    tracing::info!(listen = %addresses.http, media = ?media_addresses, base_uri = addresses.base_uri, "ready");
    ready(&addresses.bound(&media_addresses))?;
    offers.make(&folder, &node, &addresses, &console).await;

    shutdown.cancelled().await;
    observed.readiness.set(false);
    stop(node, &webhooks, &media_handle, &observed.connections, &serving).await;
    ended(commands).await;
    private_serving.cancel();
    Ok(())
}

fn sign_in_settings(ConsoleSettings { enabled, behind_tls, host }: ConsoleSettings) -> ConsoleConfig {
    ConsoleConfig {
        is_enabled: enabled,
        is_behind_tls: behind_tls,
        host,
        once: Arc::new(OnceLinks::default()),
    }
}

impl Offers {
    async fn make(self, folder: &DataFolder, node: &Node, addresses: &Addresses, console: &ConsoleConfig) {
        if self.demo
            && let Err(error) = demo::offer(folder, node, &addresses.page_url("meet")).await
        {
            tracing::error!("no demo meeting: {error:#}");
        }
        if self.console_link
            && console.is_enabled
            && let Err(error) = console_link::offer(
                folder,
                node,
                &console.once,
                &addresses.console_url(console.host.as_deref()),
            )
            .await
        {
            tracing::error!("no link into the console: {error:#}");
        }
    }
}

/// A server whose folder takes no socket runs all the same: people meet, and commands wait until it is stopped.
fn bind_control(folder: &DataFolder) -> Option<Listener> {
    let bound = Listener::bind(folder.path());
    bound
        .inspect_err(|error| {
            let folder = folder.path().display();
            tracing::error!(%error, %folder, "no control socket: commands beside this server will be refused");
        })
        .ok()
}

/// Health and metrics answer until the very end, and are not waited for.
fn serve_private(listener: TcpListener, observed: &Observed) -> CancellationToken {
    let serving = CancellationToken::new();
    let private = Door::plain(listener, health::router(observed.clone()));
    tokio::spawn(private.serve(Connections::default(), serving.clone()));
    serving
}

/// Takes commands until `serving` is cancelled; the task ends when their work has.
fn serve_commands(
    listener: Option<Listener>,
    folder: &Arc<DataFolder>,
    live: Live,
    serving: &CancellationToken,
) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    let desk = Desk::of_server(Arc::clone(folder), live, tokio::runtime::Handle::current())?;
    let desks = Desks::new(desk, serving.clone());
    Ok(tokio::spawn(async move {
        if let Some(listener) = listener {
            desks.serve(listener).await;
        }
    }))
}

async fn ended(commands: tokio::task::JoinHandle<()>) {
    if tokio::time::timeout(COMMANDS_BOUND, commands).await.is_err() {
        tracing::warn!("a command did not end in time and is cut");
    }
}

async fn stop(
    node: Node,
    webhooks: &Service,
    media: &MediaHandle,
    connections: &Connections,
    serving: &CancellationToken,
) {
    let start = Instant::now();
    tracing::info!(connections = connections.count(), "stopping");
    serving.cancel();
    // Tells every client and closes every stay with its true time; afterwards nothing is left to remember.
    node.stop().await;
    let drained = connections.drained(DRAIN_BOUND.saturating_sub(start.elapsed()));
    let (left, ()) = tokio::join!(drained, webhooks.stop());
    if left > 0 {
        tracing::warn!(left, "connections did not close in time and are cut");
    }
    media.shutdown();
    tracing::info!("stopped");
}

/// The addresses of this server that its settings name: those where it listens, and those that people are told. A webhook
/// may not call them; of all others it is seen when it has connected that they are ours.
fn own_addresses(http: &HttpConfig, media: &MediaSettings) -> Vec<IpAddr> {
    let listens = [http.listen, http.metrics_listen, media.listen].map(|address| address.ip());
    let announced = media.announce.iter().chain(&media.tcp_announce).map(|announced| announced.ip);
    let all = listens.into_iter().chain(announced);
    all.map(|address| address.to_canonical()).filter(|address| !address.is_unspecified()).collect()
}

struct Media {
    handle: MediaHandle,
    notices: mpsc::UnboundedReceiver<MediaNotice>,
}

impl Media {
    fn start(settings: MediaSettings, http: SocketAddr, ice_key: IceKey) -> anyhow::Result<Self> {
        let MediaSettings { listen, workers, announce, tcp, tcp_announce, relay: _ } = settings;
        let StreamAddresses { told, left_out } = if tcp {
            StreamAddresses::of(&tcp_announce, &announce, http)
        } else {
            StreamAddresses::default()
        };
        for address in left_out {
            tracing::warn!(
                %address,
                "not announced for audio and video over TCP: browsers try ports from 1024 on, and 80 and 443 of public \
                 addresses (media.tcp_announce)"
            );
        }
        // Bounded by the calls under way: see `MediaNotice`.
        let (sender, notices) = mpsc::unbounded_channel();
        let sample_every = SAMPLE_EVERY;
        let config = MediaConfig { bind: listen, workers, announce, tcp: told, ice_key, sample_every };
        let handle = MediaHandle::spawn(config, sender).with_context(|| {
            format!(
                "cannot listen for media on {listen} with {workers} workers (media.listen, media.workers)"
            )
        })?;
        Ok(Self { handle, notices })
    }
}

/// Files of chats, in a folder beside the ledger; what nobody has any more is swept.
fn start_files(
    settings: Option<FileSettings>,
    node: &Node,
    folder: &DataFolder,
    serving: &CancellationToken,
) -> anyhow::Result<Option<ChatFiles>> {
    let Some(settings) = settings else { return Ok(None) };
    let dir = folder.path().join("files");
    let files = ChatFiles::open(node.clone(), &dir, settings, Decoding::default())
        .with_context(|| format!("cannot open the folder of files {}", dir.display()))?;
    tokio::spawn(files.clone().sweep_until(serving.clone()));
    Ok(Some(files))
}

async fn start_node(
    folder: &DataFolder,
    room: RoomSettings,
    index: IndexOptions,
    media: Media,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Node> {
    let RoomSettings { reconnect_grace, store_client_addresses } = room;
    let store = Store::open_with(folder.path(), StoreOptions { index }).context("cannot open the ledger")?;
    let config = NodeConfig {
        node_id: token::random_hex(8)?,
        reconnect_grace_ms: i64::try_from(reconnect_grace.as_millis())?,
        signing_key_pem: signing_key::load_or_make(&store).await?,
        store_client_addresses,
    };
    let Media { handle, notices } = media;
    Node::start(config, store, Some((handle, notices)), clock).await.context("cannot start the rooms")
}

/// Where the server is, and how clients name it.
struct Addresses {
    scheme: &'static str,
    http: SocketAddr,
    metrics: SocketAddr,
    /// As configured.
    public: Option<String>,
    /// As configured, or what works on this machine.
    base_uri: String,
}

impl Addresses {
    fn of(config: &HttpConfig, tls: &TlsConfig, listeners: &Listeners) -> anyhow::Result<Self> {
        // The listeners were bound to the two addresses; what counts here is where they ended up.
        let HttpConfig { base_uri, .. } = config;
        let http = listeners.http.local_addr()?;
        let metrics = listeners.metrics.local_addr()?;
        let scheme = if *tls == TlsConfig::Off { "http" } else { "https" };
        let public = base_uri.clone();
        let base_uri = public.clone().unwrap_or_else(|| format!("localhost:{}", http.port()));
        Ok(Self { scheme, http, metrics, public, base_uri })
    }

    fn public_host(&self) -> &str {
        self.base_uri.rsplit_once(':').map_or(&self.base_uri, |(host, _)| host)
    }

    fn http_url(&self) -> String {
        format!("{}://{}", self.scheme, self.http)
    }

    /// The line on stdout.
    fn bound(&self, media: &[SocketAddr]) -> Bound {
        let (http, metrics) = (self.http_url(), format!("http://{}", self.metrics));
        let media = media.first().map(ToString::to_string).unwrap_or_default();
        Bound { ready: true, http, metrics, media }
    }

    /// What commands see of the server.
    fn live(&self, observed: &Observed, settings: String) -> Live {
        let (http_url, page_url) = (self.http_url(), self.page_url("meet"));
        Live { node: observed.node.clone(), observed: observed.clone(), http_url, page_url, settings }
    }

    /// What links to this server begin with, as the API says it.
    fn origin(&self) -> String {
        match &self.public {
            Some(base) => format!("https://{base}"),
            None => format!("{}://{}", self.scheme, self.base_uri),
        }
    }

    /// The console's, whose host may be another.
    fn console_url(&self, host: Option<&str>) -> String {
        let Some(host) = host else { return self.page_url("console") };
        let port = self.base_uri.rsplit_once(':').map_or_else(String::new, |(_, port)| format!(":{port}"));
        format!("{}://{host}{port}/console", self.scheme)
    }

    fn page_url(&self, page: &str) -> String {
        format!("{}://{}/{page}", self.scheme, self.base_uri)
    }
}

async fn start_webhooks(
    config: &WebhookConfig,
    folder: &DataFolder,
    node: &Node,
    clock: Arc<dyn Clock>,
    addresses: &Addresses,
) -> anyhow::Result<Service> {
    let webhooks = webhooks::start(config, folder, node, clock, addresses.origin()).await?;
    if addresses.public.is_none() {
        webhooks::warn_of_links(node, &addresses.origin()).await?;
    }
    Ok(webhooks)
}

fn public_router(
    observed: &Observed,
    addresses: &Addresses,
    config: HttpConfig,
    (webhook, files): (&WebhookConfig, Option<ChatFiles>),
    relay: RelaySetting,
    (console, system): (&ConsoleConfig, SystemConfig),
) -> logs::Access {
    let Observed { node, media, webhooks, http: metrics, .. } = observed;
    let HttpConfig { cors_origins, per_address_factor, .. } = config;
    let limits = StrangerLimits::default().per_address(per_address_factor);
    // Without TLS there is no secure origin for the client's sub-domains: the page maps them to its own.
    let shim = addresses.scheme == "http";
    let base_uri = addresses.public.clone();
    let api = ApiConfig {
        cors_origins,
        base_uri: base_uri.clone(),
        is_secure: !shim,
        webhook_places: webhook.places.clone(),
        webhooks: Some(Arc::clone(webhooks)),
        console: console.clone(),
        system: Some(system),
        ..ApiConfig::default()
    };
    let relay = relay.offers(!shim).then(|| RelayOffer { media: media.clone(), is_secure: !shim });
    let gateway = GatewayConfig { base_uri, shim, limits, relay, files, ..GatewayConfig::default() };
    let router = Router::new()
        .merge(sederunt_gateway::router(node.clone(), gateway))
        .merge(sederunt_api::router(node.clone(), api))
        .merge(assets::router(console.is_enabled));
    let console_host = console.host.clone().filter(|_| console.is_enabled);
    let front =
        Front { base: addresses.public.clone(), is_secure: !shim, console_host: console_host.clone() };
    logs::Access::new(metrics.clone(), ANSWER_BOUND, front, console_host::apart(router, console_host))
}
