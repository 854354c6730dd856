//! Whether the credentials hold. `GET …/Accounts/{sid}.json` proves the auth token, which signs the webhooks. A
//! standard API key does not reach that, so that its proof is the newest message.

use std::time::Duration;

use serde_json::Value;

use super::{access, fault};
use crate::channels::json::{self, filled};
use crate::channels::{Answer, Call, Class, Fault, Found, Learned, Need, NotCarried, Step, Via};

/// The key of the proof that comes first.
const KEY: &str = "account";

/// Asks for the account by its auth token; with an API key, then for the newest message by that.
pub(super) fn check(via: &Via<'_>) -> Result<Step, NotCarried> {
    let account = via.account;
    let path = access::account_path(account)?;
    let url = access::api(account, &format!("{path}.json"));
    let proof = Call { headers: vec![access::by_token(account)], ..access::get(account, url) };
    if !access::has_key(account) {
        return Ok(Step::Call(proof));
    }
    match via.known.get(KEY) {
        None => Ok(Step::First(Need { key: KEY.to_owned(), call: proof })),
        Some(_) => {
            let url = access::api(account, &format!("{path}/Messages.json?PageSize=1"));
            Ok(Step::Call(access::get(account, url)))
        }
    }
}

/// That the auth token holds. It is asked again each time: a proof is of its moment.
pub(super) fn learn(answer: &Answer) -> Result<Learned, Fault> {
    checked(answer).map(|_| Learned { value: "holds".to_owned(), lives: Duration::ZERO })
}

/// No numbers, or why the credentials do not hold. An account that is suspended or closed answers too.
pub(super) fn checked(answer: &Answer) -> Result<Vec<Found>, Fault> {
    if !(200..300).contains(&answer.status) {
        return Err(fault::of_answer(answer));
    }
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let known = body.get("sid").is_some() || body.get("messages").is_some();
    match filled(&body, "status").as_deref() {
        _ if !known => Err(refusal("Twilio's answer is not about an account. Check the address of its API")),
        None | Some("active") => Ok(Vec::new()),
        Some(status) => {
            Err(refusal(&format!("The Twilio account is {status}. Look at it in the Twilio console")))
        }
    }
}

fn refusal(reason: &str) -> Fault {
    Fault { class: Class::Auth, code: String::new(), reason: reason.to_owned(), retry_after: None }
}
