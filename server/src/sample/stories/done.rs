//! What is resolved: by the bot alone, or by people.

use super::Act::*;
use super::{Story, story};

const DAY: i64 = 24 * 60;

/// The stories.
pub fn stories() -> Vec<Story> {
    let mut stories = by_people();
    stories.extend(by_people_later());
    stories.extend(by_people_lately());
    stories.extend(by_bot());
    stories
}

fn by_people() -> Vec<Story> {
    vec![
        story(
            "Helena Costa",
            9 * DAY,
            vec![
                Writes("Where is my order A-08812?"),
                After(12),
                Replies(2, "Hello Helena, it was delivered to your neighbour at number 14 this morning."),
                After(3),
                Writes("Found it, thank you so much!"),
                After(1),
                Replies(2, "Wonderful, enjoy it!"),
                Labels(&["delivery"]),
                Resolves,
            ],
        ),
        story(
            "Ali Hassan",
            8 * DAY,
            vec![
                Writes("I want to complain"),
                After(1),
                Taps("person", "Talk to a person"),
                After(5),
                Replies(1, "Hello Ali, I am sorry to hear that. What happened?"),
                After(2),
                Writes("The chair wobbles"),
                After(3),
                Replies(1, "One foot can be screwed out by a few millimetres. Does that help?"),
                After(15),
                Writes("It does! Now it stands well"),
                Labels(&["furniture"]),
                Resolves,
            ],
        ),
    ]
}

fn by_people_later() -> Vec<Story> {
    vec![
        story(
            "Sofia Rossi",
            7 * DAY,
            vec![
                Writes("Can somebody help me with a gift card"),
                After(4),
                Replies(2, "Hello Sofia, of course. For which amount?"),
                After(2),
                Writes("50, and it should be there by Friday"),
                After(2),
                Replies(2, "You can have it by mail within the hour. I have sent you the link."),
                Resolves,
            ],
        ),
        story(
            "Jan de Vries",
            6 * DAY,
            vec![
                Writes("my order is late, A-09120"),
                After(30),
                Replies(
                    1,
                    "Hello Jan, I am sorry: the carrier had a delay. It arrives tomorrow before noon.",
                ),
                After(2),
                Writes("ok thanks"),
                Labels(&["delivery"]),
                Resolves,
            ],
        ),
    ]
}

fn by_people_lately() -> Vec<Story> {
    vec![
        story(
            "Chloe Bernard",
            5 * DAY,
            vec![
                Writes("human"),
                After(3),
                Replies(2, "Hello Chloe, how can I help?"),
                After(1),
                Writes("Which size do I need if I wear 38 in Italy?"),
                After(2),
                Replies(2, "That is our 36. If it does not fit you can exchange it for free."),
                Returns,
                After(2),
                Taps("done", "No, thank you"),
            ],
        ),
        story(
            "Marek Svoboda",
            4 * DAY,
            vec![
                Writes("wrong item in my parcel, order A-09655"),
                After(9),
                Replies(1, "Hello Marek, I am sorry. The right one leaves today; keep the other one."),
                After(4),
                Writes("Really? Thank you!"),
                Labels(&["mistake"]),
                Resolves,
            ],
        ),
        story(
            "Emma Larsen",
            3 * DAY,
            vec![
                Writes("agent please, it is about my invoice"),
                After(6),
                Replies(2, "Hello Emma, I have sent the invoice to your mail address again."),
                After(5),
                Writes("Got it"),
                Resolves,
            ],
        ),
    ]
}

fn by_bot() -> Vec<Story> {
    vec![
        story(
            "Leo Fischer",
            2 * DAY,
            vec![
                Writes("when are you open?"),
                After(1),
                Writes("thanks"),
                After(1),
                Taps("done", "No, thank you"),
            ],
        ),
        story(
            "Anna Petrova",
            DAY + 300,
            vec![Writes("shipping costs?"), After(2), Writes("no thanks, that's all")],
        ),
        story(
            "Kofi Mensah",
            DAY + 90,
            vec![Writes("hi"), After(1), Writes("how do I send something back"), After(2), Writes("bye")],
        ),
        story("Julia Santos", 700, vec![Writes("Are you open on Sunday?"), After(1), Writes("ok, bye")]),
    ]
}
