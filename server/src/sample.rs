//! A desk to try things on: a shop on the sandbox, people who can sign in, and (if asked for) conversations.

use anyhow::{Result, bail};
use contract::team::{Asking, Assigning, CustomerWords, OnLapse, Placing, TeamDraft, TextKind};
use contract::{AgentId, BotId, ChannelId, ConnectionId, Role};
use desk::auth::seal::{Place, Seal};
use desk::bots::flow;
use desk::channels::Provider;
use desk::sandbox::stand_in::{StandIn, Value};
use desk::sandbox::{phones, stand_in};
use desk::store::people::NewAgent;
use desk::store::sample::{SampleBot, SampleLine, SamplePlace};
use desk::store::{Store, Tx};
use url::Url;
use uuid::Uuid;

use crate::database::Database;
use crate::settings::Settings;
use crate::{key, out, user};

mod play;
mod stories;

/// What the shop is called.
const SHOP: &str = "Sample shop";

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

/// A team that can be tried: it answers on no number until somebody lets it.
fn support(people: &[AgentId]) -> TeamDraft {
    let texts = [
        (TextKind::AgentAvailable, "Somebody will be with you[ in about {minutes} minutes]."),
        (TextKind::AgentUnavailable, "Nobody is free right now. We will write to you as soon as we can."),
        (TextKind::AfterHours, "We are closed at the moment[ and open at {when}]."),
        (TextKind::Callback, "We will write to you again[ by {when}]."),
        (TextKind::Taken, "You are talking to {name} now."),
    ];
    let words =
        |(kind, text): (TextKind, &str)| CustomerWords { kind, language: None, text: text.to_owned() };
    TeamDraft {
        name: "Support".to_owned(),
        zone: "UTC".to_owned(),
        asking: Asking::OneByOne,
        assigning: Assigning::default(),
        offer_seconds: 30,
        on_lapse: OnLapse::Stays,
        members: people.to_vec(),
        placing: Placing { texts: texts.map(words).to_vec(), ..Placing::default() },
    }
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
        if let Some(team) = tx.save_team(None, &support(&ids)).await? {
            tx.mark_sample_team(team).await?;
        }
        let bot = self.add_bot(&mut tx).await?;
        self.add_lines(&mut tx, bot).await?;
        tx.commit().await?;
        Ok(Some(logins))
    }

    /// Lets the sample lines call the sandbox where it is reached now.
    pub async fn follow_port(&self) -> Result<()> {
        let mut tx = self.store.begin().await?;
        for (_, stand_in) in played() {
            tx.move_sample_lines(stand_in.provider(), &self.api_base(stand_in)).await?;
        }
        Ok(tx.commit().await?)
    }

    fn api_base(&self, stand_in: &dyn StandIn) -> String {
        let local = self.local_url.as_str().trim_end_matches('/');
        format!("{local}/sandbox/{}{}", stand_in.provider(), stand_in.version())
    }

    /// The number that sample conversations go to; makes it, or its bot, where it is not there.
    async fn place(&self) -> Result<SamplePlace> {
        if let Some(place) = self.store.sample_place().await? {
            return Ok(place);
        }
        let has_lines = self.store.has_sample_lines().await?;
        let mut tx = self.store.begin().await?;
        let bot = self.add_bot(&mut tx).await?;
        if !has_lines {
            self.add_lines(&mut tx, bot).await?;
        }
        tx.commit().await?;
        let Some(place) = self.store.sample_place().await? else { bail!("the sample number is gone again") };
        Ok(place)
    }

    async fn add_bot(&self, tx: &mut Tx) -> Result<BotId> {
        let bot = SampleBot {
            id: BotId(Uuid::now_v7()),
            name: format!("{SHOP} bot"),
            kind: flow::KIND.to_owned(),
            definition: flow::default_definition(),
        };
        tx.add_sample_bot(&bot).await?;
        Ok(bot.id)
    }

    /// One number at every provider that the sandbox stands in for, with one bot that answers on all of them.
    async fn add_lines(&self, tx: &mut Tx, bot: BotId) -> Result<()> {
        for (provider, stand_in) in played() {
            tx.add_sample_line(&self.line(provider, stand_in, bot)?).await?;
        }
        Ok(())
    }

    fn line(&self, provider: &dyn Provider, stand_in: &dyn StandIn, bot: BotId) -> Result<SampleLine> {
        let (about, sample) = (provider.about(), stand_in.sample());
        let api_base = self.api_base(stand_in);
        let value = |key: &str| {
            sample.fields.iter().find(|(field, _)| *field == key).map(|(_, value)| match value {
                Value::Is(value) => (*value).to_owned(),
                Value::MadeUp => secret(),
                Value::Base => api_base.clone(),
            })
        };
        let needed = about.fields.iter().filter_map(|field| {
            let value = value(&field.key).or_else(|| (!field.optional).then(secret))?;
            Some((field.key.clone(), value))
        });
        let made_up = about.made_up.map(|key| (key.to_owned(), secret()));
        let sealed = |(field, value): (String, String)| {
            let row = Uuid::now_v7();
            let place = Place { table: "connection_secrets", column: "sealed", row };
            (row, field, self.seal.seal(&place, &value))
        };
        Ok(SampleLine {
            provider: about.provider.to_owned(),
            connection: ConnectionId(Uuid::now_v7()),
            secrets: needed.chain(made_up).map(sealed).collect(),
            api_base,
            channel: ChannelId(Uuid::now_v7()),
            provider_channel: sample.channel.to_owned(),
            number: sample.number.to_owned(),
            name: sample.name.to_owned(),
            bot,
            rate: i32::try_from(about.rate)?,
        })
    }
}

/// The providers that the sandbox stands in for, each with its stand-in.
fn played() -> impl Iterator<Item = (&'static dyn Provider, &'static dyn StandIn)> {
    let with_stand_in =
        |provider: &&'static dyn Provider| Some((*provider, stand_in(provider.about().provider)?));
    desk::channels::PROVIDERS.iter().filter_map(with_stand_in)
}

/// A value as long as a secret should be.
fn secret() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
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
        about_logins(&logins).iter().for_each(|line| out::line(line));
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

/// Who can sign in, for a person, line by line.
pub fn about_logins(logins: &[Login]) -> Vec<String> {
    let line =
        |login: &Login| format!("  {:<21} {}   ({})", login.email, login.password, login.role.as_str());
    let mut lines = vec![String::new(), "  Sign in as            password".to_owned()];
    lines.extend(logins.iter().map(line));
    lines.push(String::new());
    lines.push(
        "  The passwords are not kept anywhere. `baton user password --email …` gives somebody a new one."
            .to_owned(),
    );
    lines.push(String::new());
    lines
}
