//! Whether a customer may be written to first. Inside the window nobody asks.

use contract::Time;
use contract::consent::{ConsentPolicy, ConsentRule, ConsentScope, ConsentState};
use contract::template::TemplateCategory;
use contract::time::WINDOW_MS;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * contract::time::HOUR_MS;

/// A wish of a customer on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// What it is about.
    pub scope: ConsentScope,
    /// What they wish.
    pub state: ConsentState,
    /// When the desk learned of it.
    pub heard_at: Time,
}

/// What is known when a template is to be sent outside the window.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// How the channel treats consent.
    pub policy: ConsentPolicy,
    /// What the template is for; what is not known counts as marketing.
    pub category: Option<TemplateCategory>,
    /// The customer's wishes on the channel, latest first.
    pub wishes: &'a [Wish],
    /// When the customer last wrote themselves.
    pub wrote_at: Option<Time>,
    /// Now.
    pub now: Time,
}

/// Why a template may not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// They want no such messages any more.
    OptedOut(ConsentScope),
    /// They have never agreed.
    NeverAgreed,
    /// They have never agreed, and a follow-up must be about something of theirs.
    NotUtility,
    /// They have never agreed, and it is too long since they wrote: more than so many days.
    TooLate(i32),
}

/// Whether a template may go to somebody whose window is closed.
pub fn allows(question: &Question<'_>) -> Result<(), Denied> {
    match question.standing(None) {
        Some(wish) => granted(wish),
        None => follow_up(question),
    }
}

/// Whether a template that was asked for at that moment may leave now: what the customer has wished since then
/// holds, also inside the window; outside it, all that holds when one is asked for.
pub fn still_allows(question: &Question<'_>, asked_at: Time) -> Result<(), Denied> {
    if let Some(wish) = question.standing(Some(asked_at)) {
        return granted(wish);
    }
    let open = question.wrote_at.is_some_and(|wrote| question.now.since_ms(wrote) < WINDOW_MS);
    if open { Ok(()) } else { allows(question) }
}

impl Question<'_> {
    fn marketing(&self) -> bool {
        !matches!(self.category, Some(TemplateCategory::Utility | TemplateCategory::Authentication))
    }

    /// The wish that decides, of all or of those that the desk has learned of after a moment.
    fn standing(&self, after: Option<Time>) -> Option<&Wish> {
        let marketing = self.marketing();
        // Whoever wants no marketing may want the rest; whoever wants marketing wants the rest, too.
        let counts = |wish: &&Wish| {
            marketing || (wish.scope, wish.state) != (ConsentScope::Marketing, ConsentState::OptedOut)
        };
        let heard = |wish: &&Wish| after.is_none_or(|after| wish.heard_at > after);
        self.wishes.iter().filter(heard).find(counts)
    }
}

fn granted(wish: &Wish) -> Result<(), Denied> {
    match wish.state {
        ConsentState::OptedIn => Ok(()),
        ConsentState::OptedOut => Err(Denied::OptedOut(wish.scope)),
    }
}

fn follow_up(question: &Question<'_>) -> Result<(), Denied> {
    if question.policy.rule == ConsentRule::Strict {
        return Err(Denied::NeverAgreed);
    }
    let Some(wrote_at) = question.wrote_at else { return Err(Denied::NeverAgreed) };
    if question.marketing() {
        return Err(Denied::NotUtility);
    }
    let days = question.policy.follow_up_days;
    match question.now.since_ms(wrote_at) <= i64::from(days) * DAY_MS {
        true => Ok(()),
        false => Err(Denied::TooLate(days)),
    }
}

#[cfg(test)]
mod tests {
    use contract::time::HOUR_MS;

    use super::*;

    const IN: ConsentState = ConsentState::OptedIn;
    const OUT: ConsentState = ConsentState::OptedOut;
    const NOW: Time = Time(1_700_000_000_000);

    fn asked(
        rule: ConsentRule,
        category: TemplateCategory,
        wishes: &[(ConsentScope, ConsentState)],
        wrote_hours_ago: Option<i64>,
    ) -> Result<(), Denied> {
        let wishes: Vec<_> = wishes
            .iter()
            .map(|(scope, state)| Wish { scope: *scope, state: *state, heard_at: NOW })
            .collect();
        let now = NOW;
        allows(&Question {
            policy: ConsentPolicy { rule, follow_up_days: 7, stop_closes: ConsentScope::All },
            category: Some(category),
            wishes: &wishes,
            wrote_at: wrote_hours_ago.map(|hours| now.plus_ms(-hours * HOUR_MS)),
            now,
        })
    }

