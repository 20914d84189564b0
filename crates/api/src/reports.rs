//! Answers that take long to build: on threads that may block, few at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};

/// Reports that are built at a time. Each may read 4 MiB of JSON and hold several times as much; the threads are the ledger's, too.
const REPORTS_MAX: usize = 2;

/// Who builds reports.
#[derive(Debug, Clone)]
pub(crate) struct Reports {
    turns: Arc<Semaphore>,
}

impl Default for Reports {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(REPORTS_MAX)) }
    }
}

impl Reports {
    /// Reads what a report is made from and builds it, when it is its turn. A report that nobody waits for any more is built to its
    /// end: its turn is as long. Errors: those of reading; `Err` within is a panic of `build`.
    pub(crate) async fn build<R, T, E>(
        &self,
        read: impl Future<Output = Result<R, E>>,
        build: impl FnOnce(R) -> T + Send + 'static,
    ) -> Result<Result<T, JoinError>, E>
    where
        R: Send + 'static,
        T: Send + 'static,
    {
        // Nobody closes it.
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        let read = read.await?;
        let built = spawn_blocking(move || {
            let _turn = turn;
            build(read)
        });
        Ok(built.await)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// Says that it has begun, and waits until it may end.
    async fn wait(
        reports: Reports,
        begun: tokio::sync::mpsc::Sender<u32>,
        n: u32,
        end: Arc<Mutex<Receiver<()>>>,
    ) {
        let read = async { Ok::<_, Infallible>(n) };
        let build = move |n| {
            begun.blocking_send(n).unwrap();
            end.lock().unwrap().recv().unwrap();
        };
        reports.build(read, build).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn whoever_turns_away_gives_no_turn_to_the_next() {
        let reports = Reports::default();
        let (begun, mut has_begun) = tokio::sync::mpsc::channel(8);
        let (ends, end) = channel();
        let end = Arc::new(Mutex::new(end));
        let begin = |n| tokio::spawn(wait(reports.clone(), begun.clone(), n, Arc::clone(&end)));
        let tasks: Vec<_> = (0..2).map(begin).collect();
        let mut first = [has_begun.recv().await.unwrap(), has_begun.recv().await.unwrap()];
        first.sort_unstable();
        assert_eq!((first, reports.turns.available_permits()), ([0, 1], 0));
        for task in tasks {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert_eq!(reports.turns.available_permits(), 0, "they are still being built");
        let third = begin(2);
        ends.send(()).unwrap();
        assert_eq!(has_begun.recv().await, Some(2), "when one of them is built");
        ends.send(()).unwrap();
        ends.send(()).unwrap();
        third.await.unwrap();
    }
}
