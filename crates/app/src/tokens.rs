//! API tokens: made here, kept as a hash, told once; and on which day each was last used.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_store::{ApiTokenRow, Permission, StoreError, Thing};

use crate::hex::hex;
use crate::rule::{Fault, NAME_MAX_CHARS, filled};
use crate::{AppError, Site};

/// Lets secret scanners, and people, recognise a token.
const PREFIX: &str = "sdr_";
/// As hard to guess as a key.
const SECRET_BYTES: usize = 32;
/// Enough to tell a few hundred tokens apart in a list.
const ID_BYTES: usize = 6;
/// Tokens of an account that are not revoked: one for every service and colleague of a company; more is a script gone wrong.
pub const OF_ACCOUNT_MAX: usize = 500;
/// How long a use that could not be written is not tried again: a disk that is full stays so for a while.
const AGAIN_MS: i64 = 60_000;
/// Uses that are remembered while they are written; a day has as many as there are tokens.
const NOTED_MAX: usize = 10_000;

/// A new token text.
pub fn mint() -> Result<String, AppError> {
    Ok(format!("{PREFIX}{}", random::<SECRET_BYTES>()?))
}

/// The hash under which a token is kept.
pub fn sha256(token: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    out
}

/// A row for a token of one account and one workspace, with an id of its own and no right to the server.
pub fn row(
    name: String,
    account: Option<(String, Permission)>,
    workspace: Option<AppId>,
    now: UnixMs,
) -> Result<ApiTokenRow, AppError> {
    let id = random::<ID_BYTES>()?;
    Ok(ApiTokenRow {
        id,
        name,
        account,
        workspace,
        server: false,
        used_on: None,
        created_at: now,
        revoked_at: None,
    })
}

fn random<const BYTES: usize>() -> Result<String, AppError> {
    let mut bytes = [0; BYTES];
    rand::fill(&mut bytes).map_err(|_| AppError::NoRandomness)?;
    Ok(hex(&bytes))
}

/// What a token of an account is to be.
#[derive(Debug)]
pub struct Wanted {
    /// For humans.
    pub name: String,
    /// What it may do in the account.
    pub permission: Permission,
    /// The app whose workspace it is for, by Pagecall's API; one of the account.
    pub workspace: Option<AppId>,
    /// Whether it may see the server itself.
    pub server: bool,
}

/// Makes a token of an account; the text is told here and never again. Whoever asks has all rights of the account, and that to
/// the server if it is wanted: that is the door's to check.
pub async fn create(
    site: &impl Site,
    account: &str,
    wanted: Wanted,
) -> Result<(String, ApiTokenRow), AppError> {
    let Wanted { name, permission, workspace, server } = wanted;
    let name = name.trim().to_owned();
    filled("name", &name, NAME_MAX_CHARS)?;
    if name.chars().any(char::is_control) {
        return Err(Fault::new("name", "must have no control characters").into());
    }
    if permission == Permission::None && workspace.is_none() {
        return Err(
            Fault::new("app_id", "is required for a token without a permission in the account").into()
        );
    }
    if let Some(app) = &workspace {
        let known = site.store().app(app).await?.filter(|app| app.account == account);
        known.ok_or_else(|| Fault::new("app_id", "must be an app of the account"))?;
    }
    let text = mint()?;
    let row = row(name, Some((account.to_owned(), permission)), workspace, site.now())?;
    let row = ApiTokenRow { server, ..row };
    site.store().create_account_token(row.clone(), sha256(&text), OF_ACCOUNT_MAX).await?;
    Ok((text, row))
}

/// A token of an account, with the hash of its text; revoked or not.
pub async fn of_account(
    site: &impl Site,
    account: &str,
    id: &str,
) -> Result<([u8; 32], ApiTokenRow), StoreError> {
    let all = site.store().tokens_of(account).await?;
    all.into_iter().find(|(_, row)| row.id == id).ok_or(StoreError::NotFound(Thing::Token))
}

/// Revokes a token. What was signed in with it is over before this returns.
pub async fn revoke(site: &impl Site, id: &str) -> Result<(), StoreError> {
    site.store().revoke_token(id, site.now()).await
}

/// Uses on their way into the ledger: the first of each token and day, and no request waits for it.
#[derive(Debug, Default)]
pub struct Uses {
    /// When a use is written again at the earliest, if the ledger does not have it by then.
    noted: Mutex<HashMap<[u8; 32], UnixMs>>,
}

impl Uses {
    /// Notes that a token was used now. The row says whether the day is known, so all uses of a day but the first few
    /// cost a comparison.
    pub fn note(&self, node: &Node, sha256: [u8; 32], row: &ApiTokenRow) {
        let (now, today) = (node.now(), node.now().day());
        if row.used_on >= Some(today) || !self.is_turn(sha256, now) {
            return;
        }
        let store = node.store().clone();
        tokio::spawn(async move {
            if let Err(error) = store.token_used(sha256, today).await {
                tracing::debug!(%error, "the last use of a token was not recorded");
            }
        });
    }

    fn is_turn(&self, sha256: [u8; 32], now: UnixMs) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= NOTED_MAX {
            noted.retain(|_, again| now < *again);
        }
        let again = noted.entry(sha256).or_insert(now);
        let is_turn = *again <= now;
        if is_turn {
            *again = now.plus_ms(AGAIN_MS);
        }
        is_turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_recognisable_and_differ() {
        let (a, b) = (mint().unwrap(), mint().unwrap());
        assert!(a.starts_with(PREFIX));
        assert_eq!(a.len(), PREFIX.len() + 2 * SECRET_BYTES);
        assert_ne!(a, b);
        assert_ne!(sha256(&a), sha256(&b));
    }

    #[test]
    fn the_hash_is_sha_256() {
        assert_eq!(hex(&sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_use_is_written_once_until_it_may_have_failed() {
        let uses = Uses::default();
        let turns = [0, 1, AGAIN_MS - 1, AGAIN_MS].map(|at| uses.is_turn([1; 32], UnixMs(at)));
        assert_eq!(turns, [true, false, false, true]);
        assert!(uses.is_turn([2; 32], UnixMs(1)));
    }
}
