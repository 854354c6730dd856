//! What is refused, and why.

use contract::{Owner, RefusalCode};

/// Why a command was not done. The words for a person are made at the edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is no such thing.
    NotFound,
    /// Somebody else has it.
    NotOwner {
        /// Who has it now.
        owner: Owner,
        /// The current epoch.
        epoch: i64,
    },
    /// The owner has changed since the sender looked.
    StaleEpoch {
        /// Who has it now.
        owner: Owner,
        /// The current epoch.
        epoch: i64,
    },
    /// It is in a stage in which this cannot be done.
    WrongStage {
        /// What the person tried, as a verb.
        verb: &'static str,
    },
    /// The offer was accepted by somebody else, declined, withdrawn, or is too old.
    OfferOver,
    /// The customer's 24 hours are over, or never began.
    WindowClosed,
    /// The customer has not agreed to be written to first, or no longer does; what to do.
    NoConsent(String),
    /// The provider cannot carry this; why.
    NotCarried(String),
    /// Something in it is missing, too long or not allowed; what.
    Invalid(String),
    /// This person may not do this.
    Forbidden,
}

impl Refused {
    /// The code for programs.
    pub fn code(&self) -> RefusalCode {
        match self {
            Refused::NotFound => RefusalCode::NotFound,
            Refused::NotOwner { .. } => RefusalCode::NotOwner,
            Refused::StaleEpoch { .. } => RefusalCode::StaleEpoch,
            Refused::WrongStage { .. } => RefusalCode::WrongStage,
            Refused::OfferOver => RefusalCode::OfferOver,
            Refused::WindowClosed => RefusalCode::WindowClosed,
            Refused::NoConsent(_) => RefusalCode::NoConsent,
            Refused::NotCarried(_) => RefusalCode::NotCarried,
            Refused::Invalid(_) => RefusalCode::Invalid,
            Refused::Forbidden => RefusalCode::Forbidden,
        }
    }

    /// Who has the conversation, and the epoch, where that is the reason.
    pub fn standing(&self) -> Option<(Owner, i64)> {
        match self {
            Refused::NotOwner { owner, epoch } | Refused::StaleEpoch { owner, epoch } => {
                Some((*owner, *epoch))
            }
            _ => None,
        }
    }
}
