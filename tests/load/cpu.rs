//! What the machine and our processes are busy with, from `/proc`.

use std::time::Duration;

use anyhow::{Context, Result};

/// The kernel's clock for processes ticks a hundred times a second on every Linux there is.
const TICK: Duration = Duration::from_millis(10);

/// The processes whose time counts as the server's: Baton, and Postgres with all its backends.
#[derive(Clone, Copy)]
pub struct Servers {
    /// `baton serve`.
    pub baton: u32,
    /// The first process of Postgres.
    pub postgres: u32,
}

struct Stat {
    parent: u32,
    own: u32,
    /// Of children that have ended.
    ended: u32,
}

impl Servers {
    /// Baton and the Postgres that one of its backends belongs to.
    pub fn new(baton: u32, backend: u32) -> Result<Servers> {
        let postgres = stat(backend).context("Postgres runs on another machine")?.parent;
        Ok(Servers { baton, postgres })
    }

    /// The time that Baton and Postgres have had of the processors.
    pub fn spent(self) -> (Duration, Duration) {
        let baton = stat(self.baton).map_or(0, |stat| stat.own);
        let mut postgres = stat(self.postgres).map_or(0, |stat| stat.own + stat.ended);
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
        let children = ids.filter_map(stat).filter(|stat| stat.parent == self.postgres);
        postgres += children.map(|child| child.own).sum::<u32>();
        (TICK * baton, TICK * postgres)
    }
}

/// What a process holds in memory, in MB.
pub fn resident_mb(process: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).context("reading its status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("it has no memory")?;
    let kb: f64 = line.trim().trim_end_matches("kB").trim().parse().context("reading its memory")?;
    Ok(kb / 1024.0)
}

/// How busy the machine is.
pub fn machine() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    format!("load average {} on {processors} processors", load.join(" "))
}

fn stat(process: u32) -> Option<Stat> {
    let line = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let fields: Vec<&str> = line.rsplit_once(") ")?.1.split(' ').collect();
    let field = |at: usize| fields.get(at)?.parse::<u32>().ok();
    Some(Stat { parent: field(1)?, own: field(11)? + field(12)?, ended: field(13)? + field(14)? })
}
