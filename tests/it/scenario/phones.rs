//! Customers' phones, over the stand-ins' API for scripts: wherever the stand-ins are.

use std::collections::BTreeMap;

use contract::ConnectionId;
use contract::sandbox::{Faults, PhoneAct, PhoneView};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

/// The stand-ins at an address.
pub struct Phones {
    url: String,
    http: Client,
}

/// A connection as the desk has it, in clear.
pub struct Account<'a> {
    pub id: ConnectionId,
    pub provider: &'a str,
    pub channel: &'a str,
    pub number: &'a str,
    pub api_base: &'a str,
    pub fields: &'a BTreeMap<String, String>,
}

impl Phones {
    pub fn at(url: &str) -> Phones {
        let http = Client::builder().no_proxy().build().unwrap();
        Phones { url: format!("{url}/api/sandbox"), http }
    }

    /// Tells stand-ins that are alone about a connection of the desk.
    pub async fn connect(&self, account: &Account<'_>) {
        let body = json!({
            "provider": account.provider, "channel": account.channel, "number": account.number,
            "name": account.provider, "api_base": account.api_base, "fields": account.fields,
        });
        let request = self.http.put(format!("{}/connections/{}", self.url, account.id)).json(&body);
        let answer: Value = done(request).await.unwrap().json().await.unwrap();
        assert_eq!(answer["api_base"], account.api_base);
    }

    /// Does something on a phone. The message's id, or why it cannot be done.
    pub async fn act(&self, phone: &str, line: &str, act: &PhoneAct) -> Result<Option<String>, String> {
        let request = self.http.post(format!("{}/phones/{phone}/lines/{line}/acts", self.url)).json(act);
        let answer: Value = done(request).await?.json().await.unwrap();
        Ok(answer["message"].as_str().map(str::to_owned))
    }

    /// What is on a phone; nobody is looking.
    pub async fn view(&self, phone: &str, line: &str) -> PhoneView {
        let request = self.http.get(format!("{}/phones/{phone}/lines/{line}", self.url));
        done(request).await.unwrap().json().await.unwrap()
    }

    /// A file on a phone.
    pub async fn file(&self, id: &str) -> Vec<u8> {
        let answer = done(self.http.get(format!("{}/files/{id}", self.url))).await.unwrap();
        answer.bytes().await.unwrap().to_vec()
    }

    /// What goes wrong on purpose from now on.
    pub async fn set_faults(&self, faults: &Faults) {
        done(self.http.put(format!("{}/faults", self.url)).json(faults)).await.unwrap();
    }
}

/// The answer, or what its problem says.
async fn done(request: RequestBuilder) -> Result<Response, String> {
    let answer = request.send().await.unwrap();
    if answer.status().is_success() { Ok(answer) } else { Err(answer.text().await.unwrap()) }
}
