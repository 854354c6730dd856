//! From the start of the process until it can work, over a database that is there, and what it holds when idle.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tests::Process;
use tests::process::free_port;

use crate::cpu;
use crate::figures::{figure, median, ms, tell};
use crate::world;

const STARTS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(5);

/// Measures.
pub async fn run() -> Result<()> {
    let database = world::migrated().await?;
    let (mut times, mut idle) = (Vec::new(), None);
    for start in 1..=STARTS {
        let port = free_port();
        let begun = Instant::now();
        let process = Process::spawn(&database.url, port);
        tokio::task::spawn_blocking(move || ready(port)).await.context("waiting for it")??;
        times.push(ms(begun.elapsed()));
        tell(&format!("ready after {:.0} ms", ms(begun.elapsed())));
        if start == STARTS {
            tokio::time::sleep(IDLE).await;
            idle = Some(cpu::resident_mb(process.pid())?);
        }
        process.kill();
    }
    figure("ready_ms", median(&times), "ms");
    figure("idle_rss_mb", idle.context("it was never idle")?, "MB");
    Ok(())
}

/// Asks until it says that it can work. Closer together than a probe would, with nothing in between.
fn ready(port: u16) -> Result<()> {
    let begun = Instant::now();
    while !is_ready(port).unwrap_or(false) {
        ensure!(begun.elapsed() < PATIENCE, "it is not ready after {} s", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn is_ready(port: u16) -> Result<bool> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    Ok(&head == b"HTTP/1.1 200")
}
