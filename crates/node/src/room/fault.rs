//! Why a room cannot go on, and the guard around its engine.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sederunt_store::StoreError;

/// Why a room cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoomFault {
    /// Its writes are not durable.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine panicked.
    #[error("the room engine panicked: {0}")]
    Panic(String),
}

impl RoomFault {
    /// Name for the counter of errors.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Store(_) => "room_store",
            Self::Panic(_) => "room_panic",
        }
    }
}

/// Runs the engine. A room that panicked is not looked at again, so what the panic left of it cannot matter.
pub(super) fn guarded<T>(engine: impl FnOnce() -> T) -> Result<T, RoomFault> {
    catch_unwind(AssertUnwindSafe(engine)).map_err(|payload| RoomFault::Panic(panic_text(payload.as_ref())))
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    payload.downcast_ref::<String>().cloned().unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_engine_is_a_fault_with_its_words() {
        assert!(guarded(|| {}).is_ok());
        let fault = guarded(|| -> () { panic!("seat {} is taken", 7) }).unwrap_err();
        assert_eq!(fault.to_string(), "the room engine panicked: seat 7 is taken");
        assert_eq!(fault.kind(), "room_panic");
    }
}
