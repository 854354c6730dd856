//! What is still going on: with the bot, waiting, with an agent, put aside.

use contract::Priority;

use super::Act::*;
use super::{Story, story};

/// The stories.
pub fn stories() -> Vec<Story> {
    let mut stories = snoozed();
    stories.extend(answered());
    stories.extend(answered_twice());
    stories.extend(answered_lately());
    stories.extend(waiting());
    stories.extend(with_bot());
    stories
}

fn with_bot() -> Vec<Story> {
    vec![
        story("Ines Carvalho", 34, vec![Writes("Hi! Do you ship to Portugal?")]),
        story("Jonas Weber", 27, vec![Writes("hello"), After(1), Taps("hours", "Opening hours")]),
        story("Priya Nair", 19, vec![Writes("hey"), After(1), Taps("track", "Track my order")]),
        story("Luca Moretti", 14, vec![Writes("what is your return policy?")]),
        story("Hanna Virtanen", 11, vec![Writes("Hello"), After(2), Writes("do you have gift cards")]),
        story("Sam Okafor", 8, vec![Writes("Good evening"), After(1), Writes("how much is shipping")]),
        story("Mei Tanaka", 5, vec![Writes("Hi there")]),
        story("Oskar Nowak", 3, vec![Writes("are you open on saturday?"), After(1), Writes("great")]),
    ]
}

fn waiting() -> Vec<Story> {
    let order = |number: &'static str| vec![Writes("Where is my order?"), After(1), Writes(number)];
    vec![
        story(
            "Clara Jansen",
            74,
            vec![
                Writes("Hello, my parcel came open and the lamp is broken"),
                After(1),
                Writes("I want to talk to a person please"),
                After(9),
                Writes("Is anybody there? I have pictures of it"),
            ],
        ),
        story("David Cohen", 58, order("A-10482")),
        story(
            "Fatima Zahra",
            41,
            vec![
                Writes("I was charged twice for the same order"),
                After(1),
                Writes("I see two payments of 64.90 on my card"),
                After(1),
                Writes("please, I need the second one back"),
                After(1),
                Taps("person", "Talk to a person"),
            ],
        ),
        story("Ben Schuster", 33, order("B-20177")),
        story(
            "Yuki Mori",
            26,
            vec![
                Writes("hi"),
                After(1),
                Writes("kann ich auch auf Rechnung zahlen?"),
                After(1),
                Writes("Zahlung auf Rechnung?"),
            ],
        ),
        story(
            "Amara Diallo",
            17,
            vec![Writes("agent"), After(4), Writes("It is about order A-11093, wrong colour")],
        ),
        story("Piotr Zielinski", 12, vec![Writes("My order has not arrived. Number is A-10951")]),
        story(
            "Nora Lindqvist",
            6,
            vec![
                Writes("Can I change the address of an order?"),
                After(1),
                Writes("A-11120"),
                After(1),
                Writes("It must go to my office instead"),
            ],
        ),
        story("Carlos Mendes", 2, vec![Writes("I would like to speak to a person about a wholesale order")]),
    ]
}

fn answered() -> Vec<Story> {
    vec![
        story(
            "Elif Yilmaz",
            190,
            vec![
                Writes("Where is my order A-10333?"),
                After(6),
                Replies(2, "Hello Elif, thank you for waiting. I am looking up A-10333."),
                After(5),
                Replies(2, "It left our warehouse yesterday and should be with you tomorrow."),
                After(12),
                Writes("Tomorrow I am not at home. Can it go to a neighbour?"),
                Labels(&["delivery"]),
            ],
        ),
        story(
            "Tomasz Krol",
            160,
            vec![
                Writes("complaint"),
                After(1),
                Writes("The jacket lost its colour after one wash"),
                After(8),
                Replies(
                    1,
                    "I am sorry about that, Tomasz. Could you send me a picture of the jacket and of the label?",
                ),
                Priority(Priority::High),
                Labels(&["complaint", "clothing"]),
                After(35),
                Writes("Yes, tonight when I am home"),
            ],
        ),
    ]
}

