//! One provider's line: Ana's phone at its one end, Sara's inbox at the other.

use std::time::Duration;

use contract::capability::Feature;
use contract::command::Claim;
use contract::message::Media;
use contract::sandbox::{Faults, PhoneAct, PhoneMessage, PhoneView};
use contract::{
    Ack, Author, Body, Card, ChannelId, Command, ConnectionId, ConversationId, DeliveryState, Message,
    MessageId, Refusal,
};
use desk::channels::{Answer, Provider};
use desk::errands::{Ended, Errand, Next};
use reqwest::multipart::{Form, Part};
use tests::until;

use super::scene::Scene;
use super::tap::Heard;

pub const ANA: &str = "4917139200042";

#[derive(Clone, Copy)]
pub struct Line<'a> {
    pub scene: &'a Scene,
    pub word: &'static str,
    pub provider: &'static dyn Provider,
    pub connection: ConnectionId,
    pub channel: ChannelId,
    pub provider_channel: &'a str,
}

impl Line<'_> {
    /// Ana does something on her phone.
    pub async fn act(&self, act: PhoneAct) -> Option<String> {
        let done = self.scene.phones.act(ANA, self.provider_channel, &act).await;
        done.unwrap_or_else(|error| panic!("{}: {error}", self.word))
    }

    pub async fn writes(&self, text: &str) -> String {
        self.act(PhoneAct::Send { body: Body::text(text), quoted: None }).await.unwrap()
    }

    /// What Ana sees; she is not looking.
    pub async fn phone(&self) -> PhoneView {
        self.scene.phones.view(ANA, self.provider_channel).await
    }

    /// Waits until Ana has so many messages of the business, and says which.
    pub async fn until_got(&self, count: usize) -> Vec<PhoneMessage> {
        until(&format!("{}: Ana has {count} messages", self.word), || async {
            let messages = self.phone().await.messages;
            let got: Vec<PhoneMessage> = messages.into_iter().filter(|message| !message.mine).collect();
            (got.len() >= count).then_some(got)
        })
        .await
    }

    pub async fn got(&self) -> usize {
        self.phone().await.messages.iter().filter(|message| !message.mine).count()
    }

    /// Ana's message as her phone shows it.
    pub async fn shown(&self, id: &str) -> PhoneMessage {
        self.phone().await.messages.into_iter().find(|message| message.id == id).unwrap()
    }

    /// The conversation, once there is one.
    pub async fn conversation(&self) -> ConversationId {
        let sql = format!(
            "select conversation_id::text from addresses where channel_id = '{}' and conversation_id is not null",
            self.channel
        );
        until(&format!("{}: there is a conversation", self.word), || async {
            self.scene.database.words(&sql).await.first().map(|id| id.parse().unwrap())
        })
        .await
    }

    pub async fn card(&self) -> Card {
        self.scene.desk.store.card(self.conversation().await).await.unwrap().unwrap()
    }

    pub async fn thread(&self) -> Vec<Message> {
        self.scene.desk.store.thread(self.conversation().await).await.unwrap().unwrap().messages
    }

    /// Waits until so many messages of Ana's are in the thread, and says which.
    pub async fn until_wrote(&self, count: usize) -> Vec<Message> {
        until(&format!("{}: {count} messages of Ana's have come", self.word), || async {
            let thread = self.thread().await;
            let hers = thread.into_iter().filter(|message| message.author == Author::Contact);
            let hers: Vec<Message> = hers.collect();
            (hers.len() >= count).then_some(hers)
        })
        .await
    }

    /// Waits until a text of Ana's is in the thread.
    pub async fn until_words(&self, words: &str) -> MessageId {
        until(&format!("{}: {words:?} has come", self.word), || async {
            let thread = self.thread().await;
            thread.into_iter().find(|message| message.body == Body::text(words)).map(|message| message.id)
        })
        .await
    }

    /// Sara does something.
    pub async fn command(&self, command: Command) -> Result<Ack, Refusal> {
        let conversation = self.conversation().await;
        self.scene.seat.command(conversation, command).await
    }

    pub async fn try_reply(&self, body: Body, quoted: Option<MessageId>) -> Result<MessageId, Refusal> {
        let epoch = self.card().await.epoch;
        let ack = self.command(Command::Reply { epoch, body, quoted, claim: Claim::TakeOver }).await?;
        Ok(ack.message.unwrap())
    }

    pub async fn reply(&self, text: &str) -> MessageId {
        let sent = self.try_reply(Body::text(text), None).await;
        sent.unwrap_or_else(|refusal| panic!("{}: {}", self.word, refusal.message))
    }

    /// Waits until Ana sees that somebody is typing; a moment where her provider cannot show it.
    pub async fn until_typing(&self) {
        if !self.has(Feature::Typing) {
            return tokio::time::sleep(Duration::from_millis(300)).await;
        }
        until(&format!("{}: typing is shown", self.word), || async {
            self.phone().await.typing.then_some(())
        })
        .await;
    }

    /// Waits until the desk has read the provider's templates.
    pub async fn until_templates(&self) {
        let listed = format!(
            "select count(*) from templates where connection_id = '{}' and name = 'order_update'
                and language = 'en_US' and status = 'approved'",
            self.connection
        );
        until(&format!("{}: its templates are read", self.word), || async {
            (self.scene.database.number(&listed).await == 1).then_some(())
        })
        .await;
    }

    /// Ana writes, and Sara has it: the bot has said its last word.
    pub async fn begin(&self) -> String {
        let id = self.writes("I want to talk to a person").await;
        self.until_wrote(1).await;
        until(&format!("{}: the bot has said its last word", self.word), || async {
            let thread = self.thread().await;
            let mut words = thread.iter().filter(|message| matches!(message.author, Author::Bot(_)));
            words.next_back().filter(|last| last.state == Some(self.arrived())).map(|_| ())
        })
        .await;
        until(&format!("{}: it waits for somebody", self.word), || async {
            (self.card().await.stage == contract::Stage::Waiting).then_some(())
        })
        .await;
        let epoch = self.card().await.epoch;
        self.command(Command::Take { epoch }).await.unwrap();
        id
    }

    pub async fn message(&self, id: MessageId) -> Message {
        self.scene.desk.store.messages(&[id]).await.unwrap().remove(&id.0).unwrap()
    }

    pub async fn until_state(&self, id: MessageId, state: DeliveryState) -> Message {
        until(&format!("{}: the message is {state:?}", self.word), || async {
            Some(self.message(id).await).filter(|message| message.state == Some(state))
        })
        .await
    }

    /// Uploads a file as the composer does.
    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Media {
        let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let url = format!("{}/files?conversation={}", self.scene.tap.url, self.conversation().await);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request =
            http.post(url).header("sec-fetch-site", "same-origin").header("cookie", &self.scene.seat.cookie);
        let answer = request.multipart(Form::new().part("file", part)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{} {name}", self.word);
        answer.json().await.unwrap()
    }

    /// Makes calls to the provider that belong to no delivery.
    pub async fn errand(&self, next: Next<'_>) -> Result<Answer, Ended> {
        let desk = &self.scene.desk;
        let connection = desk.connections.get(desk, self.connection).await.unwrap().unwrap();
        let channel = self.provider_channel;
        Errand { connection: &connection, provider: self.provider, channel }.run(desk, next).await
    }

    /// The calls to the provider since a mark.
    pub fn calls(&self, mark: usize) -> Vec<Heard> {
        self.scene.tap.since(mark, &format!("/sandbox/{}/", self.word))
    }

    /// The provider's webhooks since a mark, once all of them are answered.
    pub async fn webhooks(&self, mark: usize) -> Vec<Heard> {
        until(&format!("{}: its webhooks are answered", self.word), || async {
            let all = self.scene.tap.since(mark, &format!("/webhooks/{}/", self.word));
            all.iter().all(|heard| heard.took.is_some()).then_some(all)
        })
        .await
    }

    /// What goes wrong on purpose from now on.
    pub async fn faults(&self, faults: Faults) {
        self.scene.phones.set_faults(&faults).await;
    }
}
