//! The phones, as the page and the scripts see them.

use std::future::Future;
use std::time::Duration;

use contract::sandbox::{Answer, Faults, Line, PhoneAct, PhoneCard, PhoneView, Phones};
use tokio::time::Instant;
use uuid::Uuid;

use super::digits::digits;
use super::{acts, find_number, find_phone, lines, signals, thread_of};
use crate::Desk;
use crate::channels::phone as address;
use crate::store;
use crate::store::sandbox::{Glance, Number, Phone};

/// Most messages of a view.
const LAST: i64 = 200;
/// Longest wait for a change.
const LONGEST_WAIT_MS: u32 = 60_000;
/// How often a change that another process made is looked for.
const LOOK: Duration = Duration::from_millis(500);
/// Longest name of a phone.
const NAME: usize = 120;

/// Why a phone does not do what it is asked for. Sentences for a person.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// There is no such phone, number or message.
    #[error("{0}")]
    NotFound(String),
    /// It cannot be done.
    #[error("{0}")]
    Refused(String),
    /// The database does not do its part.
    #[error("The database is away. Try again in a moment.")]
    Store(#[from] store::Error),
}

type Result<T> = std::result::Result<T, PhoneError>;

/// The phones of a desk.
pub struct SandboxPhones(pub Desk);

impl SandboxPhones {
    /// All phones and the numbers they can write to.
    pub async fn list(&self) -> Result<(Vec<PhoneCard>, Vec<Line>)> {
        let phones = self.0.store.sandbox_phones().await?;
        let numbers = lines(&self.0).await?;
        Ok((phones, numbers.into_iter().map(|number| number.line).collect()))
    }

    /// Adds a phone; without a number one is made up.
    pub async fn create(&self, name: &str, number: Option<&str>) -> Result<PhoneCard> {
        let name: String = name.chars().filter(|letter| !letter.is_control()).collect();
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME {
            return Err(PhoneError::Refused(format!("Give the phone a name of 1 to {NAME} characters.")));
        }
        let phone = match number.map(str::trim).filter(|number| !number.is_empty()) {
            Some(number) => self.create_with(name, number).await?,
            None => self.create_somehow(name).await?,
        };
        signals::stir();
        Ok(card(&phone, 0))
    }

    async fn create_with(&self, name: &str, number: &str) -> Result<Phone> {
        let key = if address::is_user_id(number) {
            number.to_owned()
        } else {
            address::normalise(number).ok_or_else(|| {
                PhoneError::Refused(
                    "Write the number with its country, digits only, or a user id such as US.abc123."
                        .to_owned(),
                )
            })?
        };
        let phone = phone(name, &key);
        if !self.0.store.sandbox_add_phone(&phone).await? {
            return Err(PhoneError::Refused("There is a phone with this number already.".to_owned()));
        }
        Ok(phone)
    }

    /// With a number of the range that the United Kingdom keeps free for films.
    async fn create_somehow(&self, name: &str) -> Result<Phone> {
        let start = Uuid::new_v4().as_u128() % 1000;
        for step in 0..1000 {
            let phone = phone(name, &format!("447700900{:03}", (start + step) % 1000));
            if self.0.store.sandbox_add_phone(&phone).await? {
                return Ok(phone);
            }
        }
        Err(PhoneError::Refused("No number is left to make one up: give one.".to_owned()))
    }

