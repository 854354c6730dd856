//! Templates: those that every account begins with, and those that are made here, which are approved after a moment.

use contract::ConnectionId;
use contract::message::{ButtonValue, Parameter, Template, TemplateButton};
use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateHeader, TemplateInfo, TemplateStatus,
};
use serde_json::Value;

use super::access::Caller;
use super::failure::Unfit;
use super::stand_in::StandIn;
use super::{queued, signals, thread_of};
use crate::Desk;
use crate::store;
use crate::store::sandbox::{HeldTemplate, NewTemplate};

/// How long the approval of a template takes, in milliseconds.
pub const APPROVAL_MS: i64 = 2_000;
/// The number of no phone: the webhooks of an account are queued as if somebody had it.
const NOBODY: &str = "";

/// A template as an account has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The provider's id of it.
    pub id: String,
    /// What it is.
    pub info: TemplateInfo,
    /// What the call held that has made it; null for those that were always there.
    pub raw: Value,
}

/// Every template of a connection: those that were always there first.
pub async fn all(desk: &Desk, stand_in: &dyn StandIn, connection: ConnectionId) -> store::Result<Vec<Known>> {
    let seed = |mut info: TemplateInfo| {
        let id = stand_in.template_id(&format!("{connection}/{}/{}", info.name, info.language));
        info.id = Some(id.clone());
        Known { id, info, raw: Value::Null }
    };
    let made = desk.store.sandbox_templates(connection).await?.into_iter().map(|held| {
        let HeldTemplate { id, mut info, raw, approved_in_ms } = held;
        info.id = Some(id.clone());
        info.status = match approved_in_ms {
            None => TemplateStatus::Draft,
            Some(ms) if ms > 0 => TemplateStatus::Pending,
            Some(_) => TemplateStatus::Approved,
        };
        Known { id, info, raw }
    });
    Ok(seeds().into_iter().map(seed).chain(made).collect())
}

/// Makes a template that is not submitted.
pub async fn make(desk: &Desk, caller: &Caller, info: TemplateInfo, raw: Value) -> store::Result<String> {
    let seed = format!("{}/{}", caller.connection(), super::digits::new_hex());
    let id = caller.stand_in.template_id(&seed);
    let new = NewTemplate { id: id.clone(), connection: caller.connection(), info, raw };
    let mut tx = desk.store.begin().await?;
    tx.sandbox_add_template(&new).await?;
    tx.commit().await?;
    Ok(id)
}

/// Submits a template that was made: it is approved after a moment, and the business hears of that where the provider
/// says so.
pub async fn submit(desk: &Desk, caller: &Caller, id: &str, info: &TemplateInfo) -> store::Result<()> {
    let thread = thread_of(NOBODY, &caller.number);
    let mut tx = desk.store.begin().await?;
    let now = tx.sandbox_lock(&thread).await?.now;
    tx.sandbox_submit_template(id, info, APPROVAL_MS).await?;
    if let Some(written) = caller.stand_in.approved(&caller.account, id, info) {
        let webhook = queued(written, None, now.plus_ms(APPROVAL_MS));
        tx.sandbox_enqueue(&thread, &[webhook]).await?;
    }
    tx.commit().await?;
    signals::stir();
    Ok(())
}

/// Makes what is sent of the template that it names: the text that the customer reads, and its quick replies.
pub fn fit(known: &[Known], template: &mut Template) -> Result<(), Unfit> {
    let found = find(known, template).ok_or(Unfit::Unknown)?;
    if found.info.status != TemplateStatus::Approved {
        return Err(Unfit::Status(found.info.status));
    }
    check(&found.info, template)?;
    let mut text = TemplateInfo::filled(&found.info.body, |name| value(&template.body, name));
    if let Some(TemplateHeader::Text { text: header }) = &found.info.header {
        let header = TemplateInfo::filled(header, |name| value(&template.header, name));
        text = format!("*{header}*\n{text}");
    }
    template.text = text;
    for (index, button) in (0_u8..).zip(&found.info.buttons) {
        let given = template.buttons.iter().any(|given| given.index == index);
        if let TemplateButtonInfo::QuickReply { text } = button
            && !given
        {
            template.buttons.push(TemplateButton { index, value: ButtonValue::Payload(text.clone()) });
        }
    }
    Ok(())
}

fn find<'a>(known: &'a [Known], template: &Template) -> Option<&'a Known> {
    known.iter().find(|known| match &template.id {
        Some(id) => known.id == *id,
        None => known.info.name == template.name && known.info.language == template.language,
    })
}

/// Whether the variables are as many as the template has, and its file is there.
fn check(info: &TemplateInfo, template: &Template) -> Result<(), Unfit> {
    let wrong = |what: String| Err(Unfit::Variables(what));
    let wanted = TemplateInfo::variables(&info.body).len();
    if wanted != template.body.len() {
        return wrong(format!("body: {wanted} variables are expected, {} were given", template.body.len()));
    }
    let file = template.header.iter().any(|parameter| matches!(parameter, Parameter::Media(_)));
    match &info.header {
        Some(TemplateHeader::Text { text })
            if TemplateInfo::variables(text).len() != template.header.len() =>
        {
            wrong("header: its variable is missing".to_owned())
        }
        Some(TemplateHeader::Image | TemplateHeader::Video | TemplateHeader::Document) if !file => {
            wrong("header: its file is missing".to_owned())
        }
        _ => Ok(()),
    }
}

