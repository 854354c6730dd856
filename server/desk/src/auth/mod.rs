//! Who somebody is and what they may do: passwords, sessions, limits on tries, and what is kept encrypted.
//!
//! | file | what is in it |
//! |---|---|
//! | [`passwords`] | hashing and checking, a few at a time |
//! | [`sessions`] | signing in and out, and who a request comes from |
//! | [`session_rows`] | sessions in the database, as tower-sessions wants them |
//! | [`limits`] | how often somebody may try to sign in |
//! | [`names`] | what a name and a mail address look like |
//! | [`permission`] | what a role may do: the one place that decides |
//! | [`tokens`] | tokens of the public API, and what they are good for |
//! | [`seal`] | encryption of what must not be read in the database |

pub mod limits;
pub mod names;
pub mod passwords;
pub mod permission;
pub mod seal;
pub mod session_rows;
pub mod sessions;
pub mod tokens;
