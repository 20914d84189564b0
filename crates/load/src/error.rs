//! What can go wrong with a run as a whole. What goes wrong with one person is part of the report.

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The address is no `http://` or `https://` address of a host.
    #[error("\"{0}\" is no address of a server: say http://host:port or https://host")]
    Url(String),
    /// The host is another machine.
    #[error(
        "{0} is not this machine: a load test belongs on a server that you run; say --i-run-this-server if you do"
    )]
    NotLocal(String),
    /// The file with the token cannot be used.
    #[error("the token file {0} {1}")]
    Token(String, String),
    /// The plan makes no sense.
    #[error("{0}")]
    Plan(String),
    /// A file of authorities, or the library, fails.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The server cannot be reached, or does not speak HTTP.
    #[error("{0} cannot be asked: {1}")]
    Server(String, String),
    /// The server refuses what a run needs.
    #[error("the server refuses {0}: {1}")]
    Refused(String, String),
    /// A thread cannot be started, or has died.
    #[error("a thread of the load test: {0}")]
    Thread(String),
}
