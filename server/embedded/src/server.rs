//! A running server: started here, or found running.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::cluster::{Cluster, Running, newest_major};
use crate::error::{Doing, Error};
use crate::owner::Owner;
use crate::{BATON, Settings, binaries, process, wire};

/// How long a server may take to answer when it does not say that it is recovering.
const START: Duration = Duration::from_secs(60);
/// How long recovery after a crash may take.
const RECOVERY: Duration = Duration::from_secs(900);
/// How long a fast shutdown may take; it writes a checkpoint.
const STOP: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// A Postgres that answers. Dropping it stops it, if it was started here.
#[derive(Debug)]
pub struct Server {
    cluster: Cluster,
    settings: Settings,
    pid: u32,
    socket_dir: PathBuf,
    /// The child, while it is ours and runs.
    child: Option<Child>,
    reused: bool,
    ours: bool,
}

impl Server {
    /// Uses the server that already runs on this data, or starts one, making the cluster and the
    /// database `baton` when they are missing. `progress` is told about the slow steps.
    ///
    /// # Errors
    /// See [`Error`]; each text says what to do.
    pub fn start(settings: &Settings, progress: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        let owner = Owner::current()?;
        let data = owner.place(&settings.data_dir);
        let above = data.join("pg");
        owner.make_closed(&above)?;
        // Two starts at the same time: the second waits here and then finds the first one's server.
        let turn = above.join("lock");
        let turn = File::create(&turn).and_then(|file| file.lock().map(|()| file));
        let _turn = turn.doing(|| format!("locking {}", above.display()))?;

        let found = binaries::find_for(settings.pg_bin.as_deref(), newest_major(&above))?;
        let cluster = Cluster::at(&above, owner, &found)?;
        if let Some(running) = wait_for_running(&cluster, progress)? {
            progress(&format!("using the Postgres that already runs (process {})", running.pid));
            let Running { pid, socket_dir } = running;
            let server = Self {
                cluster,
                settings: settings.clone(),
                pid,
                socket_dir,
                child: None,
                reused: true,
                ours: false,
            };
            server.make_database()?;
            return Ok(server);
        }
        if cluster.is_missing() {
            progress(&format!("making a database cluster in {}", cluster.dir.display()));
            cluster.init(settings.durable)?;
        }
        progress(&format!("starting Postgres {} from {}", found.version, cluster.bin_dir.display()));
        let child = launch(&cluster, settings)?;
        let mut server = Self {
            pid: child.id(),
            socket_dir: cluster.socket_dir.clone(),
            cluster,
            settings: settings.clone(),
            child: Some(child),
            reused: false,
            ours: true,
        };
        server.wait_until_ready(progress)?;
        server.make_database()?;
        Ok(server)
    }

    /// The URL of a database over the Unix socket, as sqlx and psql read it.
    pub fn url(&self, database: &str) -> String {
        let host = escape(&self.socket_dir.to_string_lossy());
        format!("postgres:///{}?host={host}&user={BATON}", escape(database))
    }

    /// The folder of the socket.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The folder of the programs, where `pg_dump` may be too.
    pub fn bin_dir(&self) -> &Path {
        &self.cluster.bin_dir
    }

    /// The data directory of Postgres.
    pub fn cluster_dir(&self) -> &Path {
        &self.cluster.dir
    }

    /// The file that Postgres logs to.
    pub fn log(&self) -> &Path {
        &self.cluster.log
    }

