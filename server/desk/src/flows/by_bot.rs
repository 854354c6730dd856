//! What a bot does by itself, over the API: it writes, hands off, resolves and so on, in a conversation that it owns,
//! under the epoch that it saw. What only people do is not for it.

use contract::command::Command;
use contract::{Ack, Actor, Author, Body, BotId, MessageId, Owner, Refusal, Request};

use super::work::{Saying, Work};
use super::{
    Failed, Outcome, attach, bot_answer, hand_off, label, note, prioritise, react, refusal, repeats, reply,
};
use crate::bots::fit;
use crate::domain::Refused;
use crate::jobs::marks::Mark;
use crate::state::Desk;

/// Does what a bot asks, once for each key.
pub async fn act(desk: &Desk, bot: BotId, request: Request) -> Result<Ack, Refusal> {
    let key = request.id;
    let mut tries = 0;
    loop {
        match attempt(desk, bot, &request).await {
            Ok(ack) => return Ok(ack),
            Err(Failed::Store(error)) if tries < 3 && repeats(&error) => tries += 1,
            Err(failed) => return Err(refusal(desk, key, failed).await),
        }
    }
}

async fn attempt(desk: &Desk, bot: BotId, request: &Request) -> Outcome<Ack> {
    let mut work = Work::open(desk, request.conversation, Actor::Bot(bot)).await?;
    if let Some(ack) = work.tx.done_before(bot.0, request.id).await? {
        return Ok(ack);
    }
    work.client_id = Some(request.id);
    let message = carry_out(&mut work, bot, &request.command).await?;
    let mut ack = Ack { id: request.id, seq: work.conversation.seq, message };
    if !matches!(request.command, Command::Read { .. } | Command::Typing { .. }) {
        work.note_command(bot.0, &mut ack).await?;
    }
    work.commit(desk).await?;
    Ok(ack)
}

/// Every verb that a bot has, and what it does. Returns the message that it made.
async fn carry_out(work: &mut Work, bot: BotId, command: &Command) -> Outcome<Option<MessageId>> {
    if let Command::HandOff { epoch, packet } = command {
        // Asked again it is what it is, though the bot owns nothing any more.
        hand_off::by_bot(work, bot, *epoch, packet).await?;
        return Ok(None);
    }
    owns(work, bot)?;
    match command {
        Command::Reply { epoch, body, quoted, .. } => {
            work.conversation.seen(*epoch)?;
            return say(work, bot, body.clone(), *quoted).await.map(Some);
        }
        Command::Note { text } => {
            let text = note::tidy(text)?;
            return Ok(Some(work.note(Author::Bot(bot), &text)));
        }
        Command::Resolve { epoch } => {
            work.conversation.seen(*epoch)?;
            let change = work.conversation.resolve(work.now)?;
            work.moved(change).await?;
        }
        Command::Label { add, remove } => label::label(work, add, remove)?,
        Command::Prioritise { priority } => prioritise::prioritise(work, *priority),
        Command::React { epoch, message, emoji } => {
            react::react(work, Author::Bot(bot), *epoch, (*message, emoji)).await?;
        }
        Command::Typing { .. } if work.conversation.window_open(work.now) => {
            work.mark(Mark::Typing(work.conversation.id));
        }
        Command::Typing { .. } => {}
        Command::Read { .. } => work.mark(Mark::Read(work.conversation.id)),
        _ => return Err(Refused::Forbidden.into()),
    }
    Ok(None)
}

fn owns(work: &Work, bot: BotId) -> Outcome<()> {
    if work.conversation.owner == Owner::Bot(bot) {
        return Ok(());
    }
    let (owner, epoch) = (work.conversation.owner, work.conversation.epoch);
    Err(Refused::NotOwner { owner, epoch }.into())
}

/// Says something in a form that the channel carries. Gives the first message that it became.
async fn say(work: &mut Work, bot: BotId, body: Body, quoted: Option<MessageId>) -> Outcome<MessageId> {
    let author = Author::Bot(bot);
    let body = attach::attach(work, author, reply::tidy(body)?).await?;
    if let Some(quoted) = quoted {
        work.message(quoted).await?;
    }
    let (provider, reach) = (work.provider, work.reach);
    let fitted = fit::fit(body, &|body| bot_answer::carries(provider, reach, body));
    let mut first = None;
    for body in fitted.messages {
        let quoted = quoted.filter(|_| first.is_none());
        let said = work.say(Saying { author, body, quoted }).await?;
        first = first.or(Some(said));
    }
    if !fitted.offered.is_empty() {
        work.tx.offer(work.conversation.id, bot, &fitted.offered).await?;
    }
    let (conversation, epoch) = (work.conversation.id, work.conversation.epoch);
    work.tx.end_await(conversation, epoch).await?;
    Ok(first.ok_or_else(|| Refused::Invalid("There is nothing in it to say.".to_owned()))?)
}
