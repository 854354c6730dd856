//! Looking at and signalling processes by their id.

use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// Whether the process exists and has not ended. One that we may not signal exists too.
pub fn is_alive(pid: u32) -> bool {
    let Some(pid) = to_pid(pid) else { return false };
    let exists = match test_kill_process(pid) {
        Ok(()) => true,
        Err(error) => error == rustix::io::Errno::PERM,
    };
    exists && !is_zombie(pid)
}

/// Sends a signal; a process that is gone is fine.
pub fn signal(pid: u32, signal: Signal) -> std::io::Result<()> {
    let Some(pid) = to_pid(pid) else { return Ok(()) };
    match kill_process(pid, signal) {
        Err(error) if error != rustix::io::Errno::SRCH => Err(error.into()),
        _ => Ok(()),
    }
}

/// Whether the process is a Postgres that serves `cluster`: its working directory is the data
/// directory. Without `/proc` its command line tells, where `-D` names the directory.
pub fn serves(pid: u32, cluster: &Path) -> bool {
    if Path::new("/proc/self/cwd").exists() {
        let here = std::fs::read_link(format!("/proc/{pid}/cwd"));
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let real = cluster.canonicalize();
        return name.trim() == "postgres" && here.is_ok_and(|here| real.is_ok_and(|real| here == real));
    }
    let output = Command::new("ps").args(["-o", "args=", "-p", &pid.to_string()]).output();
    output.is_ok_and(|output| {
        let line = String::from_utf8_lossy(&output.stdout).into_owned();
        line.contains("postgres") && line.contains(&*cluster.to_string_lossy())
    })
}

fn to_pid(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

fn is_zombie(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    // The name in parentheses may hold anything, a closing parenthesis included.
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}
