//! Spellings of URLs, through registration and through a name that resolves to what they spell.

use super::*;

fn refused(url: &str) -> BadUrl {
    match Target::parse(url, &Places::default()) {
        Err(why) => why,
        Ok(target) => panic!("{url} was taken as {target:?}"),
    }
}

fn places(allow: &[&str]) -> Places {
    Places { allow: allow.iter().map(|text| text.parse().unwrap()).collect(), ..Places::default() }
}

/// A host as it may be spelled, why it is refused at registration, and the address that some parser reads there: a name
/// that resolves to it is refused as well.
const HOSTS: &[(&str, BadUrl, Option<&str>)] = {
    use AddressRule::{NotPublic, Wrapped};
    use BadUrl::{Address, Character, Host, InnerName, Number, Port, Unicode, UserInfo};
    &[
        // Loopback in every base, form and length.
        ("127.0.0.1", Address(NotPublic), Some("127.0.0.1")),
        ("127.255.255.254", Address(NotPublic), Some("127.255.255.254")),
        ("2130706433", Number, Some("127.0.0.1")),
        ("0x7f000001", Number, Some("127.0.0.1")),
        ("0X7F000001", Number, Some("127.0.0.1")),
        ("017700000001", Number, Some("127.0.0.1")),
        ("127.1", Number, Some("127.0.0.1")),
        ("127.0.1", Number, Some("127.0.0.1")),
        ("0177.0.0.1", Number, Some("127.0.0.1")),
        ("0177.0x0.0.1", Number, Some("127.0.0.1")),
        ("0x7f.0.0.1", Number, Some("127.0.0.1")),
        ("0x7f.1", Number, Some("127.0.0.1")),
        ("0x7f.0.0.0x1", Number, Some("127.0.0.1")),
        ("127.000.000.001", Number, Some("127.0.0.1")),
        ("127.0.0.1.", Host, Some("127.0.0.1")),
        ("2130706433.", Number, Some("127.0.0.1")),
        ("1.2.3.4.5", Number, None),
        ("256.1.1.1", Number, None),
        ("1.2.3", Number, Some("1.2.0.3")),
        ("4294967296", Number, None),
        ("a.1", Number, None),
        ("a.0x", Number, None),
        ("0", Number, Some("0.0.0.0")),
        ("0.0.0.0", Address(NotPublic), Some("0.0.0.0")),
        // Other inner networks.
        ("10.0.0.1", Address(NotPublic), Some("10.0.0.1")),
        ("012.0.0.1", Number, Some("10.0.0.1")),
        ("172.16.0.1", Address(NotPublic), Some("172.16.0.1")),
        ("192.168.0.1", Address(NotPublic), Some("192.168.0.1")),
        ("100.64.0.1", Address(NotPublic), Some("100.64.0.1")),
        ("169.254.169.254", Address(NotPublic), Some("169.254.169.254")),
        ("2852039166", Number, Some("169.254.169.254")),
        ("0xa9fea9fe", Number, Some("169.254.169.254")),
        ("255.255.255.255", Address(NotPublic), Some("255.255.255.255")),
        ("224.0.0.1", Address(NotPublic), Some("224.0.0.1")),
        // IPv6.
        ("[::1]", Address(NotPublic), Some("::1")),
        ("[::]", Address(NotPublic), Some("::")),
        ("[0:0:0:0:0:0:0:1]", Address(NotPublic), Some("::1")),
        ("[::127.0.0.1]", Address(NotPublic), Some("::127.0.0.1")),
        ("[::ffff:127.0.0.1]", Address(Wrapped), Some("::ffff:127.0.0.1")),
        ("[::ffff:7f00:1]", Address(Wrapped), Some("::ffff:127.0.0.1")),
        ("[::ffff:0:127.0.0.1]", Address(Wrapped), Some("::ffff:0:127.0.0.1")),
        ("[64:ff9b::7f00:1]", Address(NotPublic), Some("64:ff9b::127.0.0.1")),
        ("[64:ff9b:1::1]", Address(Wrapped), Some("64:ff9b:1::1")),
        ("[2002:7f00:1::]", Address(Wrapped), Some("2002:7f00:1::")),
        ("[2001:0:1::]", Address(Wrapped), Some("2001:0:1::")),
        ("[2001:db8::1]", Address(NotPublic), Some("2001:db8::1")),
        ("[fd00:ec2::254]", Address(NotPublic), Some("fd00:ec2::254")),
        ("[fe80::1]", Address(NotPublic), Some("fe80::1")),
        ("[fe80::1%25eth0]", Host, Some("fe80::1")),
        ("[fe80::1%eth0]", Host, Some("fe80::1")),
        ("[fec0::1]", Address(NotPublic), Some("fec0::1")),
        ("[::1", Host, None),
        ("[::1]x", Host, None),
        ("[v1.fe]", Host, None),
        ("[127.0.0.1]", Host, Some("127.0.0.1")),
        ("::1", Port, Some("::1")),
        // Names.
        ("localhost", InnerName, Some("127.0.0.1")),
        ("LOCALHOST", InnerName, Some("127.0.0.1")),
        ("a.localhost", InnerName, Some("127.0.0.1")),
        ("printer.local", InnerName, None),
        ("metadata.google.internal", InnerName, Some("169.254.169.254")),
        ("router.home.arpa", InnerName, None),
        ("abc.onion", InnerName, None),
        ("intranet", InnerName, None),
        ("localhost.", Host, None),
        ("hook.example.", Host, None),
        ("a..example", Host, None),
        (".example", Host, None),
        ("", Host, None),
        ("-a.example", Host, None),
        ("a-.example", Host, None),
        ("a_b.example", Host, None),
        ("a%2eexample", Host, None),
        ("127%2e0.0.1", Number, Some("127.0.0.1")),
        ("a b.example", Host, None),
        ("a\tb.example", Host, None),
        ("a\nb.example", Host, None),
        ("a\0b.example", Host, None),
        ("bücher.example", Unicode, None),
        ("127。0。0。1", Unicode, Some("127.0.0.1")),
        ("①②⑦.0.0.1", Unicode, None),
        ("ⓛocalhost", Unicode, None),
        // Where the host ends.
        ("user@hook.example", UserInfo, None),
        ("user:pass@hook.example", UserInfo, None),
        ("hook.example@127.0.0.1", UserInfo, None),
        ("hook.example:443@127.0.0.1", UserInfo, None),
        ("a\\@b.example", Character, None),
        ("hook.example\\.evil.example", Character, None),
        ("hook.example\\", Character, None),
        ("hook.example:", Port, None),
        ("hook.example:0", Port, None),
        ("hook.example:080", Port, None),
        ("hook.example:+443", Port, None),
        ("hook.example:65536", Port, None),
        ("hook.example:44 3", Port, None),
        ("hook.example:443:443", Port, None),
        ("hook.example:22", Port, None),
        ("hook.example:25", Port, None),
        ("hook.example:81", Port, None),
        ("hook.example:1023", Port, None),
        ("hook.example:2049", Port, None),
        ("hook.example:6000", Port, None),
        ("hook.example:6667", Port, None),
        ("hook.example:10080", Port, None),
    ]
};

