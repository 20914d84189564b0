//! Addresses of a name: the system's resolver, on threads of its own. A resolver that hangs for one app must stop
//! neither the server's other blocking work nor the names of the others.

mod answer;
mod memory;

use std::collections::BTreeMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::time::Instant;

use answer::Answer;
use memory::Memory;

pub use answer::NoAddress;

/// Threads that ask at a time.
const THREADS: usize = 16;
/// And for one app.
const THREADS_OF_APP: usize = 2;
/// Addresses of a name that are looked at: whoever answers more has no reason that is good.
const ADDRESSES_MAX: usize = 64;

type Lookup = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// Asks for addresses, and remembers them for a while. Whoever gives up waiting loses nothing but time.
pub struct Resolver {
    lookup: Arc<Lookup>,
    threads: Arc<Semaphore>,
    apps: Mutex<BTreeMap<Arc<str>, Weak<Semaphore>>>,
    names: Arc<Mutex<Names>>,
}

#[derive(Default)]
struct Names {
    /// Names that a thread asks for, and the way to all who wait for its answer. No more than [`THREADS`], and those whose
    /// answer is about to be remembered.
    asked: BTreeMap<String, watch::Sender<Option<Answer>>>,
    known: Memory,
}

/// What is at hand for a name.
enum AtHand {
    Known(Answer),
    Asked(watch::Receiver<Option<Answer>>),
}

impl Names {
    fn at_hand(&mut self, name: &str) -> Option<AtHand> {
        if let Some(answers) = self.asked.get(name) {
            return Some(AtHand::Asked(answers.subscribe()));
        }
        self.known.take(name, Instant::now()).map(AtHand::Known)
    }

