//! `baton token`: letting programs call the API.

use anyhow::{Context, Result, bail};
use contract::token::{Mode, NewToken, Scope, TokenCard, TokenHolder};
use contract::{AgentId, BotId, Time, TokenId};
use desk::auth::tokens;
use desk::store::Store;
use jiff::Timestamp;

use crate::cli::{AnyToken, NewTokenFlags};
use crate::database::Database;
use crate::out;
use crate::settings::Settings;

/// `baton token create`
pub async fn create(settings: &Settings, flags: &NewTokenFlags) -> Result<()> {
    let database = Database::start(settings, |_| {}).await?;
    let store = database.ready().await?;
    let bot = match &flags.bot {
        Some(named) => Some(bot(&store, named).await?),
        None => None,
    };
    let by = match &flags.person {
        Some(email) => Some(person(&store, email).await?),
        None => None,
    };
    if bot.is_some() == by.is_some() {
        bail!("say as whom the token acts: --bot NAME or --person EMAIL");
    }
    let new = NewToken {
        name: flags.name.clone(),
        mode: if flags.test { Mode::Test } else { Mode::Live },
        bot,
        scopes: scopes(&flags.scopes, bot.is_some())?,
        days: flags.days,
    };
    let (id, secret) = tokens::create(&store, &new, by).await?;
    out::line(&secret);
    out::note(&format!("Token {id}. Its secret is not kept anywhere and cannot be shown again."));
    database.stop().await
}

/// `baton token list`
pub async fn list(settings: &Settings) -> Result<()> {
    let database = Database::start(settings, |_| {}).await?;
    let store = database.ready().await?;
    for token in store.tokens().await? {
        out::line(&line(&token));
    }
    database.stop().await
}

/// `baton token revoke`
pub async fn revoke(settings: &Settings, token: &AnyToken) -> Result<()> {
    let id: TokenId = token
        .id
        .parse()
        .ok()
        .with_context(|| format!("`{}` is no token's id: see `baton token list`", token.id))?;
    let database = Database::start(settings, |_| {}).await?;
    let done = tokens::revoke(&database.ready().await?, id).await?;
    database.stop().await?;
    if !done {
        bail!("there is no such token, or it is revoked already: see `baton token list`");
    }
    out::line(&format!("{id} is revoked"));
    Ok(())
}

fn scopes(words: &[String], of_bot: bool) -> Result<Vec<Scope>> {
    if words.is_empty() {
        return Ok(if of_bot { Scope::OF_BOTS.to_vec() } else { Scope::USUAL.to_vec() });
    }
    let known = || Scope::ALL.map(Scope::as_str).join(", ");
    let scope = |word: &String| {
        Scope::parse(word).with_context(|| format!("`{word}` is no scope; there are {}", known()))
    };
    words.iter().map(scope).collect()
}

async fn bot(store: &Store, named: &str) -> Result<BotId> {
    let bots = store.bot_rows().await?;
    let found: Vec<_> = bots.iter().filter(|bot| bot.name == named || bot.id.to_string() == named).collect();
    match found.as_slice() {
        [bot] => Ok(bot.id),
        [] => bail!("there is no bot `{named}`"),
        _ => bail!("several bots are called `{named}`: give its id"),
    }
}

async fn person(store: &Store, email: &str) -> Result<AgentId> {
    let known = store.agent_by_email(email).await?.filter(|known| known.active);
    Ok(known.with_context(|| format!("nobody signs in with {email}"))?.agent.id)
}

/// A token in a line: id, mode, holder, name, scopes, and how it stands.
fn line(token: &TokenCard) -> String {
    let holder = match &token.holder {
        TokenHolder::Bot { name, .. } => format!("bot {name}"),
        TokenHolder::Person { name, .. } => format!("person {name}"),
    };
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let standing = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("revoked {}", text(at)),
        (None, Some(at)) => format!("until {}", text(at)),
        (None, None) => "no end".to_owned(),
    };
    let used = token.last_used_at.map_or("never used".to_owned(), |at| format!("used {}", text(at)));
    let mode = token.mode.as_str();
    [token.id.to_string().as_str(), mode, &holder, &token.name, &scopes.join(","), &standing, &used]
        .join("\t")
}

fn text(at: Time) -> String {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}
