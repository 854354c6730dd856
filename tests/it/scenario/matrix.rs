//! What differs between the providers, written down once: the feature matrix of the channel reference. Everything
//! else is the same for all, and the other files of this scenario say it without a provider's name.

use contract::DeliveryState;
use contract::capability::{Degree, Feature, FileBy, TextUnit};

/// The columns of every table here.
pub const PROVIDERS: [&str; 5] = ["meta", "twilio", "sinch", "infobip", "braze"];

/// How far each feature is there: as WhatsApp has it, in another form (`~`), or not at all.
pub const FEATURES: [(Feature, [&str; 5]); 20] = [
    (Feature::Quote, ["yes", "~", "no", "yes", "no"]),
    (Feature::Reaction, ["yes", "no", "no", "no", "no"]),
    (Feature::Typing, ["yes", "yes", "yes", "yes", "no"]),
    (Feature::MarkRead, ["yes", "~", "no", "yes", "no"]),
    (Feature::Buttons, ["yes", "yes", "yes", "yes", "yes"]),
    (Feature::List, ["yes", "~", "yes", "yes", "yes"]),
    (Feature::LinkButton, ["yes", "yes", "yes", "yes", "~"]),
    (Feature::Location, ["yes", "yes", "yes", "yes", "~"]),
    (Feature::LocationRequest, ["yes", "no", "yes", "yes", "no"]),
    (Feature::Contacts, ["yes", "~", "yes", "yes", "~"]),
    (Feature::ContactRequest, ["yes", "no", "no", "yes", "~"]),
    (Feature::Form, ["yes", "no", "yes", "yes", "yes"]),
    (Feature::MediaOut, ["yes", "yes", "yes", "yes", "yes"]),
    (Feature::MediaIn, ["yes", "yes", "yes", "yes", "yes"]),
    (Feature::Template, ["yes", "yes", "yes", "yes", "yes"]),
    (Feature::TemplateList, ["yes", "yes", "yes", "yes", "no"]),
    (Feature::TemplateCreate, ["yes", "yes", "no", "yes", "no"]),
    (Feature::Delivered, ["yes", "yes", "yes", "yes", "no"]),
    (Feature::ReadReceipts, ["yes", "yes", "yes", "yes", "no"]),
    (Feature::Backlog, ["no", "yes", "~", "no", "no"]),
];

