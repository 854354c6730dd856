//! The supervisor against a real Postgres. As root these also show that the server steps down.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use embedded::{Error, Server, Settings};
use tempfile::TempDir;

/// A data directory that the user Postgres runs as can reach.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).expect("its permissions");
    dir
}

/// The programs that `cargo xtask test` chose, if it runs us.
fn pg_bin() -> Option<PathBuf> {
    std::env::var_os("BATON_PG_BIN").map(PathBuf::from)
}

fn settings(dir: &Path) -> Settings {
    Settings { durable: false, pg_bin: pg_bin(), ..Settings::new(dir) }
}

fn start(dir: &Path) -> Result<Server, Error> {
    Server::start(&settings(dir), &mut |_| {})
}

fn one(server: &Server, sql: &str) -> String {
    let rows = server.query("baton", sql).expect("an answer");
    rows[0][0].clone().expect("a value")
}

fn cluster_in(dir: &Path) -> PathBuf {
    let mut entries = fs::read_dir(dir.join("pg")).expect("the data").flatten().map(|entry| entry.path());
    entries.find(|path| path.join("PG_VERSION").exists()).expect("a cluster")
}

#[test]
fn a_new_server_knows_letters_beyond_ascii_and_listens_on_a_closed_socket_only() {
    let dir = folder();
    let server = start(dir.path()).unwrap();
    assert!(!server.reused());
    assert_eq!(one(&server, "select lower('ÄÖÉ')"), "äöé");
    assert_eq!(one(&server, "show server_encoding"), "UTF8");
    assert_eq!(one(&server, "show listen_addresses"), "");
    assert_eq!(one(&server, "show max_connections"), "200");
    assert!(server.bin_dir().join("postgres").is_file());
    let mode = fs::metadata(server.socket_dir()).unwrap().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert!(server.url("a b").starts_with("postgres:///a%20b?host=/"), "{}", server.url("a b"));
    assert!(server.url("baton").ends_with("&user=baton"));
}

#[test]
fn a_restart_keeps_the_data_even_after_a_hard_stop() {
    let dir = folder();
    let mut server = Server::start(&Settings { durable: true, ..settings(dir.path()) }, &mut |_| {}).unwrap();
    assert_eq!(one(&server, "show fsync"), "on");
    server.query("baton", "create table kept (n int)").unwrap();
    server.query("baton", "insert into kept values (7)").unwrap();
    server.stop_immediate().unwrap();
    assert!(server.query("baton", "select 1").is_err());
    server.restart().unwrap();
    assert_eq!(one(&server, "select n from kept"), "7");
    server.stop().unwrap();

    let server = start(dir.path()).unwrap();
    assert_eq!(one(&server, "select n from kept"), "7");
}

#[test]
fn a_server_that_outlived_its_parent_is_used_and_left_running() {
    let dir = folder();
    let server = start(dir.path()).unwrap();
    let pid = server.pid();
    server.query("baton", "create table kept (n int)").unwrap();
    server.detach();

    let mut second = start(dir.path()).unwrap();
    assert!(second.reused());
    assert_eq!(second.pid(), pid);
    assert!(matches!(second.stop_immediate(), Err(Error::NotOurs { .. })));
    assert!(matches!(second.restart(), Err(Error::NotOurs { .. })));
    second.stop().unwrap();

    let mut third = start(dir.path()).unwrap();
    assert_eq!(third.pid(), pid);
    assert_eq!(one(&third, "select count(*) from kept"), "0");
    third.adopt();
    third.stop().unwrap();
    assert!(!start(dir.path()).unwrap().reused());
}

#[test]
fn two_starts_at_once_share_one_server() {
    let dir = folder();
    let path = dir.path();
    let [first, second] = std::thread::scope(|scope| {
        [scope.spawn(|| start(path)), scope.spawn(|| start(path))].map(|start| start.join().unwrap().unwrap())
    });
    assert_eq!(first.pid(), second.pid());
    assert_ne!(first.reused(), second.reused());
}

