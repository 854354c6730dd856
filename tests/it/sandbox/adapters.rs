//! The desk's own adapters against the stand-ins, over HTTP and back: every provider that is in the registry. What
//! the one says the other understands.

use contract::Body;
use contract::message::{Choice, Location, MediaKind, Parameter, Section, Template};
use contract::sandbox::{Faults, PhoneAct};
use contract::template::{TemplateInfo, TemplateStatus};
use desk::channels::{
    self, Arrived, Class, Effect, Hook, Inbound, Item, Outcome, Outgoing, Provider, Recipient, Status, What,
};
use desk::errands::{Ended, Errand, Next};
use desk::store::channels::Connection;
use jiff::Timestamp;

use super::dialects::{DIALECTS, Dialect};
use super::exchange::{Exchange, Heard};
use super::stand_ins::file;

/// A provider that both sides know.
struct Both<'a> {
    exchange: &'a Exchange,
    dialect: &'a Dialect,
    provider: &'static dyn Provider,
    connection: Connection,
}

impl Both<'_> {
    /// Every one of them.
    async fn all(exchange: &Exchange) -> Vec<Both<'_>> {
        let mut all = Vec::new();
        for number in exchange.desk.store.sandbox_numbers().await.unwrap() {
            let dialect = DIALECTS.iter().find(|dialect| dialect.provider == number.provider).unwrap();
            let connection = exchange.desk.store.connection(&exchange.desk.seal, number.connection).await;
            let connection = connection.unwrap().unwrap();
            if let Some(provider) = channels::provider(dialect.provider) {
                all.push(Both { exchange, dialect, provider, connection });
            }
        }
        assert_eq!(all.len(), DIALECTS.len(), "a provider without an adapter");
        all
    }

    async fn run(&self, next: Next<'_>) -> Result<channels::Answer, Ended> {
        let channel = self.dialect.channel;
        let errand = Errand { connection: &self.connection, provider: self.provider, channel };
        errand.run(&self.exchange.desk, next).await
    }

    /// What a webhook says; it must be genuine and all of it understood.
    fn items(&self, heard: &Heard) -> Vec<Item> {
        let hook = Hook { url: &heard.url, headers: &heard.headers, body: &heard.body, at: Timestamp::now() };
        assert!(self.provider.genuine(&hook, &self.connection.account), "{}", self.dialect.provider);
        let (path, query) = heard.url.split_once('?').unwrap_or((&heard.url, ""));
        let tail = path.splitn(7, '/').nth(6).unwrap_or("");
        let content_type = Some(heard.header("content-type"));
        let arrived = Arrived { content_type, tail, query, body: &heard.body, at: Timestamp::now() };
        let items = self.provider.parse(&arrived).unwrap();
        for item in &items {
            if let Item::Rejected { reason, .. } | Item::Ignored { reason, .. } = item {
                panic!("{}: {reason}: {}", self.dialect.provider, String::from_utf8_lossy(&heard.body));
            }
        }
        items
    }

    /// The messages of customers so far, once there are so many.
    async fn inbound(&self, count: usize) -> Vec<Inbound> {
        let first = |heard: &Heard| {
            let message = |item| match item {
                Item::Message(inbound) => Some(*inbound),
                _ => None,
            };
            self.items(heard).into_iter().find_map(message)
        };
        self.exchange.until(self.dialect, count, first).await
    }

    /// The statuses of a message so far, once there are so many.
    async fn statuses(&self, id: &str, count: usize) -> Vec<Status> {
        let of = |heard: &Heard| {
            let status = |item| match item {
                Item::Status(status) if status.id == id => Some(*status),
                _ => None,
            };
            self.items(heard).into_iter().find_map(status)
        };
        self.exchange.until(self.dialect, count, of).await
    }

    /// Ana writes, and is known from then on.
    async fn ana(&self) -> Recipient {
        self.exchange.write(self.dialect, "Hello").await;
        let contact = self.inbound(1).await.remove(0).contact;
        Recipient { phone: contact.phone, user_id: contact.user_id, external_id: contact.external_id }
    }

    async fn send(&self, to: &Recipient, what: What) -> Outcome {
        let opaque = Some(format!("delivery-{}", uuid::Uuid::new_v4()));
        let outgoing = Outgoing { to: to.clone(), what, opaque };
        match self.run(&|via| self.provider.call(via, &outgoing)).await {
            Ok(answer) => self.provider.outcome(&answer),
            Err(ended) => panic!("{}: {ended}", self.dialect.provider),
        }
    }
}

