//! Addresses of a name: the system's resolver, on threads of its own. A resolver that hangs for one app must stop
//! neither the server's other blocking work nor the names of the others.

use std::collections::BTreeMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

/// Threads that ask at a time.
const THREADS: usize = 16;
/// And for one app.
const THREADS_OF_APP: usize = 2;
/// How long an answer counts.
const GOOD_FOR: Duration = Duration::from_secs(60);
/// How long its absence counts.
const BAD_FOR: Duration = Duration::from_secs(5);
/// Names that are remembered.
const NAMES_MAX: usize = 4096;
/// Addresses of a name that are looked at: whoever answers more has no reason that is good.
const ADDRESSES_MAX: usize = 64;

/// The name has no address, or the resolver does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name has no address")]
pub struct NoAddress;

type Lookup = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;
type Known = (Instant, Result<Arc<[IpAddr]>, NoAddress>);

/// Asks for addresses, and remembers them for a while.
pub struct Resolver {
    lookup: Arc<Lookup>,
    threads: Arc<Semaphore>,
    apps: Mutex<BTreeMap<Arc<str>, Weak<Semaphore>>>,
    known: Mutex<BTreeMap<String, Known>>,
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").field("busy", &self.busy()).finish_non_exhaustive()
    }
}

impl Default for Resolver {
    /// The system's.
    fn default() -> Self {
        Self::with(|name| {
            let found = (name, 0_u16).to_socket_addrs();
            found.map(|all| all.map(|address| address.ip()).collect()).unwrap_or_default()
        })
    }
}

impl Resolver {
    /// One that asks `lookup`, which may block; no address = the name has none.
    pub fn with(lookup: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        Self {
            lookup: Arc::new(lookup),
            threads: Arc::new(Semaphore::new(THREADS)),
            apps: Mutex::new(BTreeMap::new()),
            known: Mutex::new(BTreeMap::new()),
        }
    }

    /// Threads that ask now.
    pub fn busy(&self) -> usize {
        THREADS - self.threads.available_permits()
    }

    /// The addresses of a name, in the resolver's order. It may take as long as the resolver likes: whoever calls has a
    /// limit. A thread that is waited for no longer still counts until it is done.
    ///
    /// # Errors
    /// There are none.
    pub async fn resolve(&self, app: &Arc<str>, name: &str) -> Result<Arc<[IpAddr]>, NoAddress> {
        if let Some(known) = self.known(name) {
            return known;
        }
        let of_app = self.of_app(app).acquire_owned().await.map_err(|_| NoAddress)?;
        // Whoever waited before may have asked the same.
        if let Some(known) = self.known(name) {
            return known;
        }
        let thread = Arc::clone(&self.threads).acquire_owned().await.map_err(|_| NoAddress)?;
        let (answer, answered) = oneshot::channel();
        let (lookup, owned) = (Arc::clone(&self.lookup), name.to_owned());
        let ask = move || {
            let mut found: Vec<IpAddr> = Vec::new();
            for address in lookup(&owned) {
                if found.len() < ADDRESSES_MAX && !found.contains(&address) {
                    found.push(address);
                }
            }
            drop((of_app, thread));
            // Nobody may be waiting any more.
            let _ = answer.send(found);
        };
        std::thread::Builder::new().name("webhook-dns".into()).spawn(ask).map_err(|_| NoAddress)?;
        let found: Arc<[IpAddr]> = answered.await.map_err(|_| NoAddress)?.into();
        let result = if found.is_empty() { Err(NoAddress) } else { Ok(found) };
        self.remember(name, result.clone());
        result
    }

    fn known(&self, name: &str) -> Option<Result<Arc<[IpAddr]>, NoAddress>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, result) = known.get(name)?;
        (*until > Instant::now()).then(|| result.clone())
    }

    fn remember(&self, name: &str, result: Result<Arc<[IpAddr]>, NoAddress>) {
        let now = Instant::now();
        let until = now + if result.is_ok() { GOOD_FOR } else { BAD_FOR };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= NAMES_MAX {
            known.retain(|_, (until, _)| *until > now);
        }
        if known.len() >= NAMES_MAX {
            known.pop_first();
        }
        known.insert(name.to_owned(), (until, result));
    }

    /// The permits of an app, while anybody has or wants one.
    fn of_app(&self, app: &Arc<str>) -> Arc<Semaphore> {
        let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(permits) = apps.get(app).and_then(Weak::upgrade) {
            return permits;
        }
        apps.retain(|_, permits| permits.strong_count() > 0);
        let permits = Arc::new(Semaphore::new(THREADS_OF_APP));
        apps.insert(Arc::clone(app), Arc::downgrade(&permits));
        permits
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    fn app(name: &str) -> Arc<str> {
        name.into()
    }

    fn address(n: u8) -> IpAddr {
        IpAddr::from([8, 8, 8, n])
    }

    #[tokio::test]
    async fn an_answer_is_remembered_and_so_is_its_absence() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let resolver = Resolver::with(move |name| {
            count.fetch_add(1, Ordering::SeqCst);
            if name == "a.example" { vec![address(1), address(1), address(2)] } else { vec![] }
        });
        for _ in 0..3 {
            let found = resolver.resolve(&app("x"), "a.example").await.unwrap();
            assert_eq!(*found, [address(1), address(2)], "each once");
            assert_eq!(resolver.resolve(&app("x"), "b.example").await, Err(NoAddress));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        tokio::time::pause();
        tokio::time::advance(BAD_FOR).await;
        tokio::time::resume();
        assert_eq!(resolver.resolve(&app("x"), "b.example").await, Err(NoAddress));
        resolver.resolve(&app("x"), "a.example").await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 3, "absence is forgotten sooner");
    }

    #[tokio::test]
    async fn many_addresses_are_cut() {
        let all = (0..=u8::MAX).map(address).collect::<Vec<_>>();
        let resolver = Resolver::with(move |_| all.clone());
        assert_eq!(resolver.resolve(&app("x"), "a.example").await.unwrap().len(), ADDRESSES_MAX);
    }

    #[tokio::test]
    async fn an_app_whose_names_hang_does_not_stop_another_one() {
        let (release, hang) = mpsc::channel::<()>();
        let hang = Mutex::new(hang);
        let resolver = Arc::new(Resolver::with(move |name| {
            if name.starts_with("hang") {
                let _ = hang.lock().unwrap().recv();
            }
            vec![address(1)]
        }));
        let mut hanging = Vec::new();
        for n in 0..5 {
            let resolver = Arc::clone(&resolver);
            hanging.push(tokio::spawn(async move {
                resolver.resolve(&app("bad"), &format!("hang{n}.example")).await
            }));
        }
        while resolver.busy() < THREADS_OF_APP {
            tokio::task::yield_now().await;
        }
        assert!(resolver.resolve(&app("good"), "a.example").await.is_ok());
        assert_eq!(resolver.busy(), THREADS_OF_APP, "no more than its own");
        // Whoever gives up waiting frees nothing: the thread still hangs.
        for task in hanging.drain(..2) {
            task.abort();
        }
        assert_eq!(resolver.busy(), THREADS_OF_APP);
        drop(release);
        for task in hanging {
            assert!(task.await.unwrap().is_ok());
        }
    }
}
