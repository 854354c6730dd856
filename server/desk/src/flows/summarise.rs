//! A summary that a machine has made: kept with its handoff, and told to everybody who looks at it.

use contract::event::HandoffNews;
use contract::{Actor, Change};

use super::Outcome;
use super::work::Work;
use crate::state::Desk;
use crate::store::summaries::WantedSummary;

/// Keeps a summary. The handoff may be over by then: it is kept all the same and changes nothing else. Whoever lost the
/// lease meanwhile writes nothing.
pub async fn keep(desk: &Desk, wanted: &WantedSummary, (text, model): (&str, &str)) -> Outcome<()> {
    let mut work = Work::open(desk, wanted.conversation(), Actor::Desk).await?;
    if work.tx.keep_summary(wanted, (text, model), work.now).await? {
        let news = HandoffNews { handoff: Some(wanted.handoff()), ..HandoffNews::default() };
        work.record(Change::HandoffSummarised(news));
    }
    work.commit(desk).await
}
