//! The whole way of a conversation, the same for every provider: from the customer's first word over the bot to a
//! person and back, with files both ways, until the customer's 24 hours are over and a template passes.

use std::time::Duration;

use contract::capability::Feature;
use contract::consent::ConsentScope;
use contract::message::{Media, MediaKind};
use contract::sandbox::PhoneAct;
use contract::{Author, Body, Command, DeliveryState, Owner, RefusalCode, Stage};
use futures::future::join_all;
use tests::shelf::filled;
use tests::until;

use super::line::Line;
use super::scene::{Scene, Where};

/// A small picture, as an agent sends one.
pub const PICTURE: &[u8] = include_bytes!("../../../server/desk/src/sandbox/files/photo.jpg");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_story_is_told_through_every_provider() {
    told(Where::Inside).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_story_is_told_by_a_desk_without_stand_ins() {
    told(Where::Apart).await;
}

async fn told(place: Where) {
    let scene = Scene::open(place).await;
    join_all(scene.lines().into_iter().map(story)).await;
    let ledger = tests::desk::ledger_of(&scene.database).await;
    assert!(ledger.balanced() && ledger.rejected == 0, "{ledger:?}");
}

async fn story(line: Line<'_>) {
    the_bot_answers_and_hands_over(&line).await;
    an_agent_takes_it_and_replies(&line).await;
    a_file_comes_in(&line).await;
    a_file_goes_out(&line).await;
    long_text_goes_in_parts(&line).await;
    after_a_day_a_template_passes(&line).await;
    webhooks_are_what_the_provider_proves(&line).await;
}

async fn the_bot_answers_and_hands_over(line: &Line<'_>) {
    line.writes("hi").await;
    let greeting = line.until_got(1).await;
    assert!(greeting[0].body.words().is_some_and(|words| !words.is_empty()), "{}: {greeting:?}", line.word);
    line.writes("I want to talk to a person").await;
    until(&format!("{}: it waits for somebody", line.word), || async {
        (line.card().await.stage == Stage::Waiting).then_some(())
    })
    .await;
    let id = line.conversation().await;
    let thread = line.scene.desk.store.thread(id).await.unwrap().unwrap();
    let handoff = thread.handoff.unwrap();
    assert_eq!(handoff.packet.reason_code, contract::ReasonCode::CustomerAsked, "{}", line.word);
    assert!(thread.messages.iter().any(|message| matches!(message.author, Author::Bot(_))), "{}", line.word);
}

async fn an_agent_takes_it_and_replies(line: &Line<'_>) {
    let epoch = line.card().await.epoch;
    line.command(Command::Take { epoch }).await.unwrap();
    assert_eq!(line.card().await.owner, Owner::Agent(line.scene.sara.id), "{}", line.word);
    let before = line.got().await;
    let reply = line.reply("Hello Ana! 😀 <b> & \"c\"").await;
    line.until_state(reply, line.arrived()).await;
    let shown = line.until_got(before + 1).await.pop().unwrap();
    assert_eq!(shown.body, Body::text("Hello Ana! 😀 <b> & \"c\""), "{}", line.word);
    line.act(PhoneAct::Look).await;
    match line.has(Feature::ReadReceipts) {
        true => drop(line.until_state(reply, DeliveryState::Read).await),
        false => assert_eq!(line.message(reply).await.state, Some(DeliveryState::Accepted), "{}", line.word),
    }
}

async fn a_file_comes_in(line: &Line<'_>) {
    let mark = line.scene.tap.mark();
    let count = line.until_wrote(2).await.len();
    let media = Media { file_name: Some("dog.png".to_owned()), ..Media::of(MediaKind::Image) };
    line.act(PhoneAct::Send { body: Body::Media(media), quoted: None }).await;
    let message = line.until_wrote(count + 1).await.pop().unwrap();
    let media = until(&format!("{}: the file is fetched", line.word), || async {
        match line.message(message.id).await.body {
            Body::Media(media) => Some(media).filter(|media| media.stored.is_some()),
            other => panic!("{}: no file: {other:?}", line.word),
        }
    })
    .await;
    assert_eq!(
        (media.kind, media.stored.unwrap().mime.as_str()),
        (MediaKind::Image, "image/png"),
        "{}",
        line.word
    );
    let url = format!("{}/files/{}", line.scene.tap.url, media.file.unwrap());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let file = http.get(url).header("cookie", &line.scene.seat.cookie).send().await.unwrap();
    let png = include_bytes!("../../../server/desk/src/sandbox/files/photo.png");
    assert_eq!(file.bytes().await.unwrap().as_ref(), png, "{}", line.word);
    let fetches = line.calls(mark).into_iter().filter(|call| call.answer == png);
    let keys: Vec<String> = fetches.map(|call| call.header("authorization").to_owned()).collect();
    assert_eq!(keys.len(), 1, "{}: {keys:?}", line.word);
    let key = keys[0].split(' ').next().unwrap();
    // Twilio's file lies behind an address that it leads on to, which wants no credentials.
    let led_on = line.calls(mark).into_iter().find(|call| call.status == Some(307));
    let first = led_on.map(|call| call.header("authorization").split(' ').next().unwrap().to_owned());
    assert_eq!(first.as_deref().unwrap_or(key), line.traits().file_key, "{}", line.word);
}

async fn a_file_goes_out(line: &Line<'_>) {
    let before = line.got().await;
    let file = line.upload("dog.jpg", PICTURE).await;
    let body = Body::Media(Media { file: file.file, ..Media::of(MediaKind::Image) });
    let sent = line.try_reply(body, None).await.unwrap();
    line.until_state(sent, line.arrived()).await;
    let shown = line.until_got(before + 1).await.pop().unwrap();
    let Body::Media(media) = shown.body else { panic!("{}: no file: {:?}", line.word, shown.body) };
    let held = line.scene.phones.file(&media.id.unwrap()).await;
    assert_eq!((media.kind, held.as_slice()), (MediaKind::Image, PICTURE), "{}", line.word);
}

async fn long_text_goes_in_parts(line: &Line<'_>) {
    let (most, unit) = line.traits().text;
    let before = line.got().await;
    let text = "word ".repeat(1_000);
    let sent = line.reply(&text).await;
    line.until_state(sent, line.arrived()).await;
    let parts = text.len().div_ceil(most);
    let got = line.until_got(before + parts).await;
    let words: Vec<String> =
        got[before..].iter().map(|message| message.body.words().unwrap().to_owned()).collect();
    assert_eq!(words.len(), parts, "{}: {words:?}", line.word);
    assert!(words.iter().all(|part| unit.count(part) <= most), "{}", line.word);
    assert_eq!(words.iter().map(|part| part.matches("word").count()).sum::<usize>(), 1_000, "{}", line.word);
}

/// A day passes, here and at the provider.
async fn a_day_passes(line: &Line<'_>) {
    let later = "window_until = window_until - interval '25 hours'";
    let sql = format!("update conversations set {later} where channel_id = '{}'", line.channel);
    line.scene.database.sql(&sql).await;
    let later = "wrote_at = wrote_at - interval '25 hours'";
    let sql = format!("update sandbox_threads set {later} where connection_id = '{}'", line.connection);
    line.scene.theirs.sql(&sql).await;
}

async fn after_a_day_a_template_passes(line: &Line<'_>) {
    a_day_passes(line).await;
    let (mark, before) = (line.scene.tap.mark(), line.got().await);
    let refusal = line.try_reply(Body::text("Are you there?"), None).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::WindowClosed, "{}", line.word);
    assert!(line.calls(mark).is_empty(), "{}", line.word);
    let template = Body::Template(filled("order_update", &["Ana", "1001"]));
    if line.has(Feature::TemplateList) {
        line.until_templates().await;
    } else {
        // Nobody tells what the template is for, so it counts as marketing, which wants an agreement.
        let refusal = line.try_reply(template.clone(), None).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::NoConsent, "{}", line.word);
        let message = line.until_wrote(1).await[0].id;
        let (scope, wording) = (ConsentScope::All, "News of my order".to_owned());
        line.command(Command::Agree { message, scope, wording }).await.unwrap();
    }
    let sent = line.try_reply(template, None).await;
    let sent = sent.unwrap_or_else(|refusal| panic!("{}: {}", line.word, refusal.message));
    line.until_state(sent, line.arrived()).await;
    let shown = line.until_got(before + 1).await.pop().unwrap();
    assert_eq!(shown.body.words(), Some("Hello Ana, your order 1001 is on its way."), "{}", line.word);
    line.writes("Thank you").await;
    until(&format!("{}: the window is open again", line.word), || async {
        line.card().await.window_until.filter(|until| until.0 > jiff::Timestamp::now().as_millisecond())
    })
    .await;
    let sent = line.reply("You are welcome").await;
    line.until_state(sent, line.arrived()).await;
}

