//! How much CPU a task takes: what the thread spent while it polled it.

use std::pin::Pin;
use std::task::{Context, Poll};

use prometheus_client::metrics::counter::Counter;

use crate::media::thread_cpu;

/// A task whose CPU is counted, in microseconds.
pub(crate) struct Busy<F> {
    task: Pin<Box<F>>,
    spent_us: Counter,
}

impl<F: Future> Busy<F> {
    pub(crate) fn new(task: F, spent_us: Counter) -> Self {
        Self { task: Box::pin(task), spent_us }
    }
}

impl<F: Future> Future for Busy<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let before = thread_cpu();
        let polled = self.task.as_mut().poll(cx);
        let spent = thread_cpu().saturating_sub(before);
        self.spent_us.inc_by(u64::try_from(spent.as_micros()).unwrap_or(u64::MAX));
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_task_computes_counts_and_what_it_waits_does_not() {
        let spent = Counter::default();
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn(Busy::new(wait, spent.clone()));
        tokio::task::yield_now().await;
        let waited = spent.get();
        let begin = thread_cpu();
        while thread_cpu().saturating_sub(begin).as_millis() < 20 {}
        go.send(()).unwrap();
        task.await.unwrap().unwrap();
        assert!(spent.get() < waited + 10_000, "{}", spent.get());
        let work = async {
            let begin = thread_cpu();
            while thread_cpu().saturating_sub(begin).as_millis() < 20 {}
        };
        let before = spent.get();
        Busy::new(work, spent.clone()).await;
        assert!(spent.get() >= before + 20_000, "{}", spent.get());
    }
}