/// A variable's value, by its place or by its name.
fn value(parameters: &[Parameter], name: &str) -> Option<String> {
    let named = parameters
        .iter()
        .find(|parameter| matches!(parameter, Parameter::Text { name: Some(own), .. } if own == name));
    let placed = || parameters.get(name.parse::<usize>().ok()?.checked_sub(1)?);
    Some(named.or_else(placed)?.words()?.to_owned())
}

/// What is on a button of a template.
pub fn label(known: &[Known], template: &Template, index: u8) -> Option<String> {
    match find(known, template)?.info.buttons.get(usize::from(index))? {
        TemplateButtonInfo::QuickReply { text }
        | TemplateButtonInfo::Url { text, .. }
        | TemplateButtonInfo::Phone { text, .. }
        | TemplateButtonInfo::CopyCode { text }
        | TemplateButtonInfo::Form { text }
        | TemplateButtonInfo::Other { text, .. } => Some(text.clone()),
    }
}

/// What every account begins with.
fn seeds() -> Vec<TemplateInfo> {
    let quick = |text: &str| TemplateButtonInfo::QuickReply { text: text.to_owned() };
    let track = TemplateButtonInfo::Url {
        text: "Follow it".to_owned(),
        url: "https://shop.example/orders/{{1}}".to_owned(),
    };
    let order = "Hello {{1}}, your order {{2}} is on its way.";
    let samples = |values: &[&str]| {
        (1..).zip(values).map(|(at, value): (u32, &&str)| (at.to_string(), (*value).to_owned())).collect()
    };
    vec![
        TemplateInfo {
            footer: Some("Sample shop".to_owned()),
            ..seed(("hello_world", "en_US"), TemplateCategory::Utility, "Hello! Answer to talk to us.")
        },
        TemplateInfo {
            samples: samples(&["Ana", "1001"]),
            ..seed(("order_update", "en_US"), TemplateCategory::Utility, order)
        },
        TemplateInfo {
            samples: samples(&["Ana", "1001"]),
            ..seed(("order_update", "en"), TemplateCategory::Utility, order)
        },
        TemplateInfo {
            header: Some(TemplateHeader::Image),
            buttons: vec![track, quick("Talk to a person")],
            samples: samples(&["Tuesday"]),
            ..seed(("parcel_photo", "en_US"), TemplateCategory::Utility, "Your parcel comes on {{1}}.")
        },
        TemplateInfo {
            header: Some(TemplateHeader::Text { text: "Your visit on {{1}}".to_owned() }),
            buttons: vec![quick("I will come"), quick("Another day")],
            samples: samples(&["Ana", "10:30"]),
            ..seed(
                ("visit_reminder", "en_US"),
                TemplateCategory::Utility,
                "Dear {{1}}, we expect you at {{2}}.",
            )
        },
        TemplateInfo {
            status: TemplateStatus::Paused,
            quality: Some("RED".to_owned()),
            ..seed(("new_arrivals", "en_US"), TemplateCategory::Marketing, "New in our shop: {{1}}.")
        },
        TemplateInfo {
            status: TemplateStatus::Rejected,
            reason: Some("ABUSIVE_CONTENT".to_owned()),
            ..seed(("free_money", "en_US"), TemplateCategory::Marketing, "Free money for {{1}}!")
        },
    ]
}

fn seed((name, language): (&str, &str), category: TemplateCategory, body: &str) -> TemplateInfo {
    TemplateInfo {
        id: None,
        name: name.to_owned(),
        language: language.to_owned(),
        category: Some(category),
        status: TemplateStatus::Approved,
        reason: None,
        quality: Some("GREEN".to_owned()),
        header: None,
        body: body.to_owned(),
        footer: None,
        buttons: Vec::new(),
        samples: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<Known> {
        seeds().into_iter().map(|info| Known { id: info.name.clone(), info, raw: Value::Null }).collect()
    }

    fn template(name: &str, body: &[&str]) -> Template {
        let text = |text: &&str| Parameter::Text { text: (*text).to_owned(), name: None };
        Template {
            name: name.to_owned(),
            id: None,
            language: "en_US".to_owned(),
            text: String::new(),
            header: Vec::new(),
            body: body.iter().map(text).collect(),
            buttons: Vec::new(),
        }
    }

    #[test]
    fn a_template_is_filled_in_and_its_quick_replies_can_be_tapped() {
        let mut sent = template("visit_reminder", &["Ana", "10:30"]);
        sent.header = template("", &["Tuesday"]).body;
        assert_eq!(fit(&known(), &mut sent), Ok(()));
        assert_eq!(sent.text, "*Your visit on Tuesday*\nDear Ana, we expect you at 10:30.");
        assert_eq!(sent.buttons[1].value, ButtonValue::Payload("Another day".to_owned()));
        assert_eq!(label(&known(), &sent, 1).as_deref(), Some("Another day"));
    }

    #[test]
    fn a_template_that_is_not_there_not_whole_or_not_approved_does_not_go() {
        let fits = |name, body: &[&str]| fit(&known(), &mut template(name, body));
        assert_eq!(fits("nothing", &[]), Err(Unfit::Unknown));
        assert!(matches!(fits("order_update", &["Ana"]), Err(Unfit::Variables(_))));
        assert!(
            matches!(fits("parcel_photo", &["Tuesday"]), Err(Unfit::Variables(_))),
            "its picture is missing"
        );
        assert_eq!(fits("new_arrivals", &["hats"]), Err(Unfit::Status(TemplateStatus::Paused)));
        assert_eq!(fits("free_money", &["Ana"]), Err(Unfit::Status(TemplateStatus::Rejected)));
    }
}