fn message(body: Body) -> What {
    What::Message { body, quoted: None }
}

fn choices() -> (Body, Body) {
    let choice = |id: &str| Choice { id: id.to_owned(), title: format!("Choice {id}"), description: None };
    let buttons =
        Body::Buttons { text: "Which?".to_owned(), header: None, footer: None, buttons: vec![choice("a")] };
    let sections = vec![Section { title: Some("Rows".to_owned()), rows: vec![choice("b"), choice("c")] }];
    let button = "Menu".to_owned();
    let list = Body::List { text: "Which?".to_owned(), header: None, footer: None, button, sections };
    (buttons, list)
}

#[tokio::test]
async fn credentials_are_checked_and_templates_listed_and_sent() {
    let exchange = Exchange::open().await;
    for both in Both::all(&exchange).await {
        let name = both.dialect.provider;
        let answer = both.run(&|via| both.provider.check(via)).await.unwrap();
        both.provider.checked(&answer).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        let mut known: Vec<TemplateInfo> = Vec::new();
        if let Some(templates) = both.provider.templates() {
            let mut page = None;
            loop {
                let answer = both.run(&|via| templates.list(via, page.as_deref())).await.unwrap();
                let listed = templates.listed(&answer).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
                known.extend(listed.templates);
                page = listed.next;
                if page.is_none() {
                    break;
                }
            }
            for status in [TemplateStatus::Approved, TemplateStatus::Paused, TemplateStatus::Rejected] {
                assert!(known.iter().any(|info| info.status == status), "{name}: {status:?}");
            }
        }
        let ana = both.ana().await;
        let id = known.iter().find(|info| info.name == "order_update" && info.language == "en_US");
        let text = |text: &str| Parameter::Text { text: text.to_owned(), name: None };
        let template = Template {
            name: "order_update".to_owned(),
            id: id.and_then(|info| info.id.clone()),
            language: "en_US".to_owned(),
            text: String::new(),
            header: Vec::new(),
            body: vec![text("Ana"), text("1001")],
            buttons: Vec::new(),
        };
        exchange.faults(Faults { expire_window: true, ..Faults::default() }).await;
        match both.send(&ana, message(Body::Template(template))).await {
            Outcome::Accepted { .. } => {}
            other => panic!("{name}: {other:?}"),
        }
        let view = exchange.view(both.dialect).await;
        let sent = view.messages[1].body.words();
        assert_eq!(sent, Some("Hello Ana, your order 1001 is on its way."), "{name}");
        exchange.faults(Faults::default()).await;
    }
}

#[tokio::test]
async fn everything_that_can_be_sent_arrives_and_what_is_tapped_comes_back() {
    let exchange = Exchange::open().await;
    for both in Both::all(&exchange).await {
        let name = both.dialect.provider;
        let ana = both.ana().await;
        let place = Location {
            latitude: 1.5,
            longitude: 2.5,
            name: Some("Shop".to_owned()),
            address: None,
            url: None,
        };
        let (buttons, list) = choices();
        let link = Body::LinkButton {
            text: "Look".to_owned(),
            header: None,
            footer: None,
            label: "Open".to_owned(),
            url: "https://shop.example/".to_owned(),
        };
        let mut expected = 1;
        for body in [Body::text("Hi {{name}} 😀"), buttons, list, link, Body::Location(place)] {
            assert_eq!(both.provider.carries(&body), Ok(()), "{name}");
            let kind = body.kind();
            match both.send(&ana, message(body)).await {
                Outcome::Accepted { id, .. } if !both.dialect.words.is_empty() => {
                    let statuses = both.statuses(&id, 2).await;
                    assert!(
                        statuses.iter().all(|status| status.fault.is_none()),
                        "{name} {kind}: {statuses:?}"
                    );
                }
                Outcome::Accepted { .. } => {}
                other => panic!("{name} {kind}: {other:?}"),
            }
            expected += 1;
            let view = exchange.view(both.dialect).await;
            assert_eq!(view.messages.len(), expected, "{name} {kind}");
        }
        let view = exchange.view(both.dialect).await;
        assert_eq!(view.messages[1].body, Body::text("Hi {{name}} 😀"), "{name}");
        let tapped = taps(&both).await;
        if both.provider.capabilities().offers(contract::capability::Feature::Typing) {
            let typing = What::Typing { message: tapped[0].id.clone() };
            let outgoing = Outgoing { to: ana, what: typing, opaque: None };
            let answer = both.run(&|via| both.provider.call(via, &outgoing)).await.unwrap();
            assert!((200..300).contains(&answer.status), "{name}: typing");
            assert!(exchange.view(both.dialect).await.typing, "{name}");
        }
    }
}

