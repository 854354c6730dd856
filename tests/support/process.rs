//! The real process, over a database of the test's: to be killed and started again.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::database::media_folder;
use crate::desk::SECRET_KEY;
use crate::until;

/// A running `baton serve`. Killed with this value.
pub struct Process {
    child: Child,
    pub url: String,
}

/// The binary under test: what whoever runs the tests has built, else the last debug build.
pub fn binary() -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let place = std::env::var("CARGO_TARGET_DIR").map_or(root.join("target"), std::path::PathBuf::from);
    let last = place.join("debug/baton").to_string_lossy().into_owned();
    let binary = std::env::var("BATON_BIN").unwrap_or(last);
    assert!(
        std::path::Path::new(&binary).exists(),
        "there is no {binary}: build it with `cargo xtask build`"
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
        let key = SECRET_KEY.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let child = Command::new(binary())
            .args(["serve", "--port", &port.to_string(), "--allowed-hosts", "127.0.0.1"])
            .env("DATABASE_URL", database)
            .env("BATON_SECRET_KEY", key)
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
