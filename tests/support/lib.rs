//! What the tests stand on: a desk of their own over a database of their own, a customer who sends signed
//! webhooks, a provider that records what it is sent, and a browser's end of the socket.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails by panicking")]
#![expect(missing_docs, reason = "the names say it; the rest is in the bodies")]

pub mod bucket;
pub mod database;
pub mod desk;
pub mod files;
pub mod meta;
pub mod process;
pub mod provider;
pub mod shelf;
pub mod socket;
pub mod standin;
pub mod wait;

pub use self::bucket::Bucket;
pub use self::database::Database;
pub use self::desk::{Login, TestDesk};
pub use self::process::Process;
pub use self::provider::Provider;
pub use self::socket::{Socket, light};
pub use self::standin::StandIn;
pub use self::wait::until;
