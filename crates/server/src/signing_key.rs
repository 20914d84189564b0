//! The RSA key that signs participant tokens (SEMANTICS §2.5).

use anyhow::Context;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use sederunt_store::Store;

const NAME: &str = "signing_key";

/// The key as PKCS#8 PEM, made on the first start and kept in the ledger.
pub async fn load_or_make(store: &Store) -> anyhow::Result<String> {
    let pem = store.secret(NAME, make()?.into_bytes()).await.context("cannot read the signing key")?;
    String::from_utf8(pem).context("the signing key in the ledger is damaged")
}

fn make() -> anyhow::Result<String> {
    let pair = KeyPair::generate(KeySize::Rsa2048).ok().context("cannot make an RSA key")?;
    let der = pair.as_der().ok().context("cannot write the RSA key")?;
    Ok(pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref())))
}
