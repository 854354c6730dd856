//! The real process, over a database of the test's: to be killed and started again.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::database::media_folder;
use crate::desk::SECRET_KEY;
use crate::until;

/// A running `baton`. Killed with this value.
pub struct Process {
    child: Child,
    pub url: String,
}

/// The binary under test: what whoever runs the tests has built, else the last debug build.
pub fn binary() -> String {
    built("BATON_BIN", "baton", "build")
}

/// The same without the stand-ins for the providers.
pub fn bare_binary() -> String {
    built("BATON_BARE_BIN", "baton-bare", "test")
}

fn built(variable: &str, name: &str, task: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let place = std::env::var("CARGO_TARGET_DIR").map_or(root.join("target"), std::path::PathBuf::from);
    let last = place.join("debug").join(name).to_string_lossy().into_owned();
    let binary = std::env::var(variable).unwrap_or(last);
    assert!(
        std::path::Path::new(&binary).exists(),
        "there is no {binary}: `cargo xtask {task}` builds it, and {variable} names another"
    );
    binary
}

impl Process {
    /// Starts the process on a port and waits until it is ready.
    pub async fn start(database: &str, port: u16) -> Process {
        let process = Process::spawn(database, port);
        process.ready().await;
        process
    }

    /// Starts the process on a port.
    pub fn spawn(database: &str, port: u16) -> Process {
        let arguments = ["serve", "--allowed-hosts", "127.0.0.1"];
        Process::of(&binary(), (database, port), &arguments)
    }

    /// Starts a desk without stand-ins that is reached at an address, and waits until it is ready.
    pub async fn start_bare(database: &str, public_url: &str) -> Process {
        let arguments = ["serve", "--allowed-hosts", "127.0.0.1", "--public-url", public_url];
        let process = Process::of(&bare_binary(), (database, free_port()), &arguments);
        process.ready().await;
        process
    }

    /// Starts the stand-ins alone, for a desk at an address, and waits until they are ready.
    pub async fn start_stand_ins(database: &str, desk_url: &str) -> Process {
        let arguments = ["sandbox", "--desk-url", desk_url];
        let process = Process::of(&binary(), (database, free_port()), &arguments);
        process.ready().await;
        process
    }

    fn of(binary: &str, (database, port): (&str, u16), arguments: &[&str]) -> Process {
        let key = SECRET_KEY.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let child = Command::new(binary)
            .args(arguments)
            .args(["--port", &port.to_string()])
            .env("DATABASE_URL", database)
            .env("BATON_SECRET_KEY", key)
            .env("BATON_DATA_DIR", media_folder(database))
            .env("BATON_MEDIA_DIR", media_folder(database))
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Process { child, url: format!("http://127.0.0.1:{port}") }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it can work.
    pub async fn ready(&self) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        until("the process is ready", || async {
            let answer =
                http.get(format!("{}/readyz", self.url)).timeout(Duration::from_secs(1)).send().await;
            answer.is_ok_and(|answer| answer.status().is_success()).then_some(())
        })
        .await;
    }

    /// Kills it, hard, and waits until it is gone.
    pub fn kill(mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }

    /// Asks it to stop, and waits for its exit. How long that took, and whether it said that all was well.
    pub fn stop(mut self) -> (Duration, bool) {
        let begun = std::time::Instant::now();
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        (begun.elapsed(), status.success())
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

/// A port that is free now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
