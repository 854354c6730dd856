//! What can be said, what wins, and what is refused.

use super::*;

fn read(toml: &str, flags: DeskFlags) -> Result<Settings> {
    let said = Figment::from(Toml::string(toml)).merge(Serialized::defaults(flags)).extract();
    check(said.context("a setting cannot be used")?)
}

fn refused(toml: &str) -> String {
    match read(toml, DeskFlags::default()) {
        Ok(_) => panic!("{toml} is accepted"),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn without_a_word_the_desk_is_private_on_port_3000() {
    let settings = read("", DeskFlags::default()).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
    assert!(settings.is_private() && !settings.sandbox && !settings.sample);
    let (public, local) = settings.reached("127.0.0.1:4321".parse().unwrap()).unwrap();
    assert_eq!((public.as_str(), local.as_str()), ("http://127.0.0.1:4321/", "http://127.0.0.1:4321/"));
}

#[test]
fn a_flag_wins_over_the_file() {
    let flags = DeskFlags { port: Some(8080), ledger_days: Some(3), ..DeskFlags::default() };
    let settings = read("listen = '127.0.0.1:5000'\nledger_days = 9\nlog = 'json'", flags).unwrap();
    assert_eq!((settings.listen.port(), settings.ledger_days), (8080, 3));
    assert_eq!(settings.log, LogFormat::Json);
}

#[test]
fn a_desk_behind_a_proxy_knows_both_of_its_addresses() {
    let toml =
        "listen = '0.0.0.0:80'\npublic_url = 'https://desk.example.org'\ntrusted_proxies = ['10.0.0.1']";
    let settings = read(toml, DeskFlags::default()).unwrap();
    let (public, local) = settings.reached(settings.listen).unwrap();
    assert_eq!(public.as_str(), "https://desk.example.org/");
    assert_eq!(local.as_str(), "http://127.0.0.1/");
    assert!(!settings.is_private());
}

#[test]
fn a_sample_brings_its_sandbox() {
    let settings = read("sample = true", DeskFlags::default()).unwrap();
    assert!(settings.sandbox && settings.sample);
}

#[test]
fn the_sandbox_and_the_sample_are_refused_where_strangers_reach_them() {
    for toml in [
        "sandbox = true\nlisten = '0.0.0.0:3000'",
        "sandbox = true\npublic_url = 'https://desk.example.org'",
        "sample = true\nlisten = '[::]:3000'",
    ] {
        let reason = refused(toml);
        assert!(reason.contains("nobody reaches from another machine"), "{reason}");
    }
    read("sandbox = true\npublic_url = 'http://localhost:3000'", DeskFlags::default()).unwrap();
}

#[test]
fn what_cannot_be_used_is_refused_with_what_to_do() {
    for (toml, reason) in [
        ("listen = 'localhost'", "write an IP address and a port"),
        ("public_url = 'desk.example.org'", "such as https://desk.example.org"),
        ("public_url = 'https://desk.example.org/baton'", "and nothing else"),
        ("public_url = 'https://me:x@desk.example.org'", "and nothing else"),
        ("trusted_proxies = ['proxy']", "write IP addresses"),
        ("allowed_hosts = ['http://intern']", "write host names alone"),
        ("ledger_days = 0", "choose 1 to 3650 days"),
        ("secret_key = 'abc'", "openssl rand -hex 32"),
        ("database_url = 'mysql://x:secret@y'", "write postgres://"),
        ("log = 'xml'", "xml"),
        ("lisen = '127.0.0.1:1'", "lisen"),
        ("port = 'x'", "port"),
    ] {
        let text = refused(toml);
        assert!(text.contains(reason), "{toml}: {text}");
        assert!(!text.contains("secret@"), "a password is not repeated: {text}");
    }
}

#[test]
fn files_are_kept_below_the_data_folder_unless_a_bucket_is_named() {
    use desk::media::Place;
    let settings = read("data_dir = '/srv/baton'", DeskFlags::default()).unwrap();
    assert!(matches!(settings.media, Place::Folder(folder) if folder.ends_with("baton/media")));
    let toml = "media_store = 's3'\nmedia_bucket = 'files'\nmedia_endpoint = 'https://storage.example.org'";
    let settings = read(toml, DeskFlags::default()).unwrap();
    assert!(matches!(settings.media, Place::Bucket(bucket) if bucket.name == "files"));
    assert!(refused("media_store = 's3'").contains("media_bucket"));
    assert!(refused("media_bucket = 'files'").contains("media_store"));
    let half = "media_store = 's3'\nmedia_bucket = 'files'\nmedia_access_key = 'x'";
    assert!(refused(half).contains("media_secret_key"));
}