    #[test]
    fn strict_means_agreed_whatever_else() {
        let utility = TemplateCategory::Utility;
        assert_eq!(asked(ConsentRule::Strict, utility, &[], Some(25)), Err(Denied::NeverAgreed));
        assert_eq!(asked(ConsentRule::Strict, utility, &[(ConsentScope::All, IN)], None), Ok(()));
    }

    #[test]
    fn a_follow_up_is_about_something_of_theirs_and_comes_soon() {
        let ask = |category, hours| asked(ConsentRule::FollowUp, category, &[], hours);
        assert_eq!(ask(TemplateCategory::Utility, Some(25)), Ok(()));
        assert_eq!(ask(TemplateCategory::Utility, Some(7 * 24)), Ok(()));
        assert_eq!(ask(TemplateCategory::Utility, Some(7 * 24 + 1)), Err(Denied::TooLate(7)));
        assert_eq!(ask(TemplateCategory::Utility, None), Err(Denied::NeverAgreed));
        assert_eq!(ask(TemplateCategory::Marketing, Some(25)), Err(Denied::NotUtility));
    }

    #[test]
    fn the_latest_wish_holds_and_no_marketing_leaves_the_rest() {
        let ask = |category, wishes: &[_]| asked(ConsentRule::FollowUp, category, wishes, Some(25));
        let (marketing, utility) = (TemplateCategory::Marketing, TemplateCategory::Utility);
        let no_marketing = [(ConsentScope::Marketing, OUT), (ConsentScope::All, IN)];
        assert_eq!(ask(marketing, &no_marketing), Err(Denied::OptedOut(ConsentScope::Marketing)));
        assert_eq!(ask(utility, &no_marketing), Ok(()));
        let nothing = [(ConsentScope::All, OUT), (ConsentScope::Marketing, IN)];
        assert_eq!(ask(marketing, &nothing), Err(Denied::OptedOut(ConsentScope::All)));
        assert_eq!(ask(utility, &nothing), Err(Denied::OptedOut(ConsentScope::All)));
        let again = [(ConsentScope::Marketing, IN), (ConsentScope::All, OUT)];
        assert_eq!(ask(utility, &again), Ok(()));
    }

    #[test]
    fn what_is_wished_after_a_template_was_asked_for_holds_when_it_leaves() {
        let leaves = |category, wishes: &[Wish], wrote_hours_ago: i64| {
            let question = Question {
                policy: ConsentPolicy {
                    rule: ConsentRule::FollowUp,
                    follow_up_days: 7,
                    stop_closes: ConsentScope::All,
                },
                category: Some(category),
                wishes,
                wrote_at: Some(NOW.plus_ms(-wrote_hours_ago * HOUR_MS)),
                now: NOW,
            };
            still_allows(&question, NOW.plus_ms(-60_000))
        };
        let wish = |scope, state, ago_ms: i64| Wish { scope, state, heard_at: NOW.plus_ms(-ago_ms) };
        let (marketing, utility) = (TemplateCategory::Marketing, TemplateCategory::Utility);
        let before = [wish(ConsentScope::All, OUT, 90_000)];
        let since = [wish(ConsentScope::All, OUT, 30_000)];
        assert_eq!(leaves(utility, &before, 1), Ok(()), "who asked inside the window knew of it");
        assert_eq!(leaves(utility, &since, 1), Err(Denied::OptedOut(ConsentScope::All)));
        assert_eq!(leaves(utility, &before, 25), Err(Denied::OptedOut(ConsentScope::All)));
        let no_offers = [wish(ConsentScope::Marketing, OUT, 30_000), wish(ConsentScope::All, IN, 90_000)];
        assert_eq!(leaves(utility, &no_offers, 25), Ok(()));
        assert_eq!(leaves(marketing, &no_offers, 1), Err(Denied::OptedOut(ConsentScope::Marketing)));
        assert_eq!(leaves(utility, &[], 8 * 24), Err(Denied::TooLate(7)), "it has waited for too long");
    }
}
