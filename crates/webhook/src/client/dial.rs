//! Connecting to one of several addresses, the next one a little later than the one before (RFC 8305).

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::Limits;

/// The first connection that there is, within the limit.
pub(super) async fn connect(addresses: &[IpAddr], port: u16, limits: &Limits) -> Option<TcpStream> {
    timeout_at(Instant::now() + limits.connect, race(addresses, port, limits)).await.ok().flatten()
}

async fn race(addresses: &[IpAddr], port: u16, limits: &Limits) -> Option<TcpStream> {
    // What is still trying when one has won is stopped with the set.
    let mut trying = JoinSet::new();
    let mut next = addresses.iter();
    let mut next_at = Instant::now();
    loop {
        let is_left = next.len() > 0;
        tokio::select! {
            () = sleep_until(next_at), if is_left => {
                let address = SocketAddr::new(*next.next()?, port);
                trying.spawn(TcpStream::connect(address));
                next_at = Instant::now() + limits.next_address;
            }
            Some(tried) = trying.join_next(), if !trying.is_empty() => match tried {
                Ok(Ok(stream)) => {
                    // Requests are small and written at once.
                    let _ = stream.set_nodelay(true);
                    return Some(stream);
                }
                // Refused: the next one need not wait.
                Ok(Err(_)) | Err(_) => next_at = Instant::now(),
            },
            else => return None,
        }
    }
}