#[test]
fn a_stale_lock_file_does_not_stop_the_start() {
    let dir = folder();
    let mut server = start(dir.path()).unwrap();
    let lock_file = server.cluster_dir().join("postmaster.pid");
    let lines = fs::read_to_string(&lock_file).unwrap();
    server.stop_immediate().unwrap();
    // Our own process is alive and no Postgres: its id stands for one that was given out again.
    let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    lines[0] = std::process::id().to_string();
    fs::write(&lock_file, lines.join("\n")).unwrap();
    let owner = fs::metadata(server.cluster_dir()).unwrap();
    std::os::unix::fs::chown(&lock_file, Some(owner.uid()), Some(owner.gid())).unwrap();
    drop(server);
    // Postgres itself refuses while a process of its own user has that id; as root it is another's.
    match start(dir.path()) {
        Ok(server) => assert!(!server.reused()),
        Err(Error::Died { tail, .. }) => assert!(tail.contains("lock file"), "{tail}"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn somebody_elses_cluster_is_left_alone() {
    let dir = folder();
    start(dir.path()).unwrap().stop().unwrap();
    fs::remove_file(cluster_in(dir.path()).join("made-by-baton")).unwrap();
    let error = start(dir.path()).unwrap_err();
    assert!(matches!(error, Error::Foreign { .. }), "{error}");
    assert!(error.to_string().contains("is not Baton's"));
}

#[test]
fn data_of_another_version_is_refused_with_the_way_over() {
    let dir = folder();
    start(dir.path()).unwrap().stop().unwrap();
    let cluster = cluster_in(dir.path());
    let old = cluster.with_file_name("14");
    fs::rename(&cluster, &old).unwrap();
    fs::write(old.join("PG_VERSION"), "14\n").unwrap();
    let error = start(dir.path()).unwrap_err();
    assert!(matches!(error, Error::Version { data: 14, .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("pg_dump") && text.contains("pg_restore") && text.contains("BATON_PG_BIN"),
        "{text}"
    );
    assert!(!cluster.exists());
}

#[test]
fn a_setting_that_postgres_refuses_is_shown_with_the_end_of_the_log() {
    let dir = folder();
    let mut settings = settings(dir.path());
    settings.extra.push(("work_mem".to_owned(), "plenty".to_owned()));
    let error = Server::start(&settings, &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("work_mem"), "{error}");
}

#[test]
fn root_steps_down_and_moves_data_out_of_a_closed_folder() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let placed = embedded::placed(dir.path().join("data").as_path()).unwrap();
    assert!(placed.starts_with("/var/lib/baton"), "{placed:?}");
    let server = start(&dir.path().join("data")).unwrap();
    assert!(server.cluster_dir().starts_with(&placed));
    assert_ne!(fs::metadata(server.cluster_dir()).unwrap().uid(), 0);
    assert_ne!(fs::metadata(format!("/proc/{}", server.pid())).unwrap().uid(), 0);
    server.stop().unwrap();
    fs::remove_dir_all(placed).unwrap();
    assert!(embedded::default_data_dir(Path::new(".")).starts_with("/var/lib/baton"));
}

#[test]
fn programs_that_the_user_cannot_reach_are_copied() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let real = embedded::find_binaries(pg_bin().as_deref()).unwrap().dir;
    let prefix = real.parent().unwrap();
    // Only a folder of the npm kind, with bin, lib and share side by side, can be moved about.
    if !prefix.join("share").is_dir() {
        return;
    }
    let closed = tempfile::tempdir().unwrap();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    for part in ["bin", "lib", "share"] {
        let status = std::process::Command::new("cp")
            .args(["-a".as_ref(), prefix.join(part).as_os_str(), closed.path().as_os_str()])
            .status();
        assert!(status.unwrap().success());
    }
    let dir = folder();
    let settings = Settings { pg_bin: Some(closed.path().join("bin")), ..settings(dir.path()) };
    let server = Server::start(&settings, &mut |_| {}).unwrap();
    assert!(server.bin_dir().starts_with("/var/lib/baton/bin"));
    let copy = server.bin_dir().parent().unwrap().to_path_buf();
    server.stop().unwrap();
    fs::remove_dir_all(copy).unwrap();
}
