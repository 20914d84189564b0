//! Tests that owners of webhooks make: so many at a time in an app, whether its receivers are served or not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sederunt_core::id::AppId;

/// Tests of an app at a time: each holds a connection for as long as a receiver may take.
const TESTS_MAX: usize = 4;

/// How many are under way.
#[derive(Debug, Default)]
pub(super) struct TestsUnderWay {
    /// By app; none that has none.
    apps: Mutex<HashMap<AppId, usize>>,
}

/// A test is under way until this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    of: Arc<TestsUnderWay>,
    app: AppId,
}

impl TestsUnderWay {
    /// Begins a test of an app; `None` = there are too many.
    pub(super) fn begin(self: &Arc<Self>, app: &AppId) -> Option<Turn> {
        let mut apps = self.lock();
        let n = apps.get(app).copied().unwrap_or(0);
        if n >= TESTS_MAX {
            return None;
        }
        apps.insert(app.clone(), n + 1);
        Some(Turn { of: Arc::clone(self), app: app.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AppId, usize>> {
        self.apps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut apps = self.of.lock();
        match apps.get_mut(&self.app) {
            Some(n) if *n > 1 => *n -= 1,
            _ => {
                apps.remove(&self.app);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_has_so_many_at_a_time_and_no_more() {
        let (tests, app, other) = (Arc::<TestsUnderWay>::default(), AppId::from("a"), AppId::from("b"));
        let mut turns: Vec<Turn> = (0..TESTS_MAX).map(|_| tests.begin(&app).unwrap()).collect();
        assert!(tests.begin(&app).is_none());
        let others = tests.begin(&other).unwrap();
        turns.pop();
        turns.push(tests.begin(&app).unwrap());
        assert!(tests.begin(&app).is_none());
        drop((turns, others));
        assert!(tests.lock().is_empty());
    }
}
