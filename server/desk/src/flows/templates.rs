//! Templates as the provider has them: a page of its list, the end of the list, and news.

use contract::template::{TemplateDraft, TemplateInfo, TemplateStatus};
use contract::{ChannelId, ConnectionId};

use super::Outcome;
use crate::channels::{AccountEvent, News};
use crate::domain::template::{self, Standing};
use crate::state::Desk;
use crate::store::Tx;
use crate::store::alerts::{About, Health, NewAlert};
use crate::store::templates::sync::{Known, Reading, TemplateNews};

/// How long until a list is read again, in seconds.
const EVERY_S: i64 = 4 * 60 * 60;

/// Keeps one page of a provider's list. Whether the reading is still ours.
pub async fn keep_page(desk: &Desk, reading: Reading, templates: &[TemplateInfo]) -> Outcome<bool> {
    let mut tx = desk.store.begin().await?;
    if !tx.keep_template_reading(reading).await? {
        return Ok(false);
    }
    let templates = one_of_each(templates);
    let names: Vec<&str> = templates.iter().map(|info| info.name.as_str()).collect();
    let known = tx.known_templates(reading.connection, &names).await?;
    for info in &templates {
        if let Some(known) = known.get(&(info.name.clone(), info.language.clone())) {
            let now = Standing { status: info.status, category: info.category };
            tell(&mut tx, reading.connection, known, (now, info.reason.as_deref())).await?;
        }
    }
    tx.put_templates(reading.connection, &templates).await?;
    tx.commit().await?;
    Ok(true)
}

/// The list is read to its end: what was not in it is gone.
pub async fn end(desk: &Desk, reading: Reading) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    for gone in tx.drop_templates(reading).await? {
        let now = Standing { status: TemplateStatus::Deleted, ..gone.standing };
        tell(&mut tx, reading.connection, &gone, (now, None)).await?;
    }
    tx.end_template_reading(reading, EVERY_S).await?;
    tx.commit().await?;
    Ok(())
}

/// A template was made at the provider and submitted.
pub async fn submitted(
    desk: &Desk,
    connection: ConnectionId,
    draft: TemplateDraft,
    id: String,
) -> Outcome<()> {
    let info = TemplateInfo {
        id: Some(id),
        name: draft.name,
        language: draft.language,
        category: Some(draft.category),
        status: TemplateStatus::Pending,
        reason: None,
        quality: None,
        header: draft.header,
        body: draft.body,
        footer: draft.footer,
        buttons: draft.buttons,
        samples: draft.samples,
    };
    let mut tx = desk.store.begin().await?;
    tx.templates_changed(connection).await?;
    tx.put_templates(connection, &[&info]).await?;
    tx.commit().await?;
    Ok(())
}

/// Names need not differ at every provider: of several the one that can be sent counts.
fn one_of_each(templates: &[TemplateInfo]) -> Vec<&TemplateInfo> {
    let mut each: Vec<&TemplateInfo> = Vec::with_capacity(templates.len());
    for info in templates {
        let same = |other: &&&mut &TemplateInfo| other.name == info.name && other.language == info.language;
        match each.iter_mut().find(|other| same(&other)) {
            Some(other) if info.status == TemplateStatus::Approved => *other = info,
            Some(_) => {}
            None => each.push(info),
        }
    }
    each
}

/// Alerts the admins if a template that is in use stands elsewhere now.
async fn tell(
    tx: &mut Tx,
    connection: ConnectionId,
    known: &Known,
    (now, reason): (Standing, Option<&str>),
) -> Outcome<()> {
    let text = template::alert(known.standing, now, reason).filter(|_| known.in_use);
    if let Some(text) = text {
        let subject = format!("{} ({})", known.name, known.language);
        tx.alert(&NewAlert { connection, channel: None, kind: "template", subject, text }).await?;
    }
    Ok(())
}

