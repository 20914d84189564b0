//! The command's side: the terminal of work that a server does.

use std::io::{self, Read, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context, bail};

use super::frame::{self, HEAD_BYTES, Hello, Kind};
use crate::work::{Console, Work};

/// A server that starts says hello when its ledger is open; a crashed one of many rooms needs some seconds for that.
const HELLO_TIMEOUT: Duration = Duration::from_secs(60);

/// Input that is read at a time.
const INPUT_BYTES: usize = 64 * 1024;

/// Lets the server at the other end do `work`: shows on `console` what it writes, sends it `input`, and returns its
/// exit code.
///
/// # Errors
/// Those of the work, in the server's words; and those of the connection.
pub(crate) fn ask(
    mut stream: UnixStream,
    work: &Work,
    console: &mut dyn Console,
    input: Option<Box<dyn Read + Send>>,
) -> anyhow::Result<u8> {
    greet(&mut stream)?;
    let ask = frame::encode(Kind::Ask, &serde_json::to_vec(work)?)?;
    stream.write_all(&ask).context("the server cannot be asked")?;
    if let Some(input) = input {
        let to = stream.try_clone()?;
        // Ends with the input, with the connection, or with the process.
        std::thread::spawn(move || send(input, to));
    }
    loop {
        let (kind, payload) = read(&mut stream).context("the server is gone before it was done")?;
        match kind {
            Kind::Out => console.out(&payload).context("cannot write the output")?,
            Kind::Err => console.err(&payload).context("cannot write to standard error")?,
            Kind::Progress => console.progress(&serde_json::from_slice(&payload)?)?,
            Kind::Exit => return payload.first().copied().context("the server gave no exit code"),
            Kind::Failed => bail!("{}", String::from_utf8_lossy(&payload)),
            Kind::Hello | Kind::Ask | Kind::Input | Kind::InputEnd => bail!("the server speaks out of turn"),
        }
    }
}

fn greet(stream: &mut UnixStream) -> anyhow::Result<()> {
    stream.set_read_timeout(Some(HELLO_TIMEOUT))?;
    let (kind, payload) = read(stream).context("the server does not answer")?;
    stream.set_read_timeout(None)?;
    if kind == Kind::Failed {
        bail!("{}", String::from_utf8_lossy(&payload));
    }
    let ours = Hello::ours();
    let theirs: Hello =
        serde_json::from_slice(&payload).context("the server does not say which one it is")?;
    if theirs.version != ours.version || theirs.form != ours.form {
        bail!(
            "the server that runs is sederunt {}, this command is {}: use the server's own, or restart the server",
            theirs.version,
            ours.version
        );
    }
    Ok(())
}

fn read(stream: &mut UnixStream) -> io::Result<(Kind, Vec<u8>)> {
    let mut head = [0; HEAD_BYTES];
    stream.read_exact(&mut head)?;
    let (kind, length) = frame::head(head)?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload)?;
    Ok((kind, payload))
}

fn send(mut input: Box<dyn Read + Send>, mut to: UnixStream) {
    let mut buffer = vec![0; INPUT_BYTES];
    let sent = loop {
        match input.read(&mut buffer) {
            Ok(0) => break frame::encode(Kind::InputEnd, &[]).and_then(|end| to.write_all(&end)),
            Ok(n) => {
                let part = buffer.get(..n).unwrap_or_default();
                if let Err(e) = frame::encode(Kind::Input, part).and_then(|part| to.write_all(&part)) {
                    break Err(e);
                }
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => {
                // Without the end the server knows that something is missing, and says so.
                let _ = writeln!(io::stderr(), "sederunt: cannot read the input: {e}");
                break to.shutdown(std::net::Shutdown::Write);
            }
        }
    };
    if let Err(error) = sent {
        // The server is done, or gone: whoever reads its words finds out.
        tracing::debug!(%error, "the input was not sent to its end");
    }
}