/// Taps everything that can be tapped: what came in, Ana's first word before the taps.
async fn taps(both: &Both<'_>) -> Vec<Inbound> {
    let name = both.dialect.provider;
    let mut taps = 1;
    for sent in &both.exchange.view(both.dialect).await.messages {
        let choice = match &sent.body {
            Body::Buttons { buttons, .. } => buttons[0].id.clone(),
            Body::List { sections, .. } => sections[0].rows[1].id.clone(),
            _ => continue,
        };
        both.exchange.act(both.dialect, PhoneAct::Choose { message: sent.id.clone(), choice }).await;
        taps += 1;
    }
    let tapped = both.inbound(taps).await;
    for inbound in &tapped[1..] {
        let Effect::Message(body) = &inbound.effect else { panic!("{name}: no message") };
        let by_words = name == "braze";
        let kind = body.kind();
        assert!(by_words || ["button_reply", "list_reply"].contains(&kind), "{name}: {kind}");
    }
    tapped
}

#[tokio::test]
async fn everything_that_a_customer_sends_is_read_and_its_files_are_fetched() {
    let exchange = Exchange::open().await;
    for both in Both::all(&exchange).await {
        let name = both.dialect.provider;
        both.ana().await;
        let files = [
            (MediaKind::Image, "a.png"),
            (MediaKind::Voice, "b.ogg"),
            (MediaKind::Document, "c.pdf"),
            (MediaKind::Video, "d.mp4"),
        ];
        for (count, (kind, file_name)) in (2..).zip(files) {
            exchange.act(both.dialect, PhoneAct::Send { body: file(kind, file_name), quoted: None }).await;
            let inbound = both.inbound(count).await.pop().unwrap();
            let Effect::Message(Body::Media(media)) = inbound.effect else { panic!("{name}: no file") };
            let answer = both.run(&|via| both.provider.fetch(via, &media)).await;
            let answer = answer.unwrap_or_else(|ended| panic!("{name} {file_name}: {ended}"));
            // Twilio leads on to another address.
            assert!([200, 307].contains(&answer.status), "{name} {file_name}: {}", answer.status);
        }
        let place = Location { latitude: 1.5, longitude: 2.5, name: None, address: None, url: None };
        exchange.act(both.dialect, PhoneAct::Send { body: Body::Location(place), quoted: None }).await;
        if name != "braze" {
            let inbound = both.inbound(6).await.pop().unwrap();
            assert!(matches!(inbound.effect, Effect::Message(Body::Location(_))), "{name}");
        }
        if let Some(backlog) = both.provider.backlog() {
            let since = Timestamp::now() - jiff::SignedDuration::from_secs(60);
            let answer = both.run(&|via| backlog.list(via, since, None)).await.unwrap();
            let missed = backlog.listed(&answer, Timestamp::now()).unwrap();
            assert!(missed.items.len() >= 6, "{name}: {:?}", missed.items);
        }
    }
}

#[tokio::test]
async fn what_goes_wrong_on_purpose_is_understood_for_what_it_is() {
    let exchange = Exchange::open().await;
    for both in Both::all(&exchange).await {
        let name = both.dialect.provider;
        let ana = both.ana().await;
        exchange.faults(Faults { throttle: 1, ..Faults::default() }).await;
        match both.send(&ana, message(Body::text("1"))).await {
            Outcome::Refused(fault) => assert_eq!(fault.class, Class::Throttle, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
        exchange.faults(Faults { expire_window: true, ..Faults::default() }).await;
        let Outcome::Accepted { id, .. } = both.send(&ana, message(Body::text("2"))).await else {
            panic!("{name}: it was not taken")
        };
        if !both.dialect.words.is_empty() {
            let fault = both.statuses(&id, 1).await.remove(0).fault.unwrap();
            assert_eq!(fault.class, Class::Window, "{name}: {fault:?}");
        }
        exchange.faults(Faults { drop_answers: 1, ..Faults::default() }).await;
        let outgoing = Outgoing { to: ana, what: message(Body::text("3")), opaque: None };
        let dropped = both.run(&|via| both.provider.call(via, &outgoing)).await;
        let unknown = matches!(dropped, Err(Ended::Call(desk::channels::client::CallError::Unknown(_))));
        assert!(unknown, "{name}: {dropped:?}");
        exchange.faults(Faults::default()).await;
    }
}