    /// One phone's conversation: at once if its revision is not `known`, else after a change or so many
    /// milliseconds. Who waits is looking: what arrives meanwhile is read.
    pub async fn view(&self, phone: &str, line: &str, known: i64, wait_ms: u32) -> Result<PhoneView> {
        let (phone, number) = self.find(phone, line).await?;
        let until = Instant::now() + Duration::from_millis(u64::from(wait_ms.min(LONGEST_WAIT_MS)));
        loop {
            let woken = signals::stirred();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let glance = self.glance(&phone, &number, wait_ms).await?;
            if glance.revision != known || Instant::now() >= until || self.0.stop.is_cancelled() {
                return self.compose(phone, number, glance).await;
            }
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep_until(until.min(Instant::now() + LOOK)) => {}
                () = self.0.stop.cancelled() => {}
            }
        }
    }

    /// How a thread is, after what comes of looking at it. Who does not wait does not look.
    async fn glance(&self, phone: &Phone, number: &Number, wait_ms: u32) -> Result<Glance> {
        let watched = wait_ms > 0;
        let line = &number.line.provider_channel;
        let glance = self.0.store.sandbox_glance(&phone.number, line).await?;
        if !(glance.typing_over || watched && glance.unread > 0) {
            return Ok(glance);
        }
        if glance.typing_over {
            let thread = thread_of(&phone.number, number);
            let mut tx = self.0.store.begin().await?;
            tx.sandbox_lock(&thread).await?;
            tx.sandbox_typing(&thread, None).await?;
            tx.commit().await?;
        }
        if watched && glance.unread > 0 {
            acts::look(&self.0, phone, number).await?;
        }
        Ok(self.0.store.sandbox_glance(&phone.number, line).await?)
    }

    async fn compose(&self, phone: Phone, number: Number, glance: Glance) -> Result<PhoneView> {
        let line = &number.line.provider_channel;
        let messages = self.0.store.sandbox_messages(&phone.number, line, LAST).await?;
        Ok(PhoneView {
            phone: card(&phone, glance.unread),
            line: number.line,
            messages,
            typing: glance.typing,
            revision: glance.revision,
        })
    }

    /// Does something on a phone; answers with the new message's id, if one was made.
    pub async fn perform(&self, phone: &str, line: &str, act: PhoneAct) -> Result<Option<String>> {
        let (phone, number) = self.find(phone, line).await?;
        acts::act(&self.0, &phone, &number, act).await
    }

    async fn find(&self, phone: &str, line: &str) -> Result<(Phone, Number)> {
        let found = find_phone(&self.0, phone).await?;
        let found = found.ok_or_else(|| PhoneError::NotFound("There is no such phone.".to_owned()))?;
        let number = find_number(&self.0, line).await?.ok_or_else(|| {
            PhoneError::NotFound("The business has no such number in the sandbox.".to_owned())
        })?;
        Ok((found, number))
    }
}

/// A phone with this number or user id. Who shows their number has a user id all the same.
pub fn phone(name: &str, number: &str) -> Phone {
    let user_id = if address::is_user_id(number) {
        number.to_owned()
    } else {
        format!("{}.{}", country(number), digits(number, 17))
    };
    Phone { number: number.to_owned(), user_id, name: name.to_owned() }
}

/// The country that a user id begins with.
fn country(number: &str) -> &'static str {
    let known = [("55", "BR"), ("44", "GB"), ("49", "DE"), ("91", "IN"), ("46", "SE"), ("34", "ES")];
    known.into_iter().find(|(prefix, _)| number.starts_with(prefix)).map_or("US", |(_, country)| country)
}

fn card(phone: &Phone, unread: i32) -> PhoneCard {
    PhoneCard { number: phone.number.clone(), name: phone.name.clone(), unread }
}

fn answer<'a, T>(work: impl Future<Output = Result<T>> + Send + 'a) -> Answer<'a, T> {
    Box::pin(async move {
        work.await.map_err(|error| {
            if let PhoneError::Store(cause) = &error {
                tracing::warn!(error = %cause, "the sandbox's phones do not answer");
            }
            error.to_string()
        })
    })
}

impl Phones for SandboxPhones {
    fn phones(&self) -> Answer<'_, (Vec<PhoneCard>, Vec<Line>)> {
        answer(self.list())
    }

    fn add(&self, name: String, number: Option<String>) -> Answer<'_, PhoneCard> {
        answer(async move { self.create(&name, number.as_deref()).await })
    }

    fn phone(&self, number: String, line: String, known: i64, wait_ms: u32) -> Answer<'_, PhoneView> {
        answer(async move { self.view(&number, &line, known, wait_ms).await })
    }

    fn act(&self, number: String, line: String, act: PhoneAct) -> Answer<'_, Option<String>> {
        answer(async move { self.perform(&number, &line, act).await })
    }

    fn faults(&self) -> Answer<'_, Faults> {
        answer(async move { Ok(self.0.store.sandbox_faults().await?) })
    }

    fn set_faults(&self, faults: Faults) -> Answer<'_, ()> {
        answer(async move { Ok(self.0.store.sandbox_set_faults(&faults).await?) })
    }
}
