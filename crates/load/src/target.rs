//! Which server, and with which key.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use http::Uri;
use serde::Deserialize;

use crate::error::LoadError;

/// The server under test: the address of its one HTTP(S) port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Name or address, an IPv6 address without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// It speaks TLS.
    pub is_secure: bool,
}

impl Target {
    /// Reads `http://host[:port]` or `https://host[:port]`.
    ///
    /// # Errors
    /// It is something else.
    pub fn parse(url: &str) -> Result<Self, LoadError> {
        let bad = || LoadError::Url(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| bad())?;
        let is_secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            Some(_) | None => return Err(bad()),
        };
        let host = uri.host().ok_or_else(bad)?.trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        if host.is_empty() || !is_bare {
            return Err(bad());
        }
        Ok(Self { host, port: uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 }), is_secure })
    }

    /// The host is this machine, whoever answers for names.
    pub fn is_local(&self) -> bool {
        let host = self.host.to_ascii_lowercase();
        match host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }

    /// `host:port`, as a request names it.
    pub(crate) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.is_secure { "https" } else { "http" }, self.authority())
    }
}

/// A token of the API, and what it is good for.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Key {
    /// Account.
    pub account_id: String,
    /// App.
    pub app_id: String,
    /// The token.
    pub api_token: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key {{ account_id: {:?}, app_id: {:?} }}", self.account_id, self.app_id)
    }
}

impl Key {
    /// Reads a file as a first start writes it (`first-run.json`), or one with the token alone, to which account and app
    /// must be said. Said ones win.
    ///
    /// # Errors
    /// The file cannot be read, or something is missing.
    pub fn read(path: &Path, account: Option<&str>, app: Option<&str>) -> Result<Self, LoadError> {
        let bad = |why: String| LoadError::Token(path.display().to_string(), why);
        let text = std::fs::read_to_string(path).map_err(|e| bad(format!("cannot be read: {e}")))?;
        let mut key = if text.trim_start().starts_with('{') {
            serde_json::from_str::<Self>(&text).map_err(|e| bad(format!("is no first-run.json: {e}")))?
        } else {
            let own = |said: Option<&str>| said.unwrap_or_default().to_owned();
            Self { account_id: own(account), app_id: own(app), api_token: text.trim().to_owned() }
        };
        account.into_iter().for_each(|said| said.clone_into(&mut key.account_id));
        app.into_iter().for_each(|said| said.clone_into(&mut key.app_id));
        if key.api_token.is_empty() || key.api_token.contains(char::is_whitespace) {
            return Err(bad("has no token".to_owned()));
        }
        if key.account_id.is_empty() || key.app_id.is_empty() {
            return Err(bad("has the token alone: say --account and --app, too".to_owned()));
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_strictly() {
        let target = |host: &str, port, is_secure| Target { host: host.to_owned(), port, is_secure };
        for (url, expected) in [
            ("http://127.0.0.1:8080", target("127.0.0.1", 8080, false)),
            ("https://meet.example/", target("meet.example", 443, true)),
            ("http://[::1]:9", target("::1", 9, false)),
        ] {
            assert_eq!(Target::parse(url).unwrap(), expected, "{url}");
        }
        for url in
            ["", "meet.example", "ws://a", "http://", "http://a/b", "http://a?b", "ftp://a", "http:///x"]
        {
            assert!(Target::parse(url).is_err(), "{url}");
        }
        assert_eq!(Target::parse("http://[::1]").unwrap().to_string(), "http://[::1]:80");
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (url, local) in [
            ("http://localhost:1", true),
            ("http://api.LOCALHOST", true),
            ("http://127.8.9.1", true),
            ("http://[::1]", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://10.0.0.1", false),
            ("https://localhost.example", false),
            ("https://notlocalhost", false),
            ("https://127.0.0.1.example", false),
        ] {
            assert_eq!(Target::parse(url).unwrap().is_local(), local, "{url}");
        }
    }

    #[test]
    fn keys_come_from_either_kind_of_file() {
        let file = std::env::temp_dir().join(format!("sederunt-load-key-{}", std::process::id()));
        let read = |text: &str, account, app| {
            std::fs::write(&file, text).unwrap();
            Key::read(&file, account, app)
        };
        let key = |account: &str, app: &str, token: &str| {
            let [account_id, app_id, api_token] = [account, app, token].map(str::to_owned);
            Key { account_id, app_id, api_token }
        };
        let json = r#"{"account_id":"a","app_id":"b","api_token":"c","more":1}"#;
        assert_eq!(read(json, None, None).unwrap(), key("a", "b", "c"));
        assert_eq!(read(json, None, Some("x")).unwrap(), key("a", "x", "c"));
        assert_eq!(read("c\n", Some("a"), Some("b")).unwrap(), key("a", "b", "c"));
        assert!(read("c", Some("a"), None).is_err());
        assert!(read("", Some("a"), Some("b")).is_err());
        assert!(read("{}", None, None).is_err());
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(Key::read(&file, None, None), Err(LoadError::Token(..))));
    }
}
