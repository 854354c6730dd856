//! A customer, as providers name them.

use super::send::To;
use crate::channels::phone;
use crate::store::sandbox::Phone;

/// A customer: with a number, or with a user id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Digits only; none for somebody who hides their number.
    pub number: Option<String>,
    /// The business-scoped user id.
    pub user_id: Option<String>,
    /// The name in their profile.
    pub name: Option<String>,
}

impl From<&Phone> for Party {
    fn from(phone: &Phone) -> Party {
        let hidden = phone::is_user_id(&phone.number);
        Party {
            number: (!hidden).then(|| phone.number.clone()),
            user_id: Some(phone.user_id.clone()),
            name: Some(phone.name.clone()),
        }
    }
}

impl From<&To> for Party {
    fn from(to: &To) -> Party {
        match to {
            To::Number(digits) => Party { number: Some(digits.clone()), user_id: None, name: None },
            To::User(id) => Party { number: None, user_id: Some(id.clone()), name: None },
        }
    }
}

impl Party {
    /// Digits, or the user id of somebody who hides them.
    pub fn key(&self) -> &str {
        self.number.as_deref().or(self.user_id.as_deref()).unwrap_or_default()
    }

    /// The username of somebody who hides their number.
    pub fn username(&self) -> Option<String> {
        let name = self.name.as_deref().filter(|_| self.number.is_none())?;
        Some(name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join("."))
    }
}
