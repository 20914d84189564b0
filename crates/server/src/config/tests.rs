//! Layering, origins and refusals.

use clap::{Args as _, Command, FromArgMatches as _};

use super::*;

fn resolve(args: &[&str]) -> anyhow::Result<(Config, Vec<Effective>)> {
    let matches = ConfigArgs::augment_args(Command::new("serve"))
        .get_matches_from(std::iter::once("serve").chain(args.iter().copied()));
    Config::resolve(ConfigArgs::from_arg_matches(&matches)?, &matches)
}

fn file(text: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sederunt.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

fn origin(rows: &[Effective], key: &str) -> Origin {
    rows.iter().find(|row| row.key == key).unwrap().origin.clone()
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let (_dir, path) = file(
        "listen = \"127.0.0.1:1\"\nmetrics_listen = \"127.0.0.1:2\"\n[media]\nlisten = \"127.0.0.1:3\"\n",
    );
    let (config, rows) = resolve(&["--config", &path, "--listen", "127.0.0.1:9"]).unwrap();
    assert_eq!(config.http.listen.port(), 9);
    assert_eq!(config.http.metrics_listen.port(), 2);
    assert_eq!(config.media.listen.port(), 3);
    assert_eq!(config.data, PathBuf::from("data"));
    assert_eq!(origin(&rows, "listen"), Origin::Flag);
    assert_eq!(origin(&rows, "media.listen"), Origin::File(path.into()));
    assert_eq!(origin(&rows, "data"), Origin::Default);
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    for text in [
        "lisen = \"127.0.0.1:1\"\n",
        "[media]\nlisen = 1\n",
        "[tls]\nfoo = 1\n",
        "[log]\nfoo = 1\n",
        "[webhook]\nfoo = 1\n",
    ] {
        let (_dir, path) = file(text);
        let error = format!("{:#}", resolve(&["--config", &path]).unwrap_err());
        assert!(error.contains("unknown field") && error.contains("sederunt.toml"), "{error}");
    }
}

#[test]
fn the_former_name_of_the_index_is_refused_with_the_new_one() {
    let (_dir, path) = file("[archive]\nfrom_sessions = 10\n");
    let error = format!("{:#}", resolve(&["--config", &path]).unwrap_err());
    assert!(error.contains("[archive] is called [index] now") && error.contains("sederunt.toml"), "{error}");
}

#[test]
fn a_missing_file_is_named() {
    let error = format!("{:#}", resolve(&["--config", "/nowhere/s.toml"]).unwrap_err());
    assert!(error.contains("/nowhere/s.toml"), "{error}");
}

#[test]
fn certificates_and_mode_fit_each_other() {
    let (config, _) = resolve(&["--tls-cert", "a.crt", "--tls-key", "a.key"]).unwrap();
    assert_eq!(config.tls, TlsConfig::Files { cert: "a.crt".into(), key: "a.key".into() });
    let (config, _) = resolve(&["--tls", "self-signed"]).unwrap();
    assert_eq!(config.tls, TlsConfig::SelfSigned);
    for bad in [&["--tls", "files"][..], &["--tls-cert", "a.crt"], &["--tls", "off", "--tls-key", "a.key"]] {
        assert!(resolve(bad).unwrap_err().to_string().contains("tls."), "{bad:?}");
    }
}

#[test]
fn values_out_of_bounds_are_refused_by_key() {
    let error = resolve(&["--reconnect-grace-secs", "601"]).unwrap_err().to_string();
    assert!(error.contains("reconnect_grace_secs"), "{error}");
    let error = resolve(&["--base-uri", "https://x"]).unwrap_err().to_string();
    assert!(error.contains("base_uri"), "{error}");
    for bad in ["0", "17"] {
        let error = resolve(&["--media-workers", bad]).unwrap_err().to_string();
        assert!(error.contains("\"media.workers\" must be between 1 and 16"), "{error}");
    }
    assert_eq!(resolve(&["--media-workers", "16"]).unwrap().0.media.workers, 16);
}

#[test]
fn lists_of_addresses_and_origins_are_read_alike_from_flags_and_file() {
    let text = "cors_origins = [\"https://a.example\"]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n\
                [media]\nannounce = [\"203.0.113.7:40000\", \"2001:db8::1\"]\n";
    let (_dir, path) = file(text);
    let (from_file, _) = resolve(&["--config", &path]).unwrap();
    let flags = ["--cors-origins", "https://a.example", "--trusted-proxies", "10.0.0.0/8,::1"];
    let announce = ["--media-announce", "203.0.113.7:40000,2001:db8::1"];
    let (from_flags, _) = resolve(&[&flags[..], &announce].concat()).unwrap();
    for config in [from_file, from_flags] {
        assert_eq!(config.http.cors_origins, ["https://a.example"]);
        let proxies: Vec<String> = config.http.trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(proxies, ["10.0.0.0/8", "::1/128"]);
        let announced: Vec<String> = config.media.announce.iter().map(ToString::to_string).collect();
        assert_eq!(announced, ["203.0.113.7:40000", "2001:db8::1"]);
    }
    let error = resolve(&["--cors-origins", "https://a.example/"]).unwrap_err().to_string();
    assert!(error.contains("is https://a.example meant?"), "{error}");
    for bad in ["announce = [\"203.0.113.7:0\"]", "announce = [\"x\"]"] {
        let (_dir, path) = file(&format!("[media]\n{bad}\n"));
        let error = format!("{:#}", resolve(&["--config", &path]).unwrap_err());
        assert!(error.contains("203.0.113.7:40000"), "{error}");
    }
    let (_dir, path) = file("trusted_proxies = [\"10.0.0.1/8\"]\n");
    let error = format!("{:#}", resolve(&["--config", &path]).unwrap_err());
    assert!(error.contains("10.0.0.0/8"), "{error}");
}

#[test]
fn webhooks_have_what_the_flags_or_the_file_say() {
    let text = "[webhook]\nallow = [\"10.0.0.0/8\", \"*.corp.example:8443\"]\nrefuse = [\"9.9.9.9\"]\nallow_http = true\n\
                legacy_headers = false\norder = \"strict\"\nlog = \"failures\"\ngive_up_hours = 0\nlog_max_mib = 1\n";
    let (_dir, path) = file(text);
    let (from_file, _) = resolve(&["--config", &path]).unwrap();
    let flags = ["--webhook-allow", "10.0.0.0/8,*.corp.example:8443", "--webhook-refuse", "9.9.9.9"];
    let switches = ["--webhook-allow-http", "--webhook-legacy-headers", "false", "--webhook-order", "strict"];
    let numbers = ["--webhook-log", "failures", "--webhook-give-up-hours", "0", "--webhook-log-max-mib", "1"];
    let (from_flags, _) = resolve(&[&flags[..], &switches, &numbers].concat()).unwrap();
    for WebhookConfig { places, has_legacy_headers, order, give_up, log, log_max_bytes, .. } in
        [from_file.webhook, from_flags.webhook]
    {
        let shown = |list: &[sederunt_webhook::places::Place]| {
            list.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(shown(&places.allow), ["10.0.0.0/8", "*.corp.example:8443"]);
        assert_eq!((shown(&places.refuse), places.allow_http), (vec!["9.9.9.9".to_owned()], true));
        assert_eq!((has_legacy_headers, order, log), (false, WebhookOrder::Strict, WebhookLog::Failures));
        assert_eq!((give_up.as_secs(), log_max_bytes), (0, 1 << 20));
    }
    let (default, _) = resolve(&[]).unwrap();
    let WebhookConfig { places, has_legacy_headers, concurrency, in_flight, give_up, log_days, .. } =
        default.webhook;
    assert!(places.allow.is_empty() && !places.allow_http && has_legacy_headers);
    assert_eq!((concurrency, in_flight, give_up.as_secs(), log_days), (16, 512, 604_800, 31));
}

#[test]
fn bad_settings_of_webhooks_are_named() {
    for (flag, bad, key) in [
        ("--webhook-concurrency", "0", "webhook.concurrency"),
        ("--webhook-in-flight", "16385", "webhook.in_flight"),
        ("--webhook-give-up-hours", "8785", "webhook.give_up_hours"),
        ("--webhook-log-days", "0", "webhook.log_days"),
        ("--webhook-log-max-mib", "0", "webhook.log_max_mib"),
    ] {
        let error = resolve(&[flag, bad]).unwrap_err().to_string();
        assert!(error.contains(&format!("\"{key}\" must be between")) && error.contains(bad), "{error}");
    }
    for bad in ["allow = [\"10.0.0.0/33\"]", "refuse = [\"https://a.example\"]"] {
        let (_dir, path) = file(&format!("[webhook]\n{bad}\n"));
        let error = format!("{:#}", resolve(&["--config", &path]).unwrap_err());
        assert!(error.contains("is not an address, a network") && error.contains(bad), "{error}");
    }
}

#[test]
fn every_setting_has_a_flag_and_an_environment_variable_of_its_name() {
    let command = ConfigArgs::augment_args(Command::new("serve"));
    let (_, rows) = resolve(&[]).unwrap();
    for row in rows {
        let arg = command.get_arguments().find(|a| a.get_id().as_str() == row.key).expect(row.key);
        let env = format!("SEDERUNT_{}", row.key.to_uppercase().replace('.', "_"));
        assert_eq!(arg.get_env().and_then(|e| e.to_str()), Some(env.as_str()));
        assert!(arg.get_long().is_some() && arg.get_help().is_some(), "{}", row.key);
    }
}