/// One provider's column of the rest.
pub struct Traits {
    /// Whether it checks our address by a GET first.
    pub handshake: bool,
    /// The type of what it posts.
    pub posts: &'static str,
    /// The header that proves a webhook.
    pub proof: &'static str,
    /// Whether that proves every byte of it, too.
    pub proves_bytes: bool,
    /// Whether messages have ids.
    pub ids: bool,
    /// The longest text of one call.
    pub text: (usize, TextUnit),
    /// How files get to it.
    pub files_by: FileBy,
    /// The credentials with which a customer's file is fetched: the word before them, if there are any.
    pub file_key: &'static str,
    /// Whether it tells what became of a message; without that nothing is known beyond its taking it.
    pub reports: bool,
    /// How it throttles: HTTP status, and a part of what it says.
    pub throttle: (u16, &'static str),
    /// Its code for a message outside of the customer's 24 hours, where it says so at all.
    pub window: Option<&'static str>,
    /// A code, to be told to refuse with, of something that will never go.
    pub hopeless: u32,
    /// How often it tries a webhook in a minute that nobody answers.
    pub tries_a_minute: usize,
}

pub const TRAITS: [Traits; 5] = [
    Traits {
        handshake: true,
        posts: "application/json",
        proof: "x-hub-signature-256",
        proves_bytes: true,
        ids: true,
        text: (4_096, TextUnit::CodePoint),
        files_by: FileBy::Upload,
        file_key: "Bearer",
        reports: true,
        throttle: (400, "130429"),
        window: Some("131047"),
        hopeless: 131_026,
        tries_a_minute: 8,
    },
    Traits {
        handshake: false,
        posts: "application/x-www-form-urlencoded; charset=UTF-8",
        proof: "x-twilio-signature",
        proves_bytes: true,
        ids: true,
        text: (1_600, TextUnit::Utf16),
        files_by: FileBy::Address,
        file_key: "Basic",
        reports: true,
        throttle: (429, "20429"),
        window: Some("63016"),
        hopeless: 63_003,
        tries_a_minute: 6,
    },
    Traits {
        handshake: false,
        posts: "application/json",
        proof: "x-sinch-webhook-signature",
        proves_bytes: true,
        ids: true,
        text: (4_096, TextUnit::CodePoint),
        files_by: FileBy::Address,
        file_key: "Bearer",
        reports: true,
        throttle: (429, "RESOURCE_EXHAUSTED"),
        window: Some("OUTSIDE_ALLOWED_SENDING_WINDOW"),
        hopeless: 400,
        tries_a_minute: 4,
    },
    Traits {
        handshake: false,
        posts: "application/json",
        proof: "x-baton-key",
        proves_bytes: false,
        ids: true,
        text: (4_096, TextUnit::CodePoint),
        files_by: FileBy::Address,
        file_key: "App",
        reports: true,
        throttle: (429, "TOO_MANY_REQUESTS"),
        window: Some("7010"),
        hopeless: 400,
        tries_a_minute: 6,
    },
    Traits {
        handshake: false,
        posts: "application/json",
        proof: "x-baton-key",
        proves_bytes: false,
        ids: false,
        text: (4_096, TextUnit::CodePoint),
        files_by: FileBy::Address,
        file_key: "",
        reports: false,
        throttle: (429, "Rate limited"),
        window: None,
        hopeless: 400,
        tries_a_minute: 4,
    },
];

/// A provider's place in the tables.
pub fn column(provider: &str) -> usize {
    PROVIDERS.iter().position(|word| *word == provider).unwrap()
}

/// How far a feature is there at a provider.
pub fn degree(feature: Feature, provider: &str) -> Degree {
    let (_, row) = FEATURES.iter().find(|(known, _)| *known == feature).unwrap();
    match row[column(provider)] {
        "yes" => Degree::Native,
        "~" => Degree::Replaced,
        _ => Degree::Missing,
    }
}

impl super::line::Line<'_> {
    pub fn traits(&self) -> &'static Traits {
        &TRAITS[column(self.word)]
    }

    pub fn degree(&self, feature: Feature) -> Degree {
        degree(feature, self.word)
    }

    pub fn has(&self, feature: Feature) -> bool {
        self.degree(feature) == Degree::Native
    }

    /// How far a message comes that is on the phone and that nobody has looked at.
    pub fn arrived(&self) -> DeliveryState {
        if self.traits().reports { DeliveryState::Delivered } else { DeliveryState::Accepted }
    }
}

#[test]
fn the_providers_declare_what_is_written_here() {
    let known: Vec<&str> =
        desk::channels::PROVIDERS.iter().map(|provider| provider.about().provider).collect();
    assert_eq!(known, PROVIDERS, "a provider without a column");
    for (at, provider) in desk::channels::PROVIDERS.iter().enumerate() {
        let (word, about, declared) = (PROVIDERS[at], provider.about(), provider.capabilities());
        assert_eq!(declared.abilities.len(), Feature::ALL.len(), "{word}");
        for feature in Feature::ALL {
            let (found, note) = declared.of(feature);
            assert_eq!(found, degree(feature, word), "{word}: {feature:?}");
            assert_eq!(note.is_empty(), found == Degree::Native, "{word}: {feature:?} has no reason");
        }
        let traits = &TRAITS[at];
        assert_eq!((declared.text as usize, declared.text_unit), traits.text, "{word}");
        assert_eq!((declared.files_by, about.has_ids), (traits.files_by, traits.ids), "{word}");
        assert_eq!(provider.templates().is_some(), declared.offers(Feature::TemplateList), "{word}");
        assert_eq!(provider.backlog().is_some(), declared.offers(Feature::Backlog), "{word}");
        assert_eq!(traits.reports, declared.offers(Feature::Delivered), "{word}");
    }
}
