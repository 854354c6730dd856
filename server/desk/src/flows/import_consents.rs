//! Consents from elsewhere, as a list: read first, and kept whole or not at all.
//!
//! The list is text with commas (or semicolons) and a head: `address` (a number or a business-scoped user id), `scope`
//! (`marketing` or `all`), `state` (`opted_in` or `opted_out`), `wording` (what they agreed to), `source` (where and
//! how), `time` (RFC 3339, or a date).

use contract::consent::{ConsentScope, ConsentState};
use contract::settings::{ConsentImport, ImportReport};
use contract::{AgentId, Time};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Outcome;
use crate::channels::{Sender, phone};
use crate::domain::{Refused, csv};
use crate::state::Desk;
use crate::store::Tx;
use crate::store::channels::Channel;
use crate::store::consents::{NewConsent, Source};
use crate::store::contacts::Learned;

/// The columns, in any order.
const COLUMNS: [&str; 6] = ["address", "scope", "state", "wording", "source", "time"];
/// The most lines of one list.
const LINES: usize = 20_000;
/// The most mistakes that are told.
const MISTAKES: usize = 200;
/// Lines of which the contacts are found or made at once.
const AT_ONCE: usize = 500;

/// One line that can be kept.
struct Line {
    sender: Sender,
    scope: ConsentScope,
    state: ConsentState,
    wording: String,
    source: String,
    at: Time,
}

/// Reads a list, and keeps it if that is wanted and nothing in it is wrong.
pub async fn import(desk: &Desk, by: AgentId, import: &ConsentImport) -> Outcome<ImportReport> {
    let mut tx = desk.store.begin().await?;
    let channel = tx.channel(import.channel).await?.ok_or(Refused::NotFound)?;
    let now = tx.now().await?;
    let (good, bad) = read(&import.csv, now);
    let kept = import.keep && bad.is_empty() && !good.is_empty();
    if kept {
        for lines in good.chunks(AT_ONCE) {
            keep(&mut tx, &channel, by, lines).await?;
        }
        tx.commit().await?;
    }
    Ok(ImportReport { good: u32::try_from(good.len()).unwrap_or(u32::MAX), bad, kept })
}

async fn keep(tx: &mut Tx, channel: &Channel, by: AgentId, lines: &[Line]) -> Outcome<()> {
    let learned: Vec<Learned> = lines
        .iter()
        .map(|line| Learned { channel: channel.id, sender: line.sender.clone(), makes: true })
        .collect();
    let (names, addresses) = tx.meet(&learned).await?;
    let consents: Vec<NewConsent> = lines
        .iter()
        .zip(&learned)
        .filter_map(|(line, learned)| {
            let id = learned.keys().find_map(|key| names.get(&(channel.id, key.to_owned())))?;
            let address = addresses.get(id)?;
            Some(NewConsent {
                contact: address.contact,
                channel: channel.id,
                scope: line.scope,
                state: line.state,
                wording: line.wording.clone(),
                source: Source::Import,
                message: None,
                evidence: Some(line.source.clone()),
                by: Some(by),
                at: line.at,
            })
        })
        .collect();
    tx.add_consents(&consents).await?;
    Ok(())
}

/// What can be kept, and what is wrong with the rest, by the number of its line.
fn read(text: &str, now: Time) -> (Vec<Line>, Vec<(u32, String)>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut wrong = |line: u32, why: String| {
        if bad.len() < MISTAKES {
            bad.push((line, why));
        }
    };
    let mut rows = csv::rows(text).into_iter();
    let Some((first, head)) = rows.next() else {
        wrong(1, "The list is empty.".to_owned());
        return (good, bad);
    };
    let place = |column: &str| head.iter().position(|name| name.trim().eq_ignore_ascii_case(column));
    let places: Vec<Option<usize>> = COLUMNS.iter().map(|column| place(column)).collect();
    if let Some(missing) = COLUMNS.iter().zip(&places).find(|(_, at)| at.is_none()).map(|(name, _)| name) {
        wrong(first, format!("The head has no column {missing}. It needs: {}.", COLUMNS.join(", ")));
        return (good, bad);
    }
    for (number, row) in rows {
        if good.len() >= LINES {
            wrong(number, format!("A list has at most {LINES} lines. Split it."));
            break;
        }
        let cell = |column: usize| places[column].and_then(|at| row.get(at)).map_or("", |cell| cell.trim());
        match line([0, 1, 2, 3, 4, 5].map(cell), now) {
            Ok(line) => good.push(line),
            Err(why) => wrong(number, why),
        }
    }
    (good, bad)
}

