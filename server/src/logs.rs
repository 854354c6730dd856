//! The log, on standard error: what happened, with ids, never with what people wrote.

use tracing_subscriber::EnvFilter;

use crate::settings::LogFormat;

/// Starts the log of a server. `RUST_LOG` chooses what is in it; otherwise everything from `info` on.
pub fn start(format: LogFormat) {
    // What Postgres remarks at every start ("already exists, skipping") is no news.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start is one in a test, where the first one serves.
    let _ = match format {
        LogFormat::Text => log.with_ansi(is_terminal()).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
}

/// Starts the log of a command, which says itself what it does: only what is wrong.
pub fn start_quietly() {
    // A connection that ends together with our own Postgres is no news either.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,sqlx=error"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = log.with_ansi(is_terminal()).try_init();
}

fn is_terminal() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stderr())
}
