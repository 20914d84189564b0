//! The RSA key that signs participant tokens (SEMANTICS §2.5).

use anyhow::Context;
use sederunt_store::Store;

const NAME: &str = "signing_key";

/// The key as PKCS#8 PEM, made on the first start and kept in the ledger.
pub async fn load_or_make(store: &Store) -> anyhow::Result<String> {
    let fresh = sederunt_node::generate_signing_key()?;
    let pem = store.secret(NAME, fresh.into_bytes()).await.context("cannot read the signing key")?;
    String::from_utf8(pem).context("the signing key in the ledger is damaged")
}