    /// Whether the server was found running.
    pub fn reused(&self) -> bool {
        self.reused
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Runs a statement outside any transaction of the caller and returns its rows as text. Meant for
    /// making and dropping databases; the desk itself uses sqlx.
    ///
    /// # Errors
    /// The server refuses or is gone.
    pub fn query(&self, database: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, Error> {
        wire::simple_query(&self.socket_dir, database, sql)
            .map_err(|error| Error::Refused { sql: sql.to_owned(), why: error.to_string() })
    }

    /// Ends open sessions and stops the server, if it was started here; else does nothing.
    ///
    /// # Errors
    /// It cannot be signalled or takes longer than a minute; then it is left running.
    pub fn stop(mut self) -> Result<(), Error> {
        self.shut_down(Signal::INT)
    }

    /// Leaves the server running after this process; the next [`Server::start`] finds it.
    pub fn detach(mut self) {
        self.child = None;
        self.ours = false;
    }

    /// Takes charge of a server that was found running, so that it is stopped like one started here.
    /// Only for a caller that knows nobody else uses it, such as a test run under a lock.
    pub fn adopt(&mut self) {
        self.ours = true;
    }

    /// Stops the server without a checkpoint, as after a power cut of the process (`pg_ctl -m
    /// immediate`). [`Server::restart`] brings it back. For fault tests.
    ///
    /// # Errors
    /// It was not started here, or cannot be signalled.
    pub fn stop_immediate(&mut self) -> Result<(), Error> {
        if !self.ours {
            return Err(Error::NotOurs { pid: self.pid });
        }
        self.shut_down(Signal::QUIT)
    }

    /// Starts the server again, on the same data and socket; stops it first when it still runs. For
    /// fault tests.
    ///
    /// # Errors
    /// It was not started here, or does not start.
    pub fn restart(&mut self) -> Result<(), Error> {
        if !self.ours {
            return Err(Error::NotOurs { pid: self.pid });
        }
        self.shut_down(Signal::INT)?;
        let child = launch(&self.cluster, &self.settings)?;
        self.pid = child.id();
        self.socket_dir = self.cluster.socket_dir.clone();
        self.child = Some(child);
        self.wait_until_ready(&mut |_| {})
    }

    fn wait_until_ready(&mut self, progress: &mut dyn FnMut(&str)) -> Result<(), Error> {
        let mut patience = Patience::new();
        loop {
            let status = match &mut self.child {
                Some(child) => child.try_wait().doing(|| "waiting for Postgres".to_owned())?,
                None => None,
            };
            if let Some(status) = status {
                self.child = None;
                let log = self.cluster.log.clone();
                return Err(Error::Died { status: status.to_string(), tail: tail_of(&log), log });
            }
            let Err(error) = wire::simple_query(&self.socket_dir, "postgres", "select 1") else {
                return Ok(());
            };
            patience.look(&self.cluster, self.pid, &error, progress)?;
        }
    }

    fn make_database(&self) -> Result<(), Error> {
        let known = format!("select 1 from pg_database where datname = '{BATON}'");
        if self.query("postgres", &known)?.is_empty() {
            self.query("postgres", &format!("create database {BATON}"))?;
        }
        Ok(())
    }

    fn shut_down(&mut self, signal: Signal) -> Result<(), Error> {
        if !self.ours {
            return Ok(());
        }
        let child = self.child.take();
        if child.is_none() && !is_serving(&self.cluster, self.pid) {
            return Ok(());
        }
        process::signal(self.pid, signal).doing(|| format!("stopping Postgres (process {})", self.pid))?;
        let started = Instant::now();
        let Some(mut child) = child else {
            while is_serving(&self.cluster, self.pid) {
                self.check_stop(started)?;
            }
            return Ok(());
        };
        while child.try_wait().doing(|| "waiting for Postgres".to_owned())?.is_none() {
            self.check_stop(started)?;
        }
        Ok(())
    }

    fn check_stop(&self, started: Instant) -> Result<(), Error> {
        if started.elapsed() > STOP {
            return Err(Error::StillRunning { pid: self.pid, seconds: STOP.as_secs() });
        }
        std::thread::sleep(LOOK);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // There is nobody to tell; a server that does not stop is found by the next start.
        let _ = self.shut_down(Signal::INT);
    }
}

fn launch(cluster: &Cluster, settings: &Settings) -> Result<Child, Error> {
    cluster.owner.make_closed(&cluster.socket_dir)?;
    let log = cluster.open_log()?;
    let errors = log.try_clone().doing(|| "opening the log".to_owned())?;
    let mut command = cluster.owner.command(&cluster.bin_dir.join("postgres"), &cluster.dir);
    command.arg("-D").arg(&cluster.dir);
    for (name, value) in own_settings(&cluster.socket_dir, settings.durable) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    for (name, value) in &settings.extra {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command.stdout(Stdio::from(log)).stderr(Stdio::from(errors));
    command.spawn().doing(|| format!("starting {}", cluster.bin_dir.join("postgres").display()))
}

fn own_settings(socket_dir: &Path, durable: bool) -> Vec<(&'static str, String)> {
    let on = if durable { "on" } else { "off" };
    vec![
        ("listen_addresses", String::new()),
        ("unix_socket_directories", socket_dir.display().to_string()),
        ("unix_socket_permissions", "0700".to_owned()),
        ("port", wire::PORT.to_string()),
        ("fsync", on.to_owned()),
        ("synchronous_commit", on.to_owned()),
        ("full_page_writes", on.to_owned()),
        ("max_connections", "200".to_owned()),
        ("shared_buffers", "128MB".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
        ("log_line_prefix", "%m [%p] %d ".to_owned()),
        ("logging_collector", "off".to_owned()),
        ("cluster_name", BATON.to_owned()),
    ]
}

/// The server that runs on this cluster, once it answers. None when there is none, or when it went
/// away while we waited.
fn wait_for_running(cluster: &Cluster, progress: &mut dyn FnMut(&str)) -> Result<Option<Running>, Error> {
    let mut patience = Patience::new();
    while let Some(running) = cluster.running().filter(|running| is_serving(cluster, running.pid)) {
        match wire::simple_query(&running.socket_dir, "postgres", "show data_directory") {
            Ok(rows) => {
                let serves = rows.into_iter().flatten().flatten().next().unwrap_or_default();
                let same = |dir: &Path| dir.canonicalize().ok();
                if same(Path::new(&serves)) == same(&cluster.dir) {
                    return Ok(Some(running));
                }
                let why = format!("the server on its socket serves {serves}");
                return Err(Error::Foreign { dir: cluster.dir.clone(), why });
            }
            Err(error) => patience.look(cluster, running.pid, &error, progress)?,
        }
    }
    Ok(None)
}

fn is_serving(cluster: &Cluster, pid: u32) -> bool {
    process::is_alive(pid) && process::serves(pid, &cluster.dir)
}

/// How long to go on asking a server that does not answer yet.
struct Patience {
    started: Instant,
    told: bool,
}

impl Patience {
    fn new() -> Self {
        Self { started: Instant::now(), told: false }
    }

    /// Waits a moment, or gives up with the last answer.
    fn look(
        &mut self,
        cluster: &Cluster,
        pid: u32,
        answer: &std::io::Error,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        // SQLSTATE 57P03, cannot_connect_now: it starts, recovers or shuts down.
        let busy = answer.to_string().starts_with("57P03");
        let limit = if busy { RECOVERY } else { START };
        let waited = self.started.elapsed();
        if waited > limit {
            let (why, log) = (answer.to_string(), cluster.log.clone());
            return Err(Error::Silent { pid, seconds: limit.as_secs(), why, log });
        }
        if busy && !self.told && waited > Duration::from_secs(2) {
            self.told = true;
            progress(&format!("waiting for Postgres: {}", answer.to_string().trim_start_matches("57P03 ")));
        }
        std::thread::sleep(LOOK);
        Ok(())
    }
}

fn tail_of(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

/// Percent-encodes all but the unreserved characters of RFC 3986 and the slash.
fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}
