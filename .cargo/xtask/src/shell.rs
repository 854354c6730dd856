//! Runs programs and tells what happens.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM};

static INTERRUPTED: OnceLock<[Arc<AtomicBool>; 2]> = OnceLock::new();
const LOOK: Duration = Duration::from_millis(20);

/// Prints a line at once.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // With nobody reading there is nobody to tell.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Ctrl-C and SIGTERM end the program that runs at the time; then we end in good order, which stops a
/// Postgres that we started. A second signal ends us at once.
pub fn catch_signals() -> Result<()> {
    let [interrupt, terminate] = INTERRUPTED.get_or_init(Default::default);
    for (signal, flag) in [(SIGINT, interrupt), (SIGTERM, terminate)] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(flag))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(flag)))
            .context("catching signals")?;
    }
    Ok(())
}

/// Whether somebody asked us to end.
pub fn is_interrupted() -> bool {
    INTERRUPTED.get().is_some_and(|flags| flags.iter().any(|flag| flag.load(Ordering::Relaxed)))
}

/// Shows the command and runs it; a failure is an error that names it.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = status(command)?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Shows the command, runs it and tells how it ended.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    say(&format!("$ {}", show(command)));
    let child = command.spawn().with_context(|| format!("cannot run `{}`", show(command)))?;
    wait(child)
}

/// As [`status`], and gives all that the program wrote too. Its output is no terminal then, so it is
/// asked for colour when ours is one.
pub fn status_and_output(command: &mut Command) -> Result<(ExitStatus, String)> {
    say(&format!("$ {}", show(command)));
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("cannot run `{}`", show(command)))?;
    let out = child.stdout.take().map(|pipe| thread::spawn(move || pass_on(pipe, std::io::stdout())));
    let err = child.stderr.take().map(|pipe| thread::spawn(move || pass_on(pipe, std::io::stderr())));
    let status = wait(child)?;
    let texts = [out, err].into_iter().flatten().map(|reader| reader.join().unwrap_or_default());
    Ok((status, texts.collect::<Vec<_>>().concat()))
}

/// What a program answers, if it is there and succeeds.
pub fn answer(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// The command as one would type it, without paths to cargo.
pub fn show(command: &Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    let program = if program.ends_with("/cargo") { "cargo".to_owned() } else { program };
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// How long something took, for people.
pub fn took(started: Instant) -> String {
    let elapsed = started.elapsed();
    match elapsed.as_secs() {
        ..60 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// Runs one phase of the work under its name and tells how long it took. The phase itself says when
/// there was nothing to do.
pub fn phase<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    if is_interrupted() {
        bail!("interrupted");
    }
    say(&format!("== {name}"));
    let started = Instant::now();
    let done = work().with_context(|| name.to_owned());
    say(&format!("== {name}: {}{}", took(started), if done.is_ok() { "" } else { ", failed" }));
    done
}

fn wait(mut child: Child) -> Result<ExitStatus> {
    let mut told = false;
    loop {
        if let Some(status) = child.try_wait().context("waiting for a program")? {
            return Ok(status);
        }
        // A terminal sends Ctrl-C to the program itself; SIGTERM comes to us alone.
        let [_, terminate] = INTERRUPTED.get_or_init(Default::default);
        if terminate.load(Ordering::Relaxed) && !told {
            told = true;
            if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                // It may have ended by itself.
                let _ = kill_process(pid, Signal::TERM);
            }
        }
        thread::sleep(LOOK);
    }
}

fn pass_on(pipe: impl Read, mut to: impl Write) -> String {
    let mut reader = BufReader::new(pipe);
    let mut text = String::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // With nobody reading there is nobody to tell.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        text.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    text
}
