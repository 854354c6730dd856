//! How summaries of handoffs are made where a bot gives none.

use contract::bots::{BotDone, SummaryPage, SummaryTerms, SummaryTried};
use contract::settings::ChangeRefused;
use tokio::time::Instant;

use super::{failed, refused, wrong};
use crate::auth::sessions::SignedIn;
use crate::bots::openai::summary::{self, Line};
use crate::jobs::summaries::{ask, transcript};
use crate::{Desk, store};

/// Characters of a line, of the instructions and of a sample, at most.
const LINE: usize = 500;
const INSTRUCTIONS: usize = 4_000;
const SAMPLE: usize = 10_000;

/// The screen.
pub(super) async fn page(desk: &Desk) -> store::Result<SummaryPage> {
    let place = desk.store.summary_place(&desk.seal).await?;
    Ok(SummaryPage {
        has_key: place.key.is_some(),
        terms: place.terms,
        trouble: place.trouble,
        rests_until: place.rests_until,
    })
}

/// Has them made differently.
pub(super) async fn set(
    desk: &Desk,
    who: &SignedIn,
    terms: SummaryTerms,
    key: &str,
) -> Result<(), ChangeRefused> {
    let terms = checked(terms)?;
    let key = Some(key.trim()).filter(|key| !key.is_empty());
    if key.is_some_and(|key| key.chars().count() > LINE || key.contains(char::is_control)) {
        return Err(wrong("key", "This is no key."));
    }
    desk.store.set_summary_place(&desk.seal, &terms, key).await.map_err(failed)?;
    tracing::info!(by = %who.agent.id, on = terms.active, "how summaries are made was changed");
    Ok(())
}

fn checked(terms: SummaryTerms) -> Result<SummaryTerms, ChangeRefused> {
    let line = |text: &str| text.replace('\0', "").trim().to_owned();
    let terms = SummaryTerms {
        active: terms.active,
        url: line(&terms.url),
        model: line(&terms.model),
        instructions: line(&terms.instructions),
        language: line(&terms.language),
        most_chars: terms.most_chars,
    };
    // What is not used yet may be half filled in.
    if terms.active || !terms.url.is_empty() {
        summary::check_address(&terms.url).map_err(|why| wrong("url", why))?;
    }
    if terms.active && terms.model.is_empty() {
        return Err(wrong("model", "Model is missing."));
    }
    for (field, text, most) in [
        ("url", &terms.url, LINE),
        ("model", &terms.model, LINE),
        ("language", &terms.language, LINE),
        ("instructions", &terms.instructions, INSTRUCTIONS),
    ] {
        if text.chars().count() > most {
            return Err(wrong(field, format!("At most {most} characters.")));
        }
    }
    let (low, high) = SummaryTerms::CHARS;
    if !(low..=high).contains(&terms.most_chars) {
        return Err(wrong("most_chars", format!("Choose a number from {low} to {high}.")));
    }
    Ok(terms)
}

/// Has one made that nobody keeps.
pub(super) async fn attempt(desk: &Desk, sample: &str) -> Result<BotDone, ChangeRefused> {
    let place = desk.store.summary_place(&desk.seal).await.map_err(failed)?;
    if place.terms.url.is_empty() || place.terms.model.is_empty() {
        return Err(refused("Fill in an address and a model, and save them first."));
    }
    let lines = match sample.trim() {
        "" => {
            let last = desk.store.last_told_handoff().await.map_err(failed)?;
            let Some((conversation, seq)) = last else {
                return Err(wrong("sample", "There was no handoff yet. Write a sample."));
            };
            transcript(desk, conversation, seq).await.map_err(failed)?
        }
        text => vec![Line { by: "customer", text: text.chars().take(SAMPLE).collect() }],
    };
    let begun = Instant::now();
    let came = ask(desk, place, &lines).await;
    let ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let (text, error) = match came {
        Ok(text) => (Some(text), None),
        Err(error) => (None, Some(summary::why(error))),
    };
    Ok(BotDone::Summarised(SummaryTried { text, error, ms }))
}
