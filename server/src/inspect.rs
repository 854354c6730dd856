//! `baton inspect webhook`: how this build understands the body of a webhook. No database.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use desk::channels::{self, Arrived};

use crate::cli::Webhook;
use crate::out;

/// The longest body that is read, in bytes. Providers send at most 3 MB.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Prints the items as one JSON object.
pub fn webhook(webhook: &Webhook) -> Result<()> {
    let Some(provider) = channels::provider(&webhook.provider) else {
        let known: Vec<_> = channels::PROVIDERS.iter().map(|provider| provider.about().provider).collect();
        bail!("there is no provider `{}`: there is {}", webhook.provider, known.join(", "));
    };
    let body = read(&webhook.file)?;
    let arrived = Arrived::body(&body, webhook.content_type.as_deref(), jiff::Timestamp::now());
    let items = provider.parse(&arrived).context("the body cannot be read")?;
    out::line(&channels::inspect::items(&items).to_string());
    Ok(())
}

fn read(file: &Path) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(LIMIT + 1).read_to_end(&mut body).context("reading standard input")?;
    } else {
        let opened = std::fs::File::open(file).with_context(|| format!("opening {}", file.display()))?;
        opened
            .take(LIMIT + 1)
            .read_to_end(&mut body)
            .with_context(|| format!("reading {}", file.display()))?;
    }
    if body.len() as u64 > LIMIT {
        bail!("the body is longer than {} MiB, which no webhook is", LIMIT / 1024 / 1024);
    }
    Ok(body)
}