#[test]
fn every_spelling_of_a_host_is_refused_at_registration() {
    assert!(HOSTS.len() > 60, "{}", HOSTS.len());
    for (host, why, _) in HOSTS {
        assert_eq!(refused(&format!("https://{host}/hook")), *why, "{host:?}");
        // Where the rest of the URL begins does not matter.
        assert_eq!(refused(&format!("https://{host}")), *why, "{host:?} alone");
        assert_eq!(refused(&format!("https://{host}?a=b")), *why, "{host:?} with a query");
    }
}

#[test]
fn a_name_that_resolves_to_what_is_spelled_is_refused() {
    let places = Places::default();
    let mut judged = 0;
    for (host, _, address) in HOSTS {
        let Some(address) = address.map(|text| text.parse::<IpAddr>().unwrap()) else { continue };
        // `1.2.3` is 1.2.0.3, a place of the internet: only its spelling is refused.
        let expected = *host == "1.2.3";
        assert_eq!(
            places.judge(Some("hook.example"), address, 443, None).is_ok(),
            expected,
            "{host} {address}"
        );
        judged += 1;
    }
    assert!(judged > 40, "{judged}");
}

#[test]
fn the_rest_of_the_url_is_read_as_strictly() {
    let cases = [
        ("", BadUrl::Scheme),
        ("hook.example/a", BadUrl::Scheme),
        ("//hook.example/a", BadUrl::Scheme),
        ("https:hook.example", BadUrl::Scheme),
        ("https:/hook.example", BadUrl::Scheme),
        ("https:///hook.example", BadUrl::Host),
        ("https://", BadUrl::Host),
        (" https://hook.example/", BadUrl::Scheme),
        ("https://hook.example/ ", BadUrl::Character),
        ("ftp://hook.example/", BadUrl::Scheme),
        ("file:///etc/passwd", BadUrl::Scheme),
        ("gopher://hook.example/", BadUrl::Scheme),
        ("http://hook.example/", BadUrl::Http),
        ("http://127.0.0.1/", BadUrl::Http),
        ("https://hook.example/#a", BadUrl::Fragment),
        ("https://hook.example#@127.0.0.1/", BadUrl::Fragment),
        ("https://hook.example/a b", BadUrl::Character),
        ("https://hook.example/a\r\nx: y", BadUrl::Character),
        ("https://hook.example/\u{e9}", BadUrl::Character),
        ("https://hook.example/a\\b", BadUrl::Character),
        ("https://hook.example/{a}", BadUrl::Character),
        ("https://hook.example/a|b", BadUrl::Character),
        ("https://hook.example/%", BadUrl::Character),
        ("https://hook.example/%4", BadUrl::Character),
        ("https://hook.example/%zz", BadUrl::Character),
        ("https://hook.example/a/../b", BadUrl::DotSegment),
        ("https://hook.example/a/./b", BadUrl::DotSegment),
        ("https://hook.example/..", BadUrl::DotSegment),
        ("https://hook.example/%2E%2e/b", BadUrl::DotSegment),
    ];
    for (url, why) in cases {
        assert_eq!(refused(url), why, "{url:?}");
    }
    let long = |length: usize| format!("https://hook.example/{}", "a".repeat(length - 21));
    assert_eq!(refused(&long(URL_MAX + 1)), BadUrl::TooLong);
    assert!(Target::parse(&long(URL_MAX), &Places::default()).is_ok());
    let label = "a".repeat(LABEL_MAX);
    let host = [label.as_str(); 4].join(".");
    assert_eq!(refused(&format!("https://{host}/")), BadUrl::Host, "255 bytes");
    assert_eq!(refused(&format!("https://{label}a.example/")), BadUrl::Host);
    assert!(Target::parse(&format!("https://{}/", &host[2..]), &Places::default()).is_ok(), "253 bytes");
}

