//! The commands and their flags. What `--help` says is written here.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use url::Url;

use crate::settings::{DeskFlags, Settings, StandInFlags, StoreFlags};
use crate::{database, doctor, inspect, listen, logs, sample_removal, sandbox, serve, show, token, user};

/// Baton, a live-agent handoff desk for WhatsApp.
///
/// A bot answers first; when it lets go, people go on in a browser inbox.
///
/// Settings come from flags, from the environment (BATON_*, DATABASE_URL) and from one TOML file (--config,
/// else ./baton.toml if it is there), in this order of precedence. The file's keys are the flags' names with
/// underscores.
#[derive(Parser)]
#[command(name = "baton", version, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the desk.
    ///
    /// Without --database-url it starts a Postgres of its own below the data directory. The line `ready` on
    /// standard output means that it takes requests; /readyz says the same to a load balancer.
    Serve(DeskFlags),
    /// Run the stand-ins for the providers alone, for a desk that is another process.
    ///
    /// To that desk they are the providers: they take its calls at /sandbox/PROVIDER and send it webhooks. They have
    /// a database of their own, and learn of a connection by
    /// `PUT /api/sandbox/connections/ID` with the desk's own id of it and a JSON object: provider, name, channel
    /// (the provider's id of the number), number, and in `fields` the credentials that the desk has. The answer says
    /// what api_base the desk needs. Customers write by `POST /api/sandbox/phones/NUMBER/lines/CHANNEL/acts`.
    /// The desk must let its calls reach this machine: --allowed-hosts.
    Sandbox(StandInFlags),
    /// Bring the database's schema up to this version, and do nothing else.
    ///
    /// `serve` does the same at every start.
    Migrate(StoreFlags),
    /// Fill the desk with sample conversations, or take them away again.
    #[command(subcommand)]
    Sample(SampleCommand),
    /// Let people sign in, or give them a new password.
    #[command(subcommand)]
    User(UserCommand),
    /// Let programs call the API.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Bring events to a program on this machine, as they would be sent to it.
    ///
    /// Follows the feed of a desk with a token and posts each event, signed as Standard Webhooks has it: headers
    /// webhook-id, webhook-timestamp and webhook-signature. Prints a line for each with what was answered. Where it has
    /// come to is kept in a file, and it goes on there when it is started again.
    Listen(ListenFlags),
    /// Show how this build understands something, without a database.
    #[command(subcommand)]
    Inspect(InspectCommand),
    /// Show everything that is stored of something.
    #[command(subcommand)]
    Show(ShowCommand),
    /// Look for what is wrong with the database and the settings.
    ///
    /// Prints one line for each check, `ok`, `warn` or `fail`, and ends with 1 if any failed.
    Doctor(DeskFlags),
}

#[derive(Subcommand)]
enum SampleCommand {
    /// Add a sample shop with about 40 conversations in every stage. Doing it twice changes nothing.
    ///
    /// A desk without people also gets an admin and two agents, whose passwords are printed once. Only on a
    /// desk that nobody reaches from another machine.
    Load(DeskFlags),
    /// Take away everything that `sample load` and `serve --sample` have made, and what was written to it.
    Remove(StoreFlags),
}

#[derive(Subcommand)]
enum UserCommand {
    /// Let somebody sign in. Prints a password that was made up, unless one is given.
    Add(NewUser),
    /// Give somebody a new password, and sign them out everywhere. Prints it, unless one is given.
    Password(NewPassword),
}

/// Somebody new.
#[derive(Args)]
pub struct NewUser {
    /// The address they sign in with.
    #[arg(long)]
    pub email: String,
    /// The name that colleagues see.
    #[arg(long)]
    pub name: String,
    /// What they may do: `agent` works in the inbox, `admin` also configures the desk.
    #[arg(long, value_parser = ["agent", "admin"])]
    pub role: String,
    /// Read the password from standard input (its first line) instead of making one up.
    #[arg(long)]
    pub password_stdin: bool,
    #[command(flatten)]
    store: StoreFlags,
}

/// A new password for somebody.
#[derive(Args)]
pub struct NewPassword {
    /// The address they sign in with.
    #[arg(long)]
    pub email: String,
    /// Read the password from standard input (its first line) instead of making one up.
    #[arg(long)]
    pub password_stdin: bool,
    #[command(flatten)]
    store: StoreFlags,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a token, and print its secret: once, and never again.
    Create(NewTokenFlags),
    /// List the tokens, one a line: id, mode, holder, name, scopes, how it stands, last use.
    List(StoreFlags),
    /// End a token at once.
    Revoke(AnyToken),
}