/// Everything that came was proved as that provider proves, and what is not proved is not taken.
async fn webhooks_are_what_the_provider_proves(line: &Line<'_>) {
    let traits = line.traits();
    let all = line.webhooks(0).await;
    assert!(all.iter().all(|heard| heard.status == Some(200)), "{}", line.word);
    assert!(all.iter().all(|heard| heard.header("content-type") == traits.posts), "{}", line.word);
    assert!(all.iter().all(|heard| !heard.header(traits.proof).is_empty()), "{}", line.word);
    let genuine = all.last().unwrap();
    let mut bare = genuine.clone();
    bare.headers.remove(traits.proof);
    assert_eq!(line.scene.tap.again(&bare).await, 401, "{}: not proved", line.word);
    let mut changed = genuine.clone();
    changed.body.push(b' ');
    let code = line.scene.tap.again(&changed).await;
    assert_eq!(code, if traits.proves_bytes { 401 } else { 200 }, "{}: changed on its way", line.word);
    let query =
        "hub.mode=subscribe&hub.challenge=314&hub.verify_token=a%20verify_token%20for%20tests%20at%20meta";
    let url = format!("{}/webhooks/{}/{}?{query}", line.scene.tap.url, line.word, line.connection);
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
    let answer = http.get(url).send().await.unwrap();
    let said = (answer.status().as_u16(), answer.text().await.unwrap());
    assert_eq!(said == (200, "314".to_owned()), traits.handshake, "{}: {said:?}", line.word);
}
