//! One turn: hears a burst of messages and says what the definition says to that.

use contract::bots::Decision;
use contract::handoff::ReasonCode;
use contract::{Body, Packet};

use super::definition::{Ask, Definition, Entry, HandOff, Say, Step, Text, When};
use super::memory::{Asking, Memory};
use super::packet::{Grounds, packet};
use super::phrase::{Gaps, shortened};
use super::{check, hours, words};
use crate::bots::{After, Answer, Opening, Turn};

/// Messages of one answer, at most. The bots' contract with the desk.
const MESSAGES: usize = 10;
/// Entries that one burst can reach, so that a long burst does not become a flood of answers.
const ENTRIES: usize = 3;
/// Characters of an answer without a pattern, at most.
const ANSWER: usize = 200;

/// Answers one turn, and says how it came to that.
pub fn answer(definition: &Definition, turn: &Turn) -> (Answer, Vec<Decision>) {
    let mut memory = Memory::read(&turn.memory);
    let mut decisions = Vec::new();
    let speaks = language(definition, turn, &memory);
    if let Some(code) = speaks.clone().filter(|_| speaks != memory.language) {
        decisions.push(Decision::Language { code });
    }
    memory.language = speaks;
    let code = memory.language.as_deref().unwrap_or(&definition.language);
    let spoken = definition.spoken_in(code);
    let mut talk = Talk::new(&spoken, turn, memory);
    talk.decisions = decisions;
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

/// The language that the customer was found to speak: by words that only its speakers use, by what was found before, or
/// by what is known of the customer. Absent: the flow's own.
fn language(definition: &Definition, turn: &Turn, memory: &Memory) -> Option<String> {
    let languages = &definition.languages;
    let said = turn.heard.iter().rev().filter_map(|heard| heard.body.words());
    let by_words = said
        .flat_map(|text| languages.iter().filter(|language| words::holds(text, &language.words)))
        .map(|language| language.code.clone())
        .next();
    let is_spoken = |code: &String| languages.iter().any(|language| language.code == *code);
    let known = turn.language.as_deref().and_then(|code| {
        let base = |code: &str| code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        languages.iter().find(|language| base(&language.code) == base(code)).map(|it| it.code.clone())
    });
    by_words.or_else(|| memory.language.clone().filter(is_spoken)).or(known)
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
    /// How it came to what it does.
    decisions: Vec<Decision>,
    /// Whether something was not understood.
    missed: bool,
    /// Whether somebody is there.
    open: bool,
}

impl<'a> Talk<'a> {
    fn new(definition: &'a Definition, turn: &'a Turn, mut memory: Memory) -> Talk<'a> {
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
            decisions: Vec::new(),
            missed: false,
            // By the customer's own clock, so that the same turn comes out the same when it is taken again.
            open: match (&definition.hours, turn.heard.last()) {
                (Some(hours), Some(last)) => hours::is_open(hours, last.at),
                _ => true,
            },
        }
    }

    fn into_answer(mut self) -> (Answer, Vec<Decision>) {
        self.said.truncate(MESSAGES);
        let memory = self.memory.write();
        let (handoff, after, missed) = (self.handoff, self.after, self.missed);
        let answer = Answer { messages: self.said, handoff, after, memory, missed, ..Answer::default() };
        (answer, self.decisions)
    }

    /// Hears one message and does what it asks for.
    fn hear(&mut self, body: &Body) -> Gist {
        match body {
            // Written by the provider, not by the customer.
            Body::System { .. } => Gist::Nothing,
            Body::ButtonReply { id, title } | Body::ListReply { id, title, .. } => {
                match self.definition.entries.iter().find(|entry| entry.id == *id) {
                    Some(entry) => {
                        self.decisions.push(Decision::Chosen { entry: entry.title.clone() });
                        self.reach(entry, None)
                    }
                    None => self.read(title),
                }
            }
            Body::Text { text } => self.read(text),
            other => match other.words().and_then(|text| words::found(self.definition, text)) {
                Some(found) => self.led(found, other.words()),
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
            self.fill(ask, value);
            self.run(entry, step + 1, None);
            return Gist::Understood;
        }
        if let Some(found) = words::found(self.definition, text) {
            return self.led(found, Some(text));
        }
        if words::holds(text, &self.definition.greeting.keywords) { Gist::Greeting } else { Gist::Unknown }
    }

    /// Words have led to an entry.
    fn led(&mut self, (entry, keyword): (&'a Entry, &'a str), text: Option<&str>) -> Gist {
        self.decisions.push(Decision::Keyword { entry: entry.title.clone(), keyword: keyword.to_owned() });
        self.reach(entry, text)
    }

    fn fill(&mut self, ask: &Ask, value: String) {
        self.decisions.push(Decision::Filled { slot: ask.slot.clone(), value: value.clone() });
        self.memory.slots.insert(ask.slot.clone(), value);
    }

    /// The question that waits for its answer, if the definition still has it: it may have been changed since, and the
    /// question have moved or gone.
    fn question(&self) -> Option<(&'a Entry, usize, &'a Ask)> {
        let asking = self.memory.asking.as_ref()?;
        let entry = self.definition.entries.iter().find(|entry| entry.id == asking.entry)?;
        let asks = |(at, step): (usize, &'a Step)| match step {
            Step::Ask(ask) if asking.slot.is_empty() && at == asking.step => Some((entry, at, ask)),
            Step::Ask(ask) if ask.slot == asking.slot => Some((entry, at, ask)),
            _ => None,
        };
        entry.steps.iter().enumerate().find_map(asks)
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
                Step::Say(Say { when: Some(when), .. }) if self.open != (*when == When::Open) => {
                    let step = i32::try_from(at + 1).unwrap_or(i32::MAX);
                    let (entry, open) = (entry.title.clone(), self.open);
                    self.decisions.push(Decision::Skipped { entry, step, open });
                }
                Step::Say(say) => {
                    self.say(say);
                    self.memory.has_tried(&entry.title);
                }
                Step::Ask(ask) => {
                    self.memory.has_tried(&entry.title);
                    let given = text.filter(|_| ask.pattern.is_some());
                    let Some(value) = given.and_then(|text| self.answer_to(ask, text)) else {
                        self.say_text(&ask.text);
                        let (entry, slot) = (entry.id.clone(), ask.slot.clone());
                        self.decisions.push(Decision::Asks { slot: slot.clone() });
                        self.memory.asking = Some(Asking { entry, step: at, slot });
                        return;
                    };
                    self.fill(ask, value);
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
        if misunderstood {
            self.missed = true;
            let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
            let (misses, patience) = (count(self.memory.misses), count(self.definition.patience.max(1)));
            self.decisions.push(Decision::NotUnderstood { misses, patience });
        }
        if first {
            self.decisions.insert(0, Decision::Greets);
        }
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
        let text = format!("{}\n\n{}", greeting.hello.own, greeting.ask.text.own);
        self.say(&Say { text: text.into(), ..greeting.ask.clone() });
    }

    /// Hello, before what has been said already.
    fn introduce(&mut self) {
        let hello = Say { text: self.definition.greeting.hello.clone(), ..Say::default() };
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
        self.decisions.push(Decision::GivesUp);
        let text = self.joining(None);
        self.pass_on(grounds, text);
    }

    /// What is said before a handoff: an entry's own words, else the flow's; those for when nobody is there, then.
    fn joining(&mut self, hand_off: Option<&'a HandOff>) -> &'a Text {
        let own = hand_off.and_then(|it| it.text.as_ref()).unwrap_or(&self.definition.joining);
        if self.open {
            return own;
        }
        self.decisions.push(Decision::Closed);
        let closed = hand_off.and_then(|it| it.closed_text.as_ref());
        let common =
            self.definition.joining_closed.as_ref().filter(|_| hand_off.is_none_or(|it| it.text.is_none()));
        closed.or(common).unwrap_or(own)
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
        let text = self.joining(Some(hand_off));
        self.pass_on(grounds, text);
    }

    fn pass_on(&mut self, grounds: Grounds, text: &Text) {
        self.say_text(text);
        self.handoff = Some(packet(self.definition, self.turn, &self.memory, grounds));
        self.memory.asking = None;
        self.memory.misses = 0;
    }

    fn say(&mut self, say: &Say) {
        let body = self.gaps().say(say);
        self.said.push(body);
    }

    fn say_text(&mut self, text: &Text) {
        self.say(&Say { text: text.clone(), ..Say::default() });
    }

    fn gaps(&self) -> Gaps<'_> {
        Gaps { name: self.turn.contact_name.as_deref(), slots: &self.memory.slots }
    }
}
