//! A link into the console that signs in by itself, once: for whoever has just started the server.

use std::io::Write as _;

use anyhow::Context;
use sederunt_api::OnceLinks;
use sederunt_node::Node;

use crate::data_folder::DataFolder;
use crate::{first_run, token};

/// Prints the link on stderr, as the token of the first start.
pub(crate) async fn offer(
    folder: &DataFolder,
    node: &Node,
    links: &OnceLinks,
    console_url: &str,
) -> anyhow::Result<()> {
    let first = first_run::read(folder)?
        .with_context(|| format!("the link is for the token of {}, which is gone", first_run::FILE))?;
    let token = token::sha256(&first.api_token);
    anyhow::ensure!(node.store().token(token).await?.is_some(), "the token of the first start was revoked");
    let secret = links.make(token, node.now()).context("the system gave no randomness")?;
    // Behind the sign that browsers keep to themselves, so that no log of a proxy has it; and not through our own.
    let line =
        format!("\nConsole: open this once, within ten minutes\n  {console_url}/sign-in#once={secret}\n");
    std::io::stderr().write_all(line.as_bytes()).context("cannot write to standard error")
}