    /// The thread has asked; `None` = it died. Whoever waits is told; without anybody it is kept for the next one.
    fn answered(&mut self, name: &str, answer: Option<Answer>) {
        let Some(waiting) = self.asked.remove(name) else { return };
        let Some(answer) = answer else { return };
        let is_late = waiting.receiver_count() == 0;
        self.known.keep(name, answer.clone(), is_late, Instant::now());
        waiting.send_replace(Some(answer));
    }
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
            names: Arc::default(),
        }
    }

    /// Threads that ask now.
    pub fn busy(&self) -> usize {
        THREADS - self.threads.available_permits()
    }

    /// The addresses of a name, in the resolver's order. It may take as long as the resolver likes: whoever calls has a
    /// limit. What comes when nobody waits any more is there for who asks next; its thread counts until then. All who want
    /// one name wait for one thread. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// There are none.
    pub async fn resolve(&self, app: &Arc<str>, name: &str) -> Result<Arc<[IpAddr]>, NoAddress> {
        let at_hand = lock(&self.names).at_hand(name);
        let at_hand = match at_hand {
            Some(at_hand) => at_hand,
            None => self.ask(app, name).await?,
        };
        match at_hand {
            AtHand::Known(answer) => answer,
            AtHand::Asked(mut answers) => match answers.wait_for(Option::is_some).await {
                Ok(answer) => answer.clone().unwrap_or(Err(NoAddress)),
                Err(_) => Err(NoAddress),
            },
        }
    }

    /// Has a thread ask, unless somebody else did while this one waited for his turn.
    async fn ask(&self, app: &Arc<str>, name: &str) -> Result<AtHand, NoAddress> {
        let of_app = self.of_app(app).acquire_owned().await.map_err(|_| NoAddress)?;
        // Before it takes a thread from others.
        let at_hand = lock(&self.names).at_hand(name);
        if let Some(at_hand) = at_hand {
            return Ok(at_hand);
        }
        let thread = Arc::clone(&self.threads).acquire_owned().await.map_err(|_| NoAddress)?;
        let mut names = lock(&self.names);
        if let Some(at_hand) = names.at_hand(name) {
            return Ok(at_hand);
        }
        let answered = self.start((of_app, thread), name)?;
        let (answers, waiting) = watch::channel(None);
        names.asked.insert(name.to_owned(), answers);
        let (names, name) = (Arc::clone(&self.names), name.to_owned());
        // Not in the hands of who asks: he may give up, and the answer is for the others, too.
        tokio::spawn(async move {
            let answer = answered.await.ok();
            lock(&names).answered(&name, answer);
        });
        Ok(AtHand::Asked(waiting))
    }

    /// Starts a thread; its places are free again when it is done, however long that takes.
    fn start(
        &self,
        places: (OwnedSemaphorePermit, OwnedSemaphorePermit),
        name: &str,
    ) -> Result<oneshot::Receiver<Answer>, NoAddress> {
        let (answer, answered) = oneshot::channel();
        let (lookup, name) = (Arc::clone(&self.lookup), name.to_owned());
        let ask = move || {
            let mut found: Vec<IpAddr> = Vec::new();
            for address in lookup(&name) {
                if found.len() < ADDRESSES_MAX && !found.contains(&address) {
                    found.push(address);
                }
            }
            drop(places);
            // The runtime may have stopped.
            let _ = answer.send(if found.is_empty() { Err(NoAddress) } else { Ok(found.into()) });
        };
        std::thread::Builder::new().name("webhook-dns".into()).spawn(ask).map_err(|_| NoAddress)?;
        Ok(answered)
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

fn lock(names: &Mutex<Names>) -> MutexGuard<'_, Names> {
    names.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::memory::{BAD_FOR, GOOD_FOR, LATE_FOR};
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

    /// A resolver that answers for names with this beginning when it is told to, how often it was asked, and the way to tell it.
    fn slow(
        slow: &'static str,
        answer: &'static [IpAddr],
    ) -> (Arc<Resolver>, Arc<AtomicUsize>, mpsc::Sender<()>) {
        let (release, hang) = mpsc::channel::<()>();
        let (hang, asked) = (Mutex::new(hang), Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&asked);
        let resolver = Resolver::with(move |name| {
            count.fetch_add(1, Ordering::SeqCst);
            if name.starts_with(slow) {
                let _ = hang.lock().unwrap().recv();
            }
            answer.to_vec()
        });
        (Arc::new(resolver), asked, release)
    }

    impl Resolver {
        /// Until nobody is asked any more.
        async fn quiet(&self) {
            while !lock(&self.names).asked.is_empty() {
                tokio::task::yield_now().await;
            }
        }

        async fn waiting(&self, name: &str, count: usize) {
            while lock(&self.names).asked.get(name).is_none_or(|asked| asked.receiver_count() != count) {
                tokio::task::yield_now().await;
            }
        }
    }

    const LIMIT: Duration = Duration::from_secs(2);
    const ONE: &[IpAddr] = &[IpAddr::V4(std::net::Ipv4Addr::new(8, 8, 8, 1))];

    #[tokio::test(start_paused = true)]
    async fn an_answer_after_the_limit_is_there_for_the_next_attempt() {
        let (resolver, asked, release) = slow("a", ONE);
        assert!(timeout(LIMIT, resolver.resolve(&app("x"), "a.example")).await.is_err());
        assert!(timeout(LIMIT, resolver.resolve(&app("x"), "a.example")).await.is_err(), "the same question");
        release.send(()).unwrap();
        resolver.quiet().await;
        // The next attempt may be a probe, minutes later.
        tokio::time::advance(LATE_FOR - LIMIT).await;
        for app_name in ["x", "y"] {
            let found = timeout(LIMIT, resolver.resolve(&app(app_name), "a.example")).await.unwrap();
            assert_eq!(*found.unwrap(), *ONE);
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        tokio::time::advance(GOOD_FOR).await;
        assert!(timeout(LIMIT, resolver.resolve(&app("x"), "a.example")).await.is_err(), "asked anew");
        drop(release);
        resolver.quiet().await;
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_absence_is_not_kept_for_longer() {
        let (resolver, asked, release) = slow("a", &[]);
        assert!(timeout(LIMIT, resolver.resolve(&app("x"), "a.example")).await.is_err());
        drop(release);
        resolver.quiet().await;
        assert_eq!(resolver.resolve(&app("x"), "a.example").await, Err(NoAddress));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        tokio::time::advance(BAD_FOR).await;
        assert_eq!(resolver.resolve(&app("x"), "a.example").await, Err(NoAddress));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_want_a_name_wait_for_one_thread() {
        let (resolver, asked, release) = slow("a", ONE);
        let mut waiting = Vec::new();
        for n in 0..40 {
            let resolver = Arc::clone(&resolver);
            let wants = async move { resolver.resolve(&app(&format!("app{n}")), "a.example").await };
            waiting.push(tokio::spawn(wants));
        }
        resolver.waiting("a.example", 40).await;
        // The first one is who had it asked.
        waiting.remove(0).abort();
        resolver.waiting("a.example", 39).await;
        assert_eq!(resolver.busy(), 1);
        release.send(()).unwrap();
        for task in waiting {
            assert_eq!(*task.await.unwrap().unwrap(), *ONE);
        }
        assert_eq!((resolver.busy(), asked.load(Ordering::SeqCst)), (0, 1));
        // It was not late.
        tokio::time::advance(GOOD_FOR).await;
        drop(release);
        resolver.resolve(&app("x"), "a.example").await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn whoever_waits_for_his_turn_is_not_waited_for() {
        let (resolver, _, release) = slow("hang", ONE);
        let resolve = |app_name: &'static str, name: &'static str| {
            let resolver = Arc::clone(&resolver);
            tokio::spawn(async move { resolver.resolve(&app(app_name), name).await })
        };
        let hanging = [resolve("bad", "hang1.example"), resolve("bad", "hang2.example")];
        while resolver.busy() < THREADS_OF_APP {
            tokio::task::yield_now().await;
        }
        let behind = resolve("bad", "a.example");
        assert!(resolve("good", "a.example").await.unwrap().is_ok());
        drop(release);
        for task in hanging.into_iter().chain([behind]) {
            assert!(task.await.unwrap().is_ok());
        }
    }

    #[tokio::test]
    async fn a_lookup_that_panics_is_no_answer_and_stops_nothing() {
        let resolver = Resolver::with(|name| {
            assert_ne!(name, "a.example", "it panics");
            vec![address(1)]
        });
        assert_eq!(resolver.resolve(&app("x"), "a.example").await, Err(NoAddress));
        assert!(resolver.resolve(&app("x"), "b.example").await.is_ok());
        // Its thread gives back what it has while it unwinds.
        while resolver.busy() > 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn many_addresses_are_cut() {
        let all = (0..=u8::MAX).map(address).collect::<Vec<_>>();
        let resolver = Resolver::with(move |_| all.clone());
        assert_eq!(resolver.resolve(&app("x"), "a.example").await.unwrap().len(), ADDRESSES_MAX);
    }

    #[tokio::test]
    async fn an_app_whose_names_hang_does_not_stop_another_one() {
        let (resolver, _, release) = slow("hang", ONE);
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
