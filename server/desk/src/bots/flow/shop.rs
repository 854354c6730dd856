//! The flow of a new desk: an online shop that speaks English.

use serde_json::{Value, json};

/// The definition that a new desk begins with, for its people to change.
pub fn default_definition() -> Value {
    json!({
        "language": "en",
        "greeting": {
            "hello": "Hello, {name}! I am the shop's assistant, a bot.",
            "ask": {
                "text": "How can I help you? Choose one, or simply write what you need.",
                "choices": [
                    { "entry": "hours", "title": "Opening hours" },
                    { "entry": "track", "title": "Track my order" },
                    { "entry": "person", "title": "Talk to a person" },
                ],
            },
            "keywords": ["hello", "hi", "hey", "good morning", "good afternoon", "good evening", "menu", "help"],
        },
        "entries": [hours(), shipping(), returns(), track(), person(), thanks(), done()],
        "not_understood": {
            "text": "I am sorry, I did not understand that. Can you say it in other words, or choose one of these?",
            "choices": [
                { "entry": "hours", "title": "Opening hours" },
                { "entry": "track", "title": "Track my order" },
                { "entry": "person", "title": "Talk to a person" },
            ],
        },
        "patience": 2,
        "not_read": {
            "text": "Thank you. I can only read text, so I cannot tell what you sent me. A colleague can have a look at it, \
                     or you tell me in a few words what you need.",
            "choices": [{ "entry": "person", "title": "Talk to a person" }],
        },
        "returned": {
            "text": "This is the shop's assistant again. Is there anything else that I can do for you?",
            "choices": [
                { "entry": "done", "title": "No, thank you" },
                { "entry": "track", "title": "Track my order" },
                { "entry": "person", "title": "Talk to a person" },
            ],
        },
        "joining": "I am asking a colleague to join.",
    })
}

fn hours() -> Value {
    json!({
        "id": "hours",
        "title": "Opening hours",
        "keywords": [
            "opening hours", "opening times", "hours", "open", "close", "closing time", "when are you open",
            "what time", "today open", "weekend", "sunday", "saturday",
        ],
        "steps": [{
            "step": "say",
            "text": "We are open Monday to Friday from 9:00 to 18:00 and Saturday from 10:00 to 16:00. \
                     On Sundays and public holidays we are closed.",
            "choices": [
                { "entry": "track", "title": "Track my order" },
                { "entry": "person", "title": "Talk to a person" },
            ],
        }],
    })
}

fn shipping() -> Value {
    json!({
        "id": "shipping",
        "title": "Shipping",
        "keywords": [
            "shipping", "shipping cost", "shipping costs", "delivery cost", "delivery time", "how long does delivery take",
            "deliver", "delivery", "postage", "ship", "ship to",
        ],
        "steps": [{
            "step": "say",
            "text": "We send your order within one working day. It takes 2 to 4 working days to arrive. \
                     Shipping costs 4.90, and nothing from 50.00 on.",
            "choices": [
                { "entry": "track", "title": "Track my order" },
                { "entry": "person", "title": "Talk to a person" },
            ],
        }],
    })
}

fn returns() -> Value {
    json!({
        "id": "returns",
        "title": "Returns",
        "keywords": [
            "return", "returns", "return policy", "send back", "send it back", "refund", "refunds", "money back",
            "exchange", "wrong size", "does not fit",
        ],
        "steps": [{
            "step": "say",
            "text": "You can return anything unused within 30 days. The return label is in your parcel. \
                     You get your money back within 5 working days after the parcel has reached us.",
            "choices": [{ "entry": "person", "title": "Talk to a person" }],
        }],
    })
}

fn track() -> Value {
    json!({
        "id": "track",
        "title": "Order tracking",
        "keywords": [
            "track", "track my order", "tracking", "where is my order", "where's my order", "where is my parcel",
            "where is my package", "order status", "my order", "parcel", "package", "not arrived", "has not arrived",
            "late", "delayed",
        ],
        "steps": [
            {
                "step": "ask",
                "slot": "order_number",
                "text": "I can have that looked up. What is your order number? It stands in your confirmation mail, \
                         for example A-10482.",
                "retry": "That does not look like an order number. It has a letter and five digits or more, for example \
                          A-10482. What is yours?",
                "pattern": r"\b([a-z]?-?\d{5,10})\b",
            },
            {
                "step": "hand_off",
                "reason": "policy",
                "why": "Orders are looked up by people.",
                "title": "Where is order {order_number}?",
                "text": "Thank you. I am asking a colleague to look up order {order_number} and to join us here.",
                "suggested_reply": "Hello {name}, thank you for waiting. I have looked up your order {order_number}: ",
            },
        ],
    })
}

fn person() -> Value {
    json!({
        "id": "person",
        "title": "A person, please",
        "keywords": [
            "talk to a person", "speak to a person", "person", "human", "real person", "agent", "live agent",
            "representative", "operator", "customer service", "colleague", "somebody", "someone", "talk to someone",
            "complaint", "complain",
        ],
        "steps": [{
            "step": "hand_off",
            "reason": "customer_asked",
            "why": "The customer asked for a person.",
            "title": "Wants to talk to a person",
        }],
    })
}

fn thanks() -> Value {
    json!({
        "id": "thanks",
        "title": "Thanks",
        "keywords": ["thanks", "thank you", "thank you very much", "thx", "great", "perfect", "ok", "okay"],
        "steps": [{
            "step": "say",
            "text": "You are welcome. Is there anything else?",
            "choices": [
                { "entry": "done", "title": "No, thank you" },
                { "entry": "person", "title": "Talk to a person" },
            ],
        }],
    })
}

fn done() -> Value {
    json!({
        "id": "done",
        "title": "Goodbye",
        "keywords": ["no thanks", "no thank you", "that's all", "that is all", "nothing else", "bye", "goodbye"],
        "steps": [
            { "step": "say", "text": "Thank you for writing to us. Have a good day!" },
            { "step": "resolve" },
        ],
    })
}
