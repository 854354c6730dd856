//! One turn: hears a burst of messages and says what the definition says to that.

use contract::handoff::ReasonCode;
use contract::{Body, Packet};

use super::definition::{Ask, Definition, Entry, HandOff, Say, Step};
use super::memory::{Asking, Memory};
use super::packet::{Grounds, packet};
use super::phrase::{Gaps, shortened};
use super::{check, words};
use crate::bots::{After, Answer, Opening, Turn};

/// Messages of one answer, at most. The bots' contract with the desk.
const MESSAGES: usize = 10;
/// Entries that one burst can reach, so that a long burst does not become a flood of answers.
const ENTRIES: usize = 3;
/// Characters of an answer without a pattern, at most.
const ANSWER: usize = 200;

/// Answers one turn.
pub fn answer(definition: &Definition, turn: &Turn) -> Answer {
    let mut talk = Talk::new(definition, turn);
    let mut gist = Gist::Nothing;
    for heard in &turn.heard {
        if talk.handoff.is_some() {
            break;
        }
        gist = gist.max(talk.hear(&heard.body));
    }
    talk.finish(gist);
    talk.into_answer()
}

/// What a message came to; of a burst, the best counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gist {
    /// Nobody said anything.
    Nothing,
    /// Words that lead nowhere.
    Unknown,
    /// Something that cannot be read.
    Unread,
    /// A greeting and no more.
    Greeting,
    /// It led to an entry or answered a question.
    Understood,
}

/// A turn under way.
struct Talk<'a> {
    definition: &'a Definition,
    turn: &'a Turn,
    memory: Memory,
    said: Vec<Body>,
    handoff: Option<Packet>,
    after: After,
    /// The entries of this turn: none answers twice.
    reached: Vec<&'a str>,
}