fn answered_twice() -> Vec<Story> {
    vec![
        story(
            "Grace Kim",
            130,
            vec![
                Writes("refund"),
                After(1),
                Taps("person", "Talk to a person"),
                After(3),
                Replies(2, "Hello Grace, what can I do for you?"),
                After(2),
                Writes("I sent the shoes back two weeks ago and have no money yet. Order A-09871"),
                Notes(2, "Return arrived on the 9th, the refund was never started. Asked accounting."),
                Labels(&["refund"]),
                Passes(1),
                After(20),
                Replies(
                    1,
                    "Hello Grace, I have started your refund of 89.00 now. It takes up to three working days.",
                ),
            ],
        ),
        story(
            "Arjun Patel",
            95,
            vec![
                Writes("Do you have the desk in walnut?"),
                After(1),
                Writes("The one on the first page"),
                After(1),
                Writes("walnut"),
                After(4),
                Replies(2, "Hello Arjun, walnut comes back in about two weeks. Shall I reserve one for you?"),
                After(3),
                Writes("Yes please!"),
            ],
        ),
    ]
}

fn answered_lately() -> Vec<Story> {
    vec![
        story(
            "Lena Hoffmann",
            70,
            vec![
                Writes("human please"),
                After(5),
                Replies(1, "Hello Lena, I am Omar. How can I help?"),
                After(1),
                Writes("The discount code SPRING does not work"),
                After(2),
                Replies(1, "It ended on Sunday, but I can still apply it for you. What is in your basket?"),
            ],
        ),
        story(
            "Noah Brandt",
            48,
            vec![
                Writes("Track my order"),
                After(1),
                Writes("A-11004"),
                After(6),
                Takes(0),
                Notes(0, "The carrier has lost it. Sending it once more today."),
                Labels(&["delivery", "lost"]),
                Priority(Priority::Urgent),
            ],
        ),
        story(
            "Aisha Rahman",
            36,
            vec![
                Writes("operator"),
                After(2),
                Replies(2, "Hello Aisha, how can I help you?"),
                After(1),
                Writes("I need an invoice with my company's name for A-10777"),
            ],
        ),
        story(
            "Marta Kowalska",
            22,
            vec![
                Writes("exchange"),
                After(1),
                Writes("I need the boots one size larger, talk to someone please"),
                After(3),
                Replies(
                    1,
                    "Of course, Marta. Size 39 is in stock: shall I send it as soon as yours is on its way back?",
                ),
                After(2),
                Writes("Perfect, thank you"),
            ],
        ),
    ]
}

fn snoozed() -> Vec<Story> {
    vec![
        story(
            "Viktor Dahl",
            1500,
            vec![
                Writes("Where is my order? A-09990"),
                After(10),
                Replies(
                    2,
                    "Hello Viktor, it is held at customs. I ask again tomorrow and write to you then.",
                ),
                Labels(&["customs"]),
                After(4),
                Snoozes(16),
            ],
        ),
        story(
            "Rosa Delgado",
            980,
            vec![
                Writes("agent"),
                After(3),
                Replies(1, "Hello Rosa, what can I do for you?"),
                After(2),
                Writes("When do you have the blue vase again?"),
                After(5),
                Replies(1, "On Monday, says our supplier. I will tell you when it is here."),
                Snoozes(60),
            ],
        ),
        story(
            "Peter Novak",
            420,
            vec![
                Writes("talk to a person"),
                After(8),
                Replies(2, "Hello Peter! How can I help?"),
                After(1),
                Writes("I will send you the serial number this evening, I am at work"),
                After(1),
                Replies(2, "That is fine, I will be here."),
                Snoozes(5),
            ],
        ),
        story(
            "Zoe Martin",
            300,
            vec![
                Writes("Is my parcel on its way? A-11050"),
                After(7),
                Takes(1),
                Notes(1, "Leaves the warehouse this afternoon: look again then."),
                Snoozes(3),
            ],
        ),
    ]
}
