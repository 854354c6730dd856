use uuid::Uuid;

use super::*;

fn opened(bot: Option<BotId>) -> Conversation {
    let opening = Opening {
        id: ConversationId(Uuid::nil()),
        channel: ChannelId(Uuid::nil()),
        contact: ContactId(Uuid::nil()),
        address: AddressId(Uuid::nil()),
        bot,
        blocked: false,
    };
    Conversation::open(opening, Time(1_000))
}

const BOT: BotId = BotId(Uuid::from_u128(1));
const SARA: AgentId = AgentId(Uuid::from_u128(2));
const OMAR: AgentId = AgentId(Uuid::from_u128(3));

#[test]
fn a_conversation_begins_with_the_bot_and_waits_where_there_is_none() {
    assert_eq!(opened(Some(BOT)).stage, Stage::Bot);
    assert_eq!(opened(None).waiting_since, Some(Time(1_000)));
}

#[test]
fn taking_it_from_a_colleague_is_refused_with_who_has_it() {
    let mut conversation = opened(None);
    assert!(conversation.take(SARA, Time(2_000)).is_ok());
    let refused = conversation.take(OMAR, Time(3_000));
    assert_eq!(refused, Err(Refused::NotOwner { owner: Owner::Agent(SARA), epoch: 2 }));
    assert_eq!(conversation.epoch, 2);
}

#[test]
fn every_change_of_owner_raises_the_epoch_by_one() {
    let mut conversation = opened(Some(BOT));
    let mut epochs = vec![conversation.epoch];
    assert!(conversation.hand_off(Time(2_000)).is_ok());
    epochs.push(conversation.epoch);
    assert!(conversation.take(SARA, Time(3_000)).is_ok());
    epochs.push(conversation.epoch);
    assert!(conversation.return_to_bot(BOT, Time(4_000)).is_ok());
    epochs.push(conversation.epoch);
    assert_eq!(epochs, vec![1, 2, 3, 4]);
}

#[test]
fn a_snoozed_conversation_keeps_its_agent_and_its_epoch() {
    let mut conversation = opened(None);
    assert!(conversation.take(SARA, Time(2_000)).is_ok());
    assert!(conversation.snooze(Time(9_000), Time(3_000)).is_ok());
    assert_eq!((conversation.owner, conversation.epoch), (Owner::Agent(SARA), 2));
    assert!(conversation.wake("snooze_ended", Time(9_000)).is_some());
    assert_eq!((conversation.stage, conversation.snoozed_until), (Stage::Assigned, None));
}

#[test]
fn an_answer_on_the_phone_takes_it_from_the_bot() {
    let mut conversation = opened(Some(BOT));
    assert!(conversation.answered_on_phone(Time(2_000)).is_some());
    assert_eq!((conversation.stage, conversation.owner), (Stage::Snoozed, Owner::Nobody));
    assert_eq!(conversation.epoch, 2);
    assert!(conversation.wake("contact_wrote", Time(3_000)).is_some());
    assert_eq!(conversation.stage, Stage::Waiting);
}

#[test]
fn an_advertisement_makes_it_free_and_not_longer() {
    let mut conversation = opened(None);
    conversation.hear(Time(10_000));
    conversation.came_from_ad(Time(10_000));
    assert_eq!(conversation.window_until, Some(Time(10_000 + WINDOW_MS)));
    assert_eq!(conversation.free_until, Some(Time(10_000 + 3 * WINDOW_MS)));
    assert_eq!(conversation.wrote_at(), Some(Time(10_000)));
    assert!(!conversation.window_open(Time(10_000 + WINDOW_MS)));
}

#[test]
fn the_window_never_shrinks() {
    let mut conversation = opened(None);
    conversation.hear(Time(10_000));
    conversation.hear(Time(5_000));
    assert_eq!(conversation.window_until, Some(Time(10_000 + WINDOW_MS)));
}