/// Does what news of a provider asks for.
pub(super) async fn hear(
    tx: &mut Tx,
    connection: ConnectionId,
    channel: Option<ChannelId>,
    event: &AccountEvent,
) -> Outcome<()> {
    match &event.news {
        Some(News::Template { name, language, status, category, quality, reason }) => {
            let named = name.as_deref().zip(language.as_deref());
            let news = TemplateNews {
                status: *status,
                category: *category,
                quality: quality.clone(),
                reason: reason.clone(),
            };
            of_template(tx, connection, (event.id.as_deref(), named), &news).await
        }
        Some(News::Health { quality, messaging_limit, rate }) => {
            let health = Health {
                quality: quality.clone(),
                messaging_limit: messaging_limit.clone(),
                rate: rate.and_then(|rate| i32::try_from(rate.clamp(1, 10_000)).ok()),
            };
            of_numbers(tx, connection, about(channel, event), (&health, &event.text)).await
        }
        Some(News::Stopped(why)) => standing(tx, connection, about(channel, event), Some(why)).await,
        Some(News::Resumed) => standing(tx, connection, about(channel, event), None).await,
        Some(News::Preference { .. } | News::Moved { .. }) | None => Ok(()),
    }
}

/// A channel that is named, else the number whose digits are the event's id, else the whole account.
fn about(channel: Option<ChannelId>, event: &AccountEvent) -> About {
    if let Some(channel) = channel {
        return About::Channel(channel);
    }
    match (&event.news, &event.id) {
        // How a number does is always about one; whether an account may send is about all of its numbers.
        (Some(News::Health { .. }), Some(id)) if id.bytes().all(|byte| byte.is_ascii_digit()) => {
            About::Number(id.clone())
        }
        _ => About::All,
    }
}

async fn of_template(
    tx: &mut Tx,
    connection: ConnectionId,
    (id, name): (Option<&str>, Option<(&str, &str)>),
    news: &TemplateNews,
) -> Outcome<()> {
    // What it holds may have changed, too; and one that is not known yet has to be read. The connection's row comes
    // before those of its templates, as when a list is read.
    tx.templates_changed(connection).await?;
    if let Some(known) = tx.template_of_news(connection, id, name).await? {
        let now = Standing {
            status: news.status.unwrap_or(known.standing.status),
            category: news.category.or(known.standing.category),
        };
        tell(tx, connection, &known, (now, news.reason.as_deref())).await?;
        tx.change_template(known.id, news).await?;
    }
    Ok(())
}

async fn of_numbers(
    tx: &mut Tx,
    connection: ConnectionId,
    about: About,
    (health, text): (&Health, &str),
) -> Outcome<()> {
    let channels = tx.channels_about(connection, &about).await?;
    let ids: Vec<ChannelId> = channels.iter().map(|(id, _)| *id).collect();
    tx.set_health(&ids, health).await?;
    for (channel, name) in channels {
        let new = NewAlert {
            connection,
            channel: Some(channel),
            kind: "health",
            subject: name,
            text: format!("The provider says how this number does: {text}."),
        };
        tx.alert(&new).await?;
    }
    Ok(())
}

async fn standing(tx: &mut Tx, connection: ConnectionId, about: About, why: Option<&str>) -> Outcome<()> {
    let channels = tx.channels_about(connection, &about).await?;
    let ids: Vec<ChannelId> = channels.iter().map(|(id, _)| *id).collect();
    if tx.stop_channels(&ids, why).await? == 0 {
        return Ok(());
    }
    let (kind, text) = match why {
        Some(why) => ("stopped", format!("{why} What is to be sent waits until the provider lets it go on.")),
        None => ("resumed", "The provider lets it send again; what has waited goes out now.".to_owned()),
    };
    let names: Vec<String> = channels.into_iter().map(|(_, name)| name).collect();
    let channel = if let [only] = ids.as_slice() { Some(*only) } else { None };
    tx.alert(&NewAlert { connection, channel, kind, subject: names.join(", "), text }).await?;
    Ok(())
}