impl<'a> Talk<'a> {
    fn new(definition: &'a Definition, turn: &'a Turn) -> Talk<'a> {
        let mut memory = Memory::read(&turn.memory);
        let heard = u32::try_from(turn.heard.len()).unwrap_or(u32::MAX);
        memory.heard = memory.heard.saturating_add(heard);
        if turn.opening != Opening::Ongoing {
            // What went wrong before somebody else had the conversation is no concern of this beginning.
            memory.asking = None;
            memory.misses = 0;
        }
        if turn.opening == Opening::Returned {
            memory.greeted = true;
        }
        Talk {
            definition,
            turn,
            memory,
            said: Vec::new(),
            handoff: None,
            after: After::Stay,
            reached: Vec::new(),
        }
    }

    fn into_answer(mut self) -> Answer {
        self.said.truncate(MESSAGES);
        let memory = self.memory.write();
        Answer { messages: self.said, handoff: self.handoff, after: self.after, memory, ..Answer::default() }
    }

    /// Hears one message and does what it asks for.
    fn hear(&mut self, body: &Body) -> Gist {
        match body {
            // Written by the provider, not by the customer.
            Body::System { .. } => Gist::Nothing,
            Body::ButtonReply { id, title } | Body::ListReply { id, title, .. } => {
                match self.definition.entries.iter().find(|entry| entry.id == *id) {
                    Some(entry) => self.reach(entry, None),
                    None => self.read(title),
                }
            }
            Body::Text { text } => self.read(text),
            other => match other.words().and_then(|text| words::entry(self.definition, text)) {
                Some(entry) => self.reach(entry, other.words()),
                None => Gist::Unread,
            },
        }
    }

    /// Hears words.
    fn read(&mut self, text: &str) -> Gist {
        if let Some((entry, step, ask)) = self.question()
            && let Some(value) = self.answer_to(ask, text)
        {
            self.memory.asking = None;
            self.memory.slots.insert(ask.slot.clone(), value);
            self.run(entry, step + 1, None);
            return Gist::Understood;
        }
        if let Some(entry) = words::entry(self.definition, text) {
            return self.reach(entry, Some(text));
        }
        if words::holds(text, &self.definition.greeting.keywords) { Gist::Greeting } else { Gist::Unknown }
    }

    /// The question that waits for its answer, if the definition still has it.
    fn question(&self) -> Option<(&'a Entry, usize, &'a Ask)> {
        let asking = self.memory.asking.as_ref()?;
        let entry = self.definition.entries.iter().find(|entry| entry.id == asking.entry)?;
        match entry.steps.get(asking.step)? {
            Step::Ask(ask) => Some((entry, asking.step, ask)),
            _ => None,
        }
    }

    /// The answer to a question in what the customer wrote. Without a pattern anything is an answer but the
    /// wish for a person: that is always heard.
    fn answer_to(&self, ask: &Ask, text: &str) -> Option<String> {
        let answer = match &ask.pattern {
            Some(pattern) => check::find(pattern, text)?,
            None if words::entry(self.definition, text).is_some_and(Entry::is_way_out) => return None,
            None => text.to_owned(),
        };
        let answer = shortened(&answer, ANSWER);
        (!answer.is_empty()).then_some(answer)
    }

    /// Goes to an entry that the customer asked for; `text` may answer its first question beforehand.
    fn reach(&mut self, entry: &'a Entry, text: Option<&str>) -> Gist {
        let known = self.reached.contains(&entry.id.as_str());
        if !known && (self.reached.len() < ENTRIES || entry.is_way_out()) {
            self.reached.push(&entry.id);
            self.memory.asking = None;
            self.run(entry, 0, text);
        }
        Gist::Understood
    }

    /// Does the steps of an entry from one of them on, until one waits or ends it.
    fn run(&mut self, entry: &'a Entry, from: usize, text: Option<&str>) {
        self.after = After::Stay;
        for (at, step) in entry.steps.iter().enumerate().skip(from) {
            match step {
                Step::Say(say) => {
                    self.say(say);
                    self.memory.has_tried(&entry.title);
                }
                Step::Ask(ask) => {
                    self.memory.has_tried(&entry.title);
                    let given = text.filter(|_| ask.pattern.is_some());
                    let Some(value) = given.and_then(|text| self.answer_to(ask, text)) else {
                        self.say_text(&ask.text);
                        self.memory.asking = Some(Asking { entry: entry.id.clone(), step: at });
                        return;
                    };
                    self.memory.slots.insert(ask.slot.clone(), value);
                }
                Step::HandOff(hand_off) => return self.hand_off(entry, hand_off),
                Step::Resolve => {
                    self.after = After::Resolve;
                    return;
                }
            }
        }
    }

    /// Says who it is, where it has not yet, and what remains to be said after the whole burst.
    fn finish(&mut self, gist: Gist) {
        let first = !self.memory.greeted;
        self.memory.greeted = true;
        match gist {
            Gist::Understood | Gist::Greeting => self.memory.misses = 0,
            Gist::Unread => self.memory.misses = self.memory.misses.saturating_add(1),
            // Nobody can be misunderstood before the bot has said what it is for.
            Gist::Unknown if first || self.turn.opening == Opening::Returned => {}
            Gist::Unknown => self.memory.misses = self.memory.misses.saturating_add(1),
            Gist::Nothing => {}
        }
        let misunderstood = matches!(gist, Gist::Unknown | Gist::Unread);
        if misunderstood && self.memory.misses >= self.definition.patience.max(1) {
            self.give_up();
        } else {
            self.reply_to(gist, first);
        }
        if first && matches!(gist, Gist::Unread | Gist::Understood) {
            self.introduce();
        }
        if self.said.is_empty() && self.handoff.is_none() {
            self.say(&self.definition.greeting.ask);
        }
    }

    /// Says what is said to a burst that no entry has answered.
    fn reply_to(&mut self, gist: Gist, first: bool) {
        let definition = self.definition;
        match gist {
            Gist::Understood => {}
            Gist::Unread => self.say(&definition.not_read),
            Gist::Greeting | Gist::Unknown | Gist::Nothing if first => self.greet(),
            Gist::Greeting => self.say(&definition.greeting.ask),
            Gist::Unknown | Gist::Nothing if self.turn.opening == Opening::Returned => {
                self.say(&definition.returned);
            }
            Gist::Unknown => match self.question() {
                Some((_, _, ask)) => self.say_text(&ask.retry),
                None => self.say(&definition.not_understood),
            },
            Gist::Nothing => self.say(&definition.greeting.ask),
        }
    }

    /// Hello and what it can do, in one message.
    fn greet(&mut self) {
        let greeting = &self.definition.greeting;
        let text = format!("{}\n\n{}", greeting.hello, greeting.ask.text);
        self.say(&Say { text, ..greeting.ask.clone() });
    }

    /// Hello, before what has been said already.
    fn introduce(&mut self) {
        let hello = Say { text: self.definition.greeting.hello.clone(), choices: Vec::new(), menu: None };
        let hello = self.gaps().say(&hello);
        self.said.insert(0, hello);
    }

    /// It has not understood for too long.
    fn give_up(&mut self) {
        let grounds = Grounds {
            reason: ReasonCode::NotUnderstood,
            why: Some(format!("{} messages in a row were not understood.", self.memory.misses)),
            title: "The bot did not understand the customer".to_owned(),
            intent: self.memory.asking.as_ref().map(|asking| asking.entry.clone()),
            suggested_reply: None,
        };
        self.pass_on(grounds, &self.definition.joining);
    }

    fn hand_off(&mut self, entry: &Entry, hand_off: &'a HandOff) {
        let gaps = self.gaps();
        let grounds = Grounds {
            reason: hand_off.reason,
            why: hand_off.why.as_ref().map(|why| gaps.fill(why)),
            title: gaps.fill(hand_off.title.as_ref().unwrap_or(&entry.title)),
            intent: Some(entry.id.clone()),
            suggested_reply: hand_off.suggested_reply.as_ref().map(|reply| gaps.fill(reply)),
        };
        self.pass_on(grounds, hand_off.text.as_ref().unwrap_or(&self.definition.joining));
    }

    fn pass_on(&mut self, grounds: Grounds, text: &str) {
        self.say_text(text);
        self.handoff = Some(packet(self.definition, self.turn, &self.memory, grounds));
        self.memory.asking = None;
        self.memory.misses = 0;
    }

    fn say(&mut self, say: &Say) {
        let body = self.gaps().say(say);
        self.said.push(body);
    }

    fn say_text(&mut self, text: &str) {
        self.say(&Say { text: text.to_owned(), choices: Vec::new(), menu: None });
    }

    fn gaps(&self) -> Gaps<'_> {
        Gaps { name: self.turn.contact_name.as_deref(), slots: &self.memory.slots }
    }
}
