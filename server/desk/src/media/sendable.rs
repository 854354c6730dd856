//! Which files may be sent in a conversation, and why not: asked by the composer, by the upload and by the reply.

use contract::capability::FileBy;
use contract::file::{Misfit, Sendable};
use contract::message::{Media, MediaKind};

use crate::channels::Provider;

/// Whether a provider can get at our files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It is the sandbox, or our public address can be reached from outside.
    Reached,
    /// It cannot fetch anything from us.
    Unreached,
}

impl Reach {
    /// Whether the provider of a connection can fetch from us.
    pub fn of(config: &crate::Config, sandbox: bool) -> Reach {
        if sandbox || config.reachable() { Reach::Reached } else { Reach::Unreached }
    }
}

/// Which files may be sent through a provider.
pub fn sendable(provider: &dyn Provider, reach: Reach) -> Sendable {
    let refused = closed(provider, reach).err();
    let rules = if refused.is_some() { Vec::new() } else { provider.capabilities().files };
    Sendable { rules, refused }
}

/// Whether files can be sent through a provider at all; else why not, for a person.
fn closed(provider: &dyn Provider, reach: Reach) -> Result<(), String> {
    let (about, capabilities) = (provider.about(), provider.capabilities());
    let name = about.name;
    match capabilities.files_by {
        FileBy::Nothing => Err(format!("{name} takes no files.")),
        _ if capabilities.files.is_empty() => Err(format!("{name} takes no files.")),
        FileBy::Address if reach == Reach::Unreached => Err(format!(
            "{name} fetches files from the desk, which cannot be reached from the internet. An admin can give it a \
             public address (public_url)."
        )),
        FileBy::Address | FileBy::Upload => Ok(()),
    }
}

/// Whether a file may be sent through a provider, with the text beside it; else why not, for a person.
pub fn fits(provider: &dyn Provider, reach: Reach, media: &Media) -> Result<(), String> {
    // One that is at a public address already needs nothing of ours.
    if media.file.is_some() {
        closed(provider, reach)?;
    }
    let capabilities = provider.capabilities();
    let Some(rule) = capabilities.file(media.kind) else {
        return Err(sentence(&Misfit::Kind, provider.about().name));
    };
    if let Some(stored) = &media.stored {
        let size = u64::try_from(stored.size).unwrap_or(0);
        rule.fits(&stored.mime, size).map_err(|why| sentence(&why, provider.about().name))?;
    }
    let length = capabilities.text_unit.count(media.caption.as_deref().unwrap_or_default());
    match rule.caption {
        most if length <= usize::try_from(most).unwrap_or(usize::MAX) => Ok(()),
        0 => Err(format!(
            "{} shows no text beside {}. Send it as a message of its own.",
            provider.about().name,
            kinds(media.kind)
        )),
        most => Err(format!(
            "The text beside the file is too long: it has {length} characters, and at most {most} can go with it."
        )),
    }
}

/// Why a file may not be sent, for a person.
pub fn sentence(why: &Misfit, provider: &str) -> String {
    match why {
        Misfit::Empty => "The file is empty.".to_owned(),
        Misfit::Kind => format!("{provider} takes no files of this kind."),
        Misfit::Type(types) => {
            let types: Vec<&str> = types.iter().filter_map(|mime| mime.split('/').nth(1)).collect();
            format!("{provider} takes no files of this type; it takes {}.", types.join(", "))
        }
        Misfit::Size(most) => format!("The file is too large: at most {} can be sent.", amount(*most)),
    }
}

/// An amount of bytes, for a person.
pub fn amount(bytes: u64) -> String {
    match bytes {
        ..1_048_576 => format!("{} KB", bytes.div_ceil(1_024)),
        _ => format!("{} MB", bytes >> 20),
    }
}

fn kinds(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "pictures",
        MediaKind::Video => "films",
        MediaKind::Audio => "sounds",
        MediaKind::Voice => "voice notes",
        MediaKind::Document => "documents",
        MediaKind::Sticker => "stickers",
    }
}
