//! What the load test itself takes and loses, so that nobody takes its limits for the server's.

use std::time::{Duration, Instant};

/// CPU of a thread, as the kernel accounts it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// On a CPU.
    pub ran: Duration,
    /// Ready, and waiting for a CPU.
    pub waited: Duration,
    /// Between the two looks.
    pub wall: Duration,
}

/// A look at the thread that asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    at: Instant,
    ran: Duration,
    waited: Duration,
}

impl Look {
    /// Now. Without the kernel's figures everything is zero.
    pub(crate) fn now() -> Self {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let (ran, waited) = schedule(&text).unwrap_or_default();
        Self { at: Instant::now(), ran, waited }
    }

    /// What happened since.
    pub(crate) fn since(self) -> Usage {
        let now = Self::now();
        Usage {
            ran: now.ran.saturating_sub(self.ran),
            waited: now.waited.saturating_sub(self.waited),
            wall: now.at.saturating_duration_since(self.at),
        }
    }
}

/// The first two numbers of a `schedstat` file, nanoseconds.
fn schedule(text: &str) -> Option<(Duration, Duration)> {
    let mut numbers = text.split_whitespace().map(|number| number.parse().map(Duration::from_nanos));
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Datagrams that the kernel dropped because our sockets on these ports were full.
pub(crate) fn socket_drops(ports: &[u16]) -> u64 {
    let read = |file| std::fs::read_to_string(file).unwrap_or_default();
    drops(&read("/proc/thread-self/net/udp"), ports) + drops(&read("/proc/thread-self/net/udp6"), ports)
}

/// The last column of the lines whose local port is among these.
fn drops(table: &str, ports: &[u16]) -> u64 {
    let of_line = |line: &str| {
        let mut words = line.split_whitespace();
        let (_, port) = words.nth(1)?.rsplit_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        ports.contains(&port).then(|| words.last()?.parse::<u64>().ok()).flatten()
    };
    table.lines().skip(1).filter_map(of_line).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_tables_are_read() {
        assert_eq!(schedule("12 34 5\n"), Some((Duration::from_nanos(12), Duration::from_nanos(34))));
        assert_eq!(schedule(""), None);
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
                     \x20 1: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 11 2 00000000 7\n\
                     \x20 2: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 12 2 00000000 30\n";
        assert_eq!((drops(table, &[8080]), drops(table, &[8080, 8081]), drops(table, &[1])), (7, 37, 0));
    }

    #[test]
    fn a_thread_that_works_has_worked() {
        let look = Look::now();
        let mut sum = 0_u64;
        while look.at.elapsed() < Duration::from_millis(30) {
            sum = sum.wrapping_mul(31).wrapping_add(1);
        }
        let used = look.since();
        assert!(used.wall >= Duration::from_millis(30) && sum != 1);
        assert!(used.ran > Duration::ZERO && used.ran <= used.wall + Duration::from_millis(20), "{used:?}");
    }
}
