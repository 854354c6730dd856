//! Files: what customers send and what people send them. Their bytes are in a folder or in a bucket, what is known
//! of them in the database.
//!
//! | file | what is in it |
//! |---|---|
//! | [`files`] | the store of files: bytes in and out, streamed |
//! | [`place`] | where it is, and that it is the one that belongs to the database |
//! | [`keep`](mod@keep) | keeping a file that comes in: stored, its type found, its small picture made |
//! | [`sniff`] | a file's type by its first bytes |
//! | [`thumbnail`] | its small picture |
//! | [`link`] | addresses under which providers fetch files, for a while |
//! | [`sendable`] | which files may be sent in a conversation, and why not |

pub mod files;
pub mod keep;
pub mod link;
pub mod place;
pub mod sendable;
pub mod sniff;
pub mod thumbnail;

pub use files::Files;
pub use keep::{Kept, NotKept, keep};
pub use place::Place;

/// The most bytes of any file (channels reference: what WhatsApp takes of a document).
pub const LARGEST: u64 = 100 << 20;
