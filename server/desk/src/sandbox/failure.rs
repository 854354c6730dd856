//! Why something goes wrong, before a provider puts it into its own words.

use contract::template::TemplateStatus;

use crate::store;

/// Why something that was taken does not arrive: told in a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Nobody has this number.
    Unreachable,
    /// The customer's window is closed.
    Window,
    /// The file cannot be had at its address; why.
    File(String),
    /// The template cannot go.
    Template(Unfit),
}

/// Why a template cannot go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// There is none of this name in this language.
    Unknown,
    /// Its variables are not filled in as it wants; what is wrong.
    Variables(String),
    /// It is not approved.
    Status(TemplateStatus),
}

/// Why a send is not taken, or not answered.
#[derive(Debug)]
pub enum Trouble {
    /// Too many at once: told to, on purpose.
    Throttled,
    /// Refused on purpose, with a code of the provider's; 0 for its usual one.
    OnPurpose(u32),
    /// Sender and recipient are the same.
    ToItself,
    /// A reaction to a message that is not there.
    NoSuchMessage,
    /// The file that it names by an id is not there.
    NoSuchFile,
    /// There is a message with this id already.
    SameId,
    /// It is taken, and the connection closes without an answer.
    Broken,
    /// The database does not do its part; nothing was stored.
    Store(store::Error),
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Trouble {
        Trouble::Store(error)
    }
}
