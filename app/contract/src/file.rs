//! Files: which a browser may show where they stand, and which may be sent. Both sides ask the same code, so that
//! what the composer offers is what the desk takes.

use serde::{Deserialize, Serialize};

use crate::capability::FileRule;
use crate::message::MediaKind;

/// Types that a browser may show where they stand: pictures, sounds and films, none of which can hold a script.
const SHOWN: [&str; 15] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "audio/aac",
    "audio/amr",
    "audio/flac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/webm",
    "audio/x-wav",
    "video/3gpp",
    "video/mp4",
    "video/webm",
];

/// Whether a browser may show files of this type where they stand.
pub fn is_shown(mime: &str) -> bool {
    shown(mime).is_some()
}

/// A type that a browser may show, by its name.
pub fn shown(mime: &str) -> Option<&'static str> {
    SHOWN.into_iter().find(|shown| *shown == mime)
}

/// Which files may be sent in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Sendable {
    /// What they must be like, by kind.
    pub rules: Vec<FileRule>,
    /// Why none may be sent, for a person.
    pub refused: Option<String>,
}

/// Why a file may not be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// There is nothing in it.
    Empty,
    /// Files of its kind are not taken.
    Kind,
    /// Of its kind only these types are taken.
    Type(Vec<String>),
    /// It has more than so many bytes.
    Size(u64),
}

impl FileRule {
    /// Whether a file of this type and size may be sent.
    pub fn fits(&self, mime: &str, size: u64) -> Result<(), Misfit> {
        if size == 0 {
            return Err(Misfit::Empty);
        }
        if !self.types.is_empty() && !self.types.iter().any(|taken| taken == mime) {
            return Err(Misfit::Type(self.types.clone()));
        }
        if size > self.most_bytes { Err(Misfit::Size(self.most_bytes)) } else { Ok(()) }
    }
}

/// As what a file of this type and size is sent: as a picture, film or sound if it may be, else as a document. Sound as
/// phones record voice messages (`voice`) goes as one where that may be.
pub fn kind_of(rules: &[FileRule], (mime, voice): (&str, bool), size: u64) -> Result<MediaKind, Misfit> {
    let own = match mime.split('/').next() {
        Some("image") => Some(MediaKind::Image),
        Some("video") => Some(MediaKind::Video),
        Some("audio") => Some(MediaKind::Audio),
        _ => None,
    };
    let mut why = Misfit::Kind;
    let spoken = voice.then_some(MediaKind::Voice);
    for kind in spoken.into_iter().chain(own).chain([MediaKind::Document]) {
        let Some(rule) = rules.iter().find(|rule| rule.kind == kind) else { continue };
        match rule.fits(mime, size) {
            Ok(()) => return Ok(kind),
            Err(misfit) => why = misfit,
        }
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: MediaKind, types: &[&str], most_bytes: u64) -> FileRule {
        FileRule {
            kind,
            types: types.iter().map(|mime| (*mime).to_owned()).collect(),
            most_bytes,
            caption: 1_024,
        }
    }

    #[test]
    fn a_picture_that_may_not_go_as_one_goes_as_a_document() {
        let rules = [rule(MediaKind::Image, &["image/jpeg"], 10), rule(MediaKind::Document, &[], 100)];
        assert_eq!(kind_of(&rules, ("image/jpeg", false), 10), Ok(MediaKind::Image));
        assert_eq!(kind_of(&rules, ("image/jpeg", false), 11), Ok(MediaKind::Document));
        assert_eq!(kind_of(&rules, ("image/gif", false), 1), Ok(MediaKind::Document));
        assert_eq!(kind_of(&rules, ("image/jpeg", false), 101), Err(Misfit::Size(100)));
        assert_eq!(kind_of(&rules, ("image/jpeg", false), 0), Err(Misfit::Empty));
    }

    #[test]
    fn a_voice_message_goes_as_one_where_that_may_be_and_else_as_sound() {
        let sounds = [rule(MediaKind::Audio, &[], 100), rule(MediaKind::Voice, &["audio/ogg"], 10)];
        assert_eq!(kind_of(&sounds, ("audio/ogg", true), 10), Ok(MediaKind::Voice));
        assert_eq!(kind_of(&sounds, ("audio/ogg", true), 11), Ok(MediaKind::Audio));
        assert_eq!(kind_of(&sounds, ("audio/ogg", false), 10), Ok(MediaKind::Audio));
        assert_eq!(kind_of(&sounds[..1], ("audio/ogg", true), 10), Ok(MediaKind::Audio));
    }

    #[test]
    fn where_no_documents_go_the_reason_is_that_of_the_files_own_kind() {
        let rules = [rule(MediaKind::Image, &["image/jpeg"], 10)];
        let types = vec!["image/jpeg".to_owned()];
        assert_eq!(kind_of(&rules, ("image/gif", false), 1), Err(Misfit::Type(types)));
        assert_eq!(kind_of(&rules, ("image/jpeg", false), 11), Err(Misfit::Size(10)));
        assert_eq!(kind_of(&rules, ("application/pdf", false), 1), Err(Misfit::Kind));
    }

    #[test]
    fn nothing_that_can_hold_a_script_is_shown() {
        for mime in ["image/svg+xml", "text/html", "text/xml", "application/xhtml+xml", "application/pdf", ""]
        {
            assert!(!is_shown(mime), "{mime}");
        }
        assert!(is_shown("image/png"));
    }
}
