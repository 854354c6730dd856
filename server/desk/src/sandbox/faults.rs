//! What goes wrong on purpose, send by send.

use contract::sandbox::Faults;

use super::failure::Trouble;
use crate::Desk;
use crate::store;

/// What goes wrong with one send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing.
    None,
    /// It is throttled.
    Throttled,
    /// It is refused with this code; 0: with the provider's usual one.
    Refused(u32),
    /// It is taken, and the connection closed without an answer.
    Dropped,
}

impl Mishap {
    /// Nothing is looked at where a send is refused.
    pub fn refuses(&self) -> Option<Trouble> {
        match self {
            Mishap::None | Mishap::Dropped => None,
            Mishap::Throttled => Some(Trouble::Throttled),
            Mishap::Refused(code) => Some(Trouble::OnPurpose(*code)),
        }
    }
}

/// Counts one send and says what goes wrong with it. Faults that count nothing cost no write.
pub async fn draw(desk: &Desk, faults: &Faults) -> store::Result<Mishap> {
    if faults.throttle == 0 && faults.drop_answers == 0 && faults.fail_every == 0 {
        return Ok(Mishap::None);
    }
    let mut tx = desk.store.begin().await?;
    let mishap = tx.sandbox_count(rule).await?;
    tx.commit().await?;
    Ok(mishap)
}

/// The throttle comes first: what it refuses was never looked at. A refused send uses up no dropped answer.
fn rule(faults: &mut Faults, sends: i64) -> Mishap {
    if faults.throttle > 0 {
        faults.throttle -= 1;
        return Mishap::Throttled;
    }
    if faults.fail_every > 0 && sends % i64::from(faults.fail_every) == 0 {
        return Mishap::Refused(faults.fail_code);
    }
    if faults.drop_answers > 0 {
        faults.drop_answers -= 1;
        return Mishap::Dropped;
    }
    Mishap::None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_second_send_is_refused() {
        let mut faults = Faults { fail_every: 2, fail_code: 131_016, ..Faults::default() };
        let drawn: Vec<_> = (1..=4).map(|sends| rule(&mut faults, sends)).collect();
        let refused = Mishap::Refused(131_016);
        assert_eq!(drawn, [Mishap::None, refused.clone(), Mishap::None, refused]);
    }

    #[test]
    fn throttle_and_dropped_answers_are_used_up() {
        let mut faults = Faults { throttle: 1, drop_answers: 1, ..Faults::default() };
        let drawn: Vec<_> = (1..=3).map(|sends| rule(&mut faults, sends)).collect();
        assert_eq!(drawn, [Mishap::Throttled, Mishap::Dropped, Mishap::None]);
        assert_eq!(faults, Faults::default());
    }
}
