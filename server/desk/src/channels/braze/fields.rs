//! What a connection to Braze needs, and what the admin does there.

use contract::message::Media;
use secrecy::SecretString;
use url::Url;

use crate::channels::{Account, NotCarried};

/// Where calls go until a connection says otherwise. Every workspace is on one instance, and its keys work there
/// only.
pub(super) const DEFAULT_BASE: &str = "https://rest.iad-01.braze.com";

/// A field, as it is described.
pub(super) struct Described {
    pub key: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub secret: bool,
    pub optional: bool,
}

const fn open(key: &'static str, label: &'static str, help: &'static str) -> Described {
    Described { key, label, help, secret: false, optional: true }
}

const fn secret(key: &'static str, label: &'static str, help: &'static str) -> Described {
    Described { key, label, help, secret: true, optional: true }
}

pub(super) const FIELDS: &[Described] = &[
    Described {
        optional: false,
        ..secret(
            "rest_key",
            "REST API key",
            "With the permission campaigns.trigger.send, and messages.send where messages go without a campaign \
             (Settings, API and identifiers).",
        )
    },
    Described {
        optional: false,
        ..open(
            "api_base",
            "REST endpoint",
            "The one of your instance, such as https://rest.fra-01.braze.eu (Settings, API and identifiers).",
        )
    },
    secret(
        "webhook_key",
        "Webhook key",
        "A long random text. Enter the same in the webhook campaign as the request header X-Baton-Key. Without it \
         or a webhook user nothing is taken in.",
    ),
    secret(
        "webhook_user",
        "Webhook user",
        "Only where the webhook signs in by HTTP Basic instead of by the key.",
    ),
    secret("webhook_password", "Webhook password", "Belongs to the webhook user."),
    Described {
        optional: false,
        ..open(
            "campaign_text",
            "Campaign ID for texts",
            "An API-triggered WhatsApp campaign whose body is {{api_trigger_properties.${external_system_msg_body}}} \
             (the campaign's page, API campaign ID).",
        )
    },
    open(
        "campaign_image",
        "Campaign ID for pictures",
        "Its picture is {{api_trigger_properties.${external_system_image_uri}}}, its text external_system_msg_body.",
    ),
    open(
        "campaign_buttons",
        "Campaign ID for buttons",
        "Its buttons are {{api_trigger_properties.${external_system_buttons}[0].text}} and so on.",
    ),
    open(
        "campaign_list",
        "Campaign ID for menus",
        "Its menu is made of external_system_list: list_button_text and list_sections.",
    ),
    open(
        "campaign_template",
        "Campaign ID for templates",
        "A campaign with an approved template, filled in from external_system_template: body_variables and so on.",
    ),
    open(
        "app_id",
        "App ID",
        "With the next two: kinds without a campaign are then sent without one (Settings, API and identifiers).",
    ),
    open(
        "subscription_group_id",
        "Subscription group ID",
        "Of the WhatsApp subscription group (Audience, Subscriptions).",
    ),
    open(
        "message_variation_id",
        "Message variation ID",
        "Of the API campaign under which these messages are counted (the campaign's page).",
    ),
];

pub(super) const STEPS: &[&str] = &[
    "Make a webhook campaign that is triggered by an inbound WhatsApp message, without a trigger word. Every such \
     campaign posts to an address of its own: the webhook address with the end of a path behind it, which says on \
     which channel its messages come in.",
    "Give it the request headers Content-Type: application/json and X-Baton-Key with the webhook key.",
    "As its body (raw text) enter: {\"user_id\": \"{{${user_id} | json_escape}}\", \
     \"phone_number\": \"{{${phone_number} | json_escape}}\", \
     \"message\": \"{{whats_app.${inbound_message_body} | json_escape}}\", \
     \"profile_name\": \"{{whats_app.${inbound_profile_name} | json_escape}}\", \
     \"media_urls\": \"{{whats_app.${inbound_media_urls} | join: ', ' | json_escape}}\", \
     \"flow_response\": \"{{whats_app.${inbound_flow_response} | json_escape}}\", \
     \"product_id\": \"{{whats_app.${inbound_product_id} | json_escape}}\", \
     \"catalog_id\": \"{{whats_app.${inbound_catalog_id} | json_escape}}\", \
     \"event_id\": \"{{campaign.${dispatch_id}}}\"}",
    "Keep | json_escape on every value: without it a quotation mark breaks the message, and user_id and \
     phone_number must stand first.",
    "For the answers make an API-triggered WhatsApp campaign with a response message whose body is \
     {{api_trigger_properties.${external_system_msg_body}}}, and enter its ID above as the campaign for texts.",
    "Send a message from a phone to the number: the lamp turns on.",
];

/// Where calls of an account go: where its connection says, else where its field `api_base` says. That field is
/// typed by hand and goes out with the REST key, so it has to be one of Braze's own addresses.
pub(super) fn base(account: &Account) -> Result<String, NotCarried> {
    let typed = account.current("api_base").trim().trim_end_matches('/');
    if account.api_base != DEFAULT_BASE || typed.is_empty() {
        return Ok(account.api_base.clone());
    }
    let fits = Url::parse(typed).is_ok_and(|url| {
        let host = url.host_str().unwrap_or_default();
        let braze =
            host.starts_with("rest.") && (host.ends_with(".braze.com") || host.ends_with(".braze.eu"));
        let bare =
            url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.port().is_none();
        url.scheme() == "https" && url.username().is_empty() && url.password().is_none() && braze && bare
    });
    match fits {
        true => Ok(typed.to_owned()),
        false => Err(NotCarried(
            "The REST endpoint of this connection is not one of Braze's, such as https://rest.iad-01.braze.com. An \
             admin can correct it in the settings."
                .to_owned(),
        )),
    }
}

/// The header of every call.
pub(super) fn bearer(account: &Account) -> (&'static str, SecretString) {
    ("authorization", SecretString::from(format!("Bearer {}", account.current("rest_key"))))
}

/// A field without white space around it, where it is filled in.
pub(super) fn filled<'a>(account: &'a Account, key: &str) -> Option<&'a str> {
    Some(account.current(key).trim()).filter(|value| !value.is_empty())
}

/// What a field is called for people.
pub(super) fn label(key: &str) -> &str {
    FIELDS.iter().find(|field| field.key == key).map_or(key, |field| field.label)
}

/// A public address of a file, where it has one.
pub(super) fn address(media: &Media) -> Option<&str> {
    media.link.as_deref().map(str::trim).filter(|link| !link.is_empty())
}