/// A token to be made.
#[derive(Args)]
pub struct NewTokenFlags {
    /// What people here call it.
    #[arg(long)]
    pub name: String,
    /// The bot that it acts as: its name or id.
    #[arg(long, conflicts_with = "person")]
    pub bot: Option<String>,
    /// The person that it acts as, with what they may do: the address they sign in with.
    #[arg(long, value_name = "EMAIL")]
    pub person: Option<String>,
    /// It reaches the channels of the built-in stand-ins alone.
    #[arg(long)]
    pub test: bool,
    /// What it is good for, separated by commas; otherwise all that its holder can have but settings:read and
    /// settings:write.
    #[arg(long, value_delimiter = ',')]
    pub scopes: Vec<String>,
    /// For how many days it is good; otherwise for ever.
    #[arg(long)]
    pub days: Option<u32>,
    #[command(flatten)]
    store: StoreFlags,
}

/// A token.
#[derive(Args)]
pub struct AnyToken {
    /// Its id, as `baton token list` prints it.
    pub id: String,
    #[command(flatten)]
    store: StoreFlags,
}

/// What is followed, and where it goes.
#[derive(Args)]
pub struct ListenFlags {
    /// The address of your program.
    #[arg(long, value_name = "URL")]
    pub forward: Url,
    /// A token of the desk with the scope events:read.
    #[arg(long, env = "BATON_TOKEN", hide_env_values = true)]
    pub token: String,
    /// The address of the desk.
    #[arg(long, env = "BATON_PUBLIC_URL", value_name = "URL", default_value = "http://127.0.0.1:3000")]
    pub desk: Url,
    /// Only events of these types, separated by commas.
    #[arg(long, value_delimiter = ',')]
    pub events: Vec<String>,
    /// The secret that events are signed with, which begins with whsec_; otherwise one is made up and printed.
    #[arg(long, env = "BATON_LISTEN_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// Where it is kept how far it has come. Without the file it begins with what happens from now on.
    #[arg(long, value_name = "FILE", default_value = "baton-listen.cursor")]
    pub cursor_file: PathBuf,
}

#[derive(Subcommand)]
enum InspectCommand {
    /// Print what is in the body of a webhook, as one JSON object {"items":[…]}.
    Webhook(Webhook),
}

/// A webhook's body.
#[derive(Args)]
pub struct Webhook {
    /// Whose webhook it is: the provider's word, as in the webhook's address.
    #[arg(long)]
    pub provider: String,
    /// The `Content-Type` that it came with.
    #[arg(long)]
    pub content_type: Option<String>,
    /// The file with the body as it came in, or `-` for standard input.
    pub file: PathBuf,
}

#[derive(Subcommand)]
enum ShowCommand {
    /// Print a conversation: contact, messages, deliveries, events, handoffs.
    Conversation(Shown),
}

/// A conversation to be shown.
#[derive(Args)]
pub struct Shown {
    /// The conversation's id, as in its address in the browser.
    pub id: String,
    /// As one JSON object. It is the only form there is so far, so that scripts can rely on it.
    #[arg(long, required = true)]
    pub json: bool,
    #[command(flatten)]
    store: StoreFlags,
}

/// Runs a command. The exit code is 0 if it did what it is for.
pub async fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Serve(flags) => {
            let settings = Settings::read(flags)?;
            logs::start(settings.log);
            serve::serve(&settings).await?;
        }
        Command::Sandbox(flags) => sandbox::serve(flags).await?,
        Command::Migrate(flags) => database::migrate(&store(flags)?).await?,
        Command::Sample(SampleCommand::Load(flags)) => {
            let settings = Settings::read(flags)?;
            logs::start_quietly();
            sandbox::load(&settings).await?;
        }
        Command::Sample(SampleCommand::Remove(flags)) => sample_removal::remove(&store(flags)?).await?,
        Command::User(UserCommand::Add(new)) => user::add(&store(new.store.clone())?, new).await?,
        Command::User(UserCommand::Password(new)) => {
            user::password(&store(new.store.clone())?, new).await?;
        }
        Command::Token(TokenCommand::Create(new)) => token::create(&store(new.store.clone())?, &new).await?,
        Command::Token(TokenCommand::List(flags)) => token::list(&store(flags)?).await?,
        Command::Token(TokenCommand::Revoke(one)) => token::revoke(&store(one.store.clone())?, &one).await?,
        Command::Listen(flags) => listen::listen(&flags).await?,
        Command::Inspect(InspectCommand::Webhook(webhook)) => inspect::webhook(&webhook)?,
        Command::Show(ShowCommand::Conversation(shown)) => {
            show::conversation(&store(shown.store.clone())?, &shown.id).await?;
        }
        Command::Doctor(flags) => {
            logs::start_quietly();
            return doctor::run(flags).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn store(flags: StoreFlags) -> Result<Settings> {
    logs::start_quietly();
    Settings::read(flags.into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_and_command_says_what_it_is_for() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} says nothing", command.get_name());
            for flag in command.get_arguments() {
                assert!(flag.get_help().is_some(), "{} {} says nothing", command.get_name(), flag.get_id());
            }
            command.get_subcommands().filter(|command| command.get_name() != "help").for_each(check);
        }
        check(&Cli::command());
    }
}
