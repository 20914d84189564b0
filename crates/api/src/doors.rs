//! The table of doors. A door is one API of its own at this server: where it is, in whose form it refuses, what it has
//! of what its vendor has, and its document. Doors do not see each other.

mod pagecall;
mod realtimekit;
mod sederunt;

use axum::Router;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter};
use utoipa::openapi::{OpenApi, Server};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::dialect::{Dialect, DoorError, Refusal};
use crate::document::{self, Operation};
use crate::state::Api;

pub use sederunt::FeedConfig;
pub(crate) use sederunt::Feeds;

/// All doors. A path is of the first that has a prefix of it.
pub(crate) const DOORS: [&Door; 3] = [&pagecall::DOOR, &sederunt::DOOR, &realtimekit::DOOR];

/// A path that is read in vain, and the answer to whoever may read it.
pub(crate) type Absent = (&'static str, fn() -> MethodRouter<Api>);

/// One API.
#[derive(Debug)]
pub(crate) struct Door {
    /// Name of its document.
    pub(crate) name: &'static str,
    /// Where its paths begin. The document names the first.
    prefixes: &'static [&'static str],
    /// In whose form it refuses.
    dialect: Dialect,
    /// The operations that are built: the one list of routes.
    routes: fn() -> Vec<UtoipaMethodRouter<Api>>,
    /// Every operation of the vendor, built or not: what is not built answers 501, so that a caller can tell "not built
    /// yet" from "no such thing".
    operations: &'static [Operation],
    /// The answer to an operation that is not built; only for those who may ask.
    not_built: fn(MethodFilter) -> MethodRouter<Api>,
    /// Reads of one thing of a kind that nobody can make here yet: it is not found, which is the truth, and they are not built
    /// either.
    absent: &'static [Absent],
    /// What is built of the vendor's that has no prefix.
    at_root: fn() -> Vec<UtoipaMethodRouter<Api>>,
    /// What the document says beside the operations.
    document: fn() -> OpenApi,
    /// Puts into the document what cannot be derived.
    describe: fn(&mut OpenApi),
}

/// What a door has, for documents and tests.
pub struct DoorInfo {
    /// Name of its document, which is `/openapi/{name}.json`.
    pub name: &'static str,
    /// What is built.
    pub document: OpenApi,
    /// How many operations the vendor has, built or not; 0 = the door is our own.
    pub vendor_operations: usize,
}

/// The doors of this server.
pub fn doors() -> Vec<DoorInfo> {
    let info = |door: &Door| DoorInfo {
        name: door.name,
        document: door.document(),
        vendor_operations: door.operations.len() + door.root().into_openapi().paths.paths.len(),
    };
    DOORS.into_iter().map(info).collect()
}

/// The form in which whoever asked for this path is refused.
pub(crate) fn dialect_of(path: &str) -> Dialect {
    let door = DOORS.into_iter().find(|door| door.has(path));
    door.unwrap_or(&realtimekit::DOOR).dialect
}

impl Door {
    fn has(&self, path: &str) -> bool {
        let below = |prefix: &&str| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.prefixes.iter().any(below)
    }

    /// Its routes: below each of its prefixes, and at the root.
    pub(crate) fn router(&self) -> Router<Api> {
        let (at_root, _) = self.root().split_for_parts();
        self.prefixes.iter().fold(at_root, |router, prefix| router.merge(self.below(prefix)))
    }

    fn below(&self, prefix: &str) -> Router<Api> {
        let (mut router, document) = self.built(prefix).split_for_parts();
        for (method, template) in self.operations {
            let path = format!("{prefix}{template}");
            if document::describes(&document, method, &path) {
                continue;
            }
            let absent = self.absent.iter().find(|(absent, _)| method == Method::GET && absent == template);
            if let Some((_, read)) = absent {
                router = router.route(&path, read());
            } else if let Ok(filter) = MethodFilter::try_from(method.clone()) {
                router = router.route(&path, (self.not_built)(filter));
            }
        }
        router
    }

    /// What is built. Each path has the prefix in front: a nested router would cut it off the target of every request.
    fn built(&self, prefix: &str) -> OpenApiRouter<Api> {
        let router = OpenApiRouter::with_openapi((self.document)());
        (self.routes)().into_iter().fold(router, |router, (schemas, mut paths, methods)| {
            let with_prefix = |(path, item)| (format!("{prefix}{path}"), item);
            paths.paths = paths.paths.into_iter().map(with_prefix).collect();
            router.routes((schemas, paths, methods))
        })
    }

    /// What is built below no prefix.
    fn root(&self) -> OpenApiRouter<Api> {
        (self.at_root)().into_iter().fold(OpenApiRouter::new(), OpenApiRouter::routes)
    }

    /// Its OpenAPI document: what is built.
    pub(crate) fn document(&self) -> OpenApi {
        let mut api = self.built("").into_openapi();
        api.servers = self.prefixes.first().map(|prefix| vec![Server::new(*prefix)]);
        let mut root = self.root().into_openapi();
        document::serve_at_root(&mut root);
        api.merge(root);
        document::complete(&mut api, self.dialect.schema, self.operations);
        (self.describe)(&mut api);
        api
    }
}

/// 501 for whoever passes `A`.
async fn not_built<A, E: DoorError>(_: A) -> E {
    E::from(Refusal::NotBuilt)
}