#[test]
fn good_urls_are_taken_as_they_are() {
    let cases = [
        ("https://hook.example", "hook.example", 443, "/"),
        ("https://hook.example?a=b", "hook.example", 443, "/?a=b"),
        ("HTTPS://Hook.EXAMPLE/Path?q=1&r=%C3%A9", "hook.example", 443, "/Path?q=1&r=%C3%A9"),
        ("https://hook.example:443/a//b;c=d,e/~f", "hook.example", 443, "/a//b;c=d,e/~f"),
        ("https://hook.example:8443/", "hook.example:8443", 8443, "/"),
        ("https://hook.example:80/", "hook.example:80", 80, "/"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/"),
        ("https://8.8.8.8/a?b=../c", "8.8.8.8", 443, "/a?b=../c"),
        ("https://[2A00:1450:0::1]:9000/", "[2a00:1450::1]:9000", 9000, "/"),
        ("https://1.2.3.4.example/", "1.2.3.4.example", 443, "/"),
        ("https://0xabc.example/", "0xabc.example", 443, "/"),
        ("https://notlocalhost.example/", "notlocalhost.example", 443, "/"),
    ];
    for (url, authority, port, path) in cases {
        let target = Target::parse(url, &Places::default()).unwrap();
        assert_eq!(
            (target.authority.as_str(), target.port, target.path.as_str()),
            (authority, port, path),
            "{url}"
        );
        assert!(target.tls);
    }
}

#[test]
fn what_the_operator_names_is_lifted_and_nothing_else() {
    let all = places(&["intranet", "*.corp.local:81", "10.0.0.0/8", "127.0.0.1:22"]);
    for url in [
        "http://intranet/",
        "https://intranet:8443/",
        "http://a.corp.local:81/",
        "http://10.1.1.1/",
        "http://127.0.0.1:22/",
    ] {
        assert!(Target::parse(url, &all).is_ok(), "{url}: {:?}", Target::parse(url, &all));
    }
    let cases = [
        ("http://hook.example/", BadUrl::Http),
        ("https://a.corp.local/", BadUrl::InnerName),
        ("https://intranet:22/", BadUrl::Port),
        ("http://127.0.0.1/", BadUrl::Http),
        ("https://127.0.0.1/", BadUrl::Address(AddressRule::NotPublic)),
        ("https://intranet./", BadUrl::Host),
        ("https://u@intranet/", BadUrl::UserInfo),
        ("https://0x0a000001/", BadUrl::Number),
    ];
    for (url, why) in cases {
        assert_eq!(Target::parse(url, &all), Err(why), "{url}");
    }
    let http = Places { allow_http: true, ..Places::default() };
    assert!(Target::parse("http://hook.example/", &http).is_ok());
    assert_eq!(Target::parse("http://10.0.0.1/", &http), Err(BadUrl::Address(AddressRule::NotPublic)));
    let refuse = Places { refuse: vec!["*.evil.example".parse().unwrap()], ..Places::default() };
    assert_eq!(Target::parse("https://a.evil.example/", &refuse), Err(BadUrl::Refused));
}

#[test]
fn no_refusal_names_an_address() {
    for (host, _, _) in HOSTS {
        let text = refused(&format!("https://{host}/")).to_string();
        assert!(!text.contains("127.") && !text.contains("::1"), "{text}");
    }
}