fn line([address, scope, state, wording, source, time]: [&str; 6], now: Time) -> Result<Line, String> {
    let sender = if phone::is_user_id(address) {
        Sender { user_id: Some(address.to_owned()), ..Sender::default() }
    } else {
        let phone = super::start::number(address).map_err(|refused| match refused {
            Refused::Invalid(why) => why,
            _ => "This is no number.".to_owned(),
        })?;
        Sender { phone: Some(phone), ..Sender::default() }
    };
    let words = |text: &str, what: &str| match text.is_empty() || text.chars().count() > 500 {
        true => Err(format!("Its {what} is missing, or longer than 500 characters.")),
        false => Ok(text.replace('\0', "")),
    };
    Ok(Line {
        sender,
        scope: ConsentScope::parse(scope).ok_or("Its scope is neither marketing nor all.")?,
        state: ConsentState::parse(state).ok_or("Its state is neither opted_in nor opted_out.")?,
        wording: words(wording, "wording")?,
        source: words(source, "source")?,
        at: moment(time, now)?,
    })
}

fn moment(text: &str, now: Time) -> Result<Time, String> {
    let at = text.parse::<Timestamp>().ok().or_else(|| {
        let day: Date = text.parse().ok()?;
        day.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp())
    });
    let at = at.ok_or("Its time is not one such as 2025-03-31T09:30:00Z or 2025-03-31.")?;
    let at = Time(at.as_millisecond());
    if at > now {
        return Err("Its time is still to come.".to_owned());
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_750_000_000_000);

    #[test]
    fn a_list_is_read_with_its_columns_in_any_order() {
        let text = "\u{feff}Time;address;scope;state;wording;source\n\
                    2025-03-31;+44 20 7946 0018;all;opted_in;\"Yes; please\";shop\n\
                    2025-03-31T09:30:00Z;US.13491208655302741918;marketing;opted_out;no;mail\n";
        let (good, bad) = read(text, NOW);
        assert_eq!(bad, []);
        assert_eq!(good[0].sender.phone.as_deref(), Some("442079460018"));
        assert_eq!((good[0].wording.as_str(), good[0].at), ("Yes; please", Time(1_743_379_200_000)));
        assert_eq!(good[1].sender.user_id.as_deref(), Some("US.13491208655302741918"));
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let text = "address,scope,state,wording,source,time\n\
                    +44 (0)20 7946 0018,all,opted_in,w,s,2025-03-31\n\
                    442079460018,some,opted_in,w,s,2025-03-31\n\
                    442079460018,all,yes,w,s,2025-03-31\n\
                    442079460018,all,opted_in,,s,2025-03-31\n\
                    442079460018,all,opted_in,w,s,31.3.2025\n\
                    442079460018,all,opted_in,w,s,2030-01-01\n\
                    442079460018,all,opted_in,w,s,2025-03-31\n";
        let (good, bad) = read(text, NOW);
        assert_eq!(good.len(), 1);
        assert_eq!(bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7]);
        assert!(bad[0].1.contains("parentheses"));
        assert_eq!(read("", NOW).1.len(), 1);
        assert_eq!(read("address,scope\n", NOW).1.len(), 1);
    }
}
