//! A desk to try things on: a shop on the sandbox, people who can sign in, and (if asked for) conversations.

use anyhow::{Result, bail};
use contract::{AgentId, BotId, ChannelId, ConnectionId, Role};
use desk::auth::seal::{Place, Seal};
use desk::bots::flow;
use desk::sandbox::phones;
use desk::store::Store;
use desk::store::people::NewAgent;
use desk::store::sample::{SampleLine, SamplePlace};
use url::Url;
use uuid::Uuid;

use crate::database::Database;
use crate::settings::Settings;
use crate::{key, out, user};

mod play;
mod stories;

/// What the shop is called, and its number and connection too.
const SHOP: &str = "Sample shop";
/// The shop's number, as the sandbox knows it.
const LINE: &str = "100000000000001";
/// The shop's number as people write it; nobody has it.
const NUMBER: &str = "+1 555-010-0000";

/// Who works there.
const PEOPLE: [(&str, &str, Role); 3] = [
    ("Alex Admin", "admin@sample.example", Role::Admin),
    ("Sara Lind", "sara@sample.example", Role::Agent),
    ("Omar Haddad", "omar@sample.example", Role::Agent),
];

/// Somebody who can sign in, with the password that is told once.
pub struct Login {
    /// The address they sign in with.
    pub email: String,
    /// The password.
    pub password: String,
    /// What they may do.
    pub role: Role,
}

/// What a shop is made with.
pub struct Maker<'a> {
    /// The database.
    pub store: &'a Store,
    /// Encrypts the credentials.
    pub seal: &'a Seal,
    /// Where this process is reached on this machine.
    pub local_url: &'a Url,
}

impl Maker<'_> {
    /// Fills an empty database with a shop and its people. None if it is not empty.
    pub async fn fill_empty(&self) -> Result<Option<Vec<Login>>> {
        if !self.store.is_empty().await? {
            return Ok(None);
        }
        let mut logins = Vec::new();
        let mut people = Vec::new();
        for (name, email, role) in PEOPLE {
            let password = user::made_up();
            let password_hash = user::hash_of(&password).await?;
            people.push(NewAgent { name: name.to_owned(), email: email.to_owned(), role, password_hash });
            logins.push(Login { email: email.to_owned(), password, role });
        }
        let line = self.line()?;
        let mut tx = self.store.begin().await?;
        // Two processes that start at once: the second one waits here and then finds that it is done.
        if !tx.needs_setup().await? {
            return Ok(None);
        }
        tx.set_organisation(SHOP).await?;
        let mut ids = Vec::new();
        for person in &people {
            ids.push(tx.add_agent(person).await?);
        }
        tx.mark_sample_agents(&ids).await?;
        tx.add_sample_line(&line).await?;
        tx.commit().await?;
        Ok(Some(logins))
    }

    /// Lets the sample line call the sandbox where it is reached now.
    pub async fn follow_port(&self) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.move_sample_line(&self.api_base()).await?;
        Ok(tx.commit().await?)
    }

    fn api_base(&self) -> String {
        format!("{}/sandbox/meta/v25.0", self.local_url.as_str().trim_end_matches('/'))
    }

    /// The number that sample conversations go to; makes it where it is not there.
    async fn place(&self) -> Result<SamplePlace> {
        if let Some(place) = self.store.sample_place().await? {
            return Ok(place);
        }
        let line = self.line()?;
        let mut tx = self.store.begin().await?;
        tx.add_sample_line(&line).await?;
        tx.commit().await?;
        let Some(place) = self.store.sample_place().await? else { bail!("the sample number is gone again") };
        Ok(place)
    }

    fn line(&self) -> Result<SampleLine> {
        let Some(meta) = desk::channels::provider("meta") else { bail!("this build has no provider `meta`") };
        let about = meta.about();
        let fields = about.fields.iter().map(|field| field.key.clone());
        let secret = |field: String| {
            let row = Uuid::now_v7();
            let place = Place { table: "connection_secrets", column: "sealed", row };
            let sealed = self.seal.seal(&place, &credential(&field));
            (row, field, sealed)
        };
        Ok(SampleLine {
            connection: ConnectionId(Uuid::now_v7()),
            api_base: self.api_base(),
            secrets: fields.chain(about.made_up.map(str::to_owned)).map(secret).collect(),
            channel: ChannelId(Uuid::now_v7()),
            provider_channel: LINE.to_owned(),
            number: NUMBER.to_owned(),
            name: SHOP.to_owned(),
            bot: BotId(Uuid::now_v7()),
            kind: flow::KIND.to_owned(),
            definition: flow::default_definition(),
            rate: i32::try_from(about.rate)?,
        })
    }
}

/// A value for a field of the sandbox's connection. An id is digits; all else is as long as a secret should be.
fn credential(field: &str) -> String {
    match field {
        "waba_id" => "100000000000002".to_owned(),
        _ => rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// `baton sample load`
pub async fn load(settings: &Settings) -> Result<()> {
    settings.must_be_private("sample data")?;
    let database = Database::start(settings, out::note).await?;
    let store = database.ready().await?;
    let seal = Seal::new(&key::read_or_make(settings)?);
    let (_, local_url) = settings.reached(settings.listen)?;
    let maker = Maker { store: &store, seal: &seal, local_url: &local_url };
    if let Some(logins) = maker.fill_empty().await? {
        tell_logins(&logins);
    }
    let place = maker.place().await?;
    if store.sample_contacts().await? > 0 {
        out::line("the sample conversations are there already");
    } else {
        let told = tell_stories(&store, &place).await?;
        out::line(&format!("added {told} sample conversations"));
    }
    database.stop().await
}

/// `baton sample remove`
pub async fn remove(settings: &Settings) -> Result<()> {
    let database = Database::start(settings, out::note).await?;
    let store = database.ready().await?;
    let mut tx = store.begin().await?;
    let removed = tx.remove_samples().await?;
    tx.commit().await?;
    out::line(&format!(
        "removed {} customers with their conversations, {} connections and {} people",
        removed.contacts, removed.connections, removed.people
    ));
    database.stop().await
}

async fn tell_stories(store: &Store, place: &SamplePlace) -> Result<usize> {
    let agents: Vec<AgentId> =
        store.agents().await?.into_iter().filter(|person| person.active).map(|person| person.id).collect();
    if agents.is_empty() {
        bail!("nobody can sign in here yet: open the desk in a browser, or use `baton user add`");
    }
    let now = store.clock_plus(0).await?;
    let cast = play::Cast { place, agents: &agents, now };
    let mut tx = store.begin().await?;
    let stories = stories::all();
    for (at, story) in stories.iter().enumerate() {
        let phone = phones::phone(story.name, &format!("155501001{at:02}"));
        let played = play::play(&cast, story, phone)?;
        tx.add_sample_conversation(place, &played).await?;
    }
    tx.commit().await?;
    Ok(stories.len())
}

/// Tells who can sign in.
pub fn tell_logins(logins: &[Login]) {
    out::line("");
    out::line("  Sign in as            password");
    for login in logins {
        out::line(&format!("  {:<21} {}   ({})", login.email, login.password, login.role.as_str()));
    }
    out::line("");
    out::line(
        "  The passwords are not kept anywhere. `baton user password --email …` gives somebody a new one.",
    );
    out::line("");
}
