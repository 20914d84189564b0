//! What a browser sends as `Origin`, and what is no such thing.

/// Checks one origin of `cors_origins`: `*`, or exactly what a browser sends (RFC 6454 §6.1: scheme, host and port in
/// lower case, the usual port left out). Anything else would be accepted and never match. The error says what is meant.
pub(super) fn check_origin(origin: &str) -> anyhow::Result<()> {
    if origin == "*" {
        return Ok(());
    }
    match fault(origin) {
        None => Ok(()),
        Some(what) => anyhow::bail!(
            "\"cors_origins\": {origin:?} is no origin of web pages: {what}. An origin is a scheme and a host, with a \
             port if it is not the usual one, like https://app.example.com or http://localhost:3000; * alone means all"
        ),
    }
}

fn fault(origin: &str) -> Option<String> {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return Some(format!("the scheme is missing, is https://{origin} meant?"));
    };
    if !matches!(scheme, "http" | "https") {
        return Some("web pages come by http:// or https://".to_owned());
    }
    if let Some(end) = authority.find(['/', '?', '#']) {
        return Some(format!("it ends after the host, is {scheme}://{} meant?", &authority[..end]));
    }
    if authority.contains('*') {
        return Some("there are no patterns, name each origin".to_owned());
    }
    if authority.contains('@') {
        return Some("it has no user".to_owned());
    }
    if authority.bytes().any(|b| b.is_ascii_uppercase()) {
        return Some(format!("browsers send {scheme}://{}", authority.to_ascii_lowercase()));
    }
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of an IPv6 address are inside its brackets.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    match (scheme, port) {
        ("https", Some("443")) | ("http", Some("80")) => {
            return Some(format!("browsers leave the usual port out: {scheme}://{host}"));
        }
        (_, Some(port)) if !is_port(port) => return Some(format!("{port:?} is no port")),
        (_, Some(_) | None) => {}
    }
    (!is_host(host)).then(|| {
        format!("{host:?} is no host name (write names beyond ASCII as browsers do, beginning with xn--)")
    })
}

/// As a browser writes it: no sign, no leading zero.
fn is_port(port: &str) -> bool {
    port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port)
}

/// A host name as browsers write it; also an address in brackets.
pub(super) fn is_host(host: &str) -> bool {
    if let Some(v6) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return v6.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let good = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    host.split('.').all(good)
}

#[cfg(test)]
mod tests {
    use super::check_origin;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        for good in [
            "*",
            "https://a.example",
            "http://localhost:3000",
            "https://10.0.0.7:8443",
            "http://[::1]:3000",
            "https://xn--bcher-kva.example",
        ] {
            assert!(check_origin(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_would_never_match_is_refused_with_what_is_meant() {
        for (bad, meant) in [
            ("https://a.example/", "is https://a.example meant?"),
            ("https://a.example/app?x", "is https://a.example meant?"),
            ("a.example", "is https://a.example meant?"),
            ("a.example:8443", "is https://a.example:8443 meant?"),
            ("ftp://x", "http:// or https://"),
            ("null", "scheme is missing"),
            ("https://*.example", "no patterns"),
            ("https://*", "no patterns"),
            ("https://A.example", "browsers send https://a.example"),
            ("https://a.example:443", "leave the usual port out: https://a.example"),
            ("http://a.example:80", "leave the usual port out: http://a.example"),
            ("https://a.example:", "no port"),
            ("https://a.example:0", "no port"),
            ("https://a.example:+8", "no port"),
            ("https://", "no host name"),
            ("https://a..example", "no host name"),
            ("https://bücher.example", "xn--"),
            ("https://ada@a.example", "no user"),
            ("https://[::1", "no host name"),
            ("https://a example", "no host name"),
            ("", "scheme is missing"),
        ] {
            let error = check_origin(bad).unwrap_err().to_string();
            assert!(error.contains("cors_origins") && error.contains(meant), "{bad}: {error}");
        }
    }
}
