//! What a role may do. Every check of a right asks [`may`], so that a list, a page, a change and the feed can
//! never disagree.

use contract::Role;
use contract::connection::SettingsTask;
use contract::settings::{SettingsChange, SettingsPage};

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See the inbox and work in it.
    Work,
    /// See and change one's own account.
    OwnAccount,
    /// Give a conversation to somebody although a third person has it.
    Reassign,
    /// See and change connections, channels and their bots.
    Channels,
    /// See and change teams, and where handoffs go.
    Teams,
    /// See and change routing rules, and try them on conversations.
    Rules,
    /// See and change who signs in.
    People,
    /// See and change bots, what they are asked and what customers wrote to them.
    Bots,
    /// See what came in and what became of it.
    Ledger,
    /// See and make templates, see the alerts.
    Templates,
    /// See and change how consent is treated, and who wishes what.
    Consent,
    /// See and change which addresses are told what happens.
    Endpoints,
    /// See, make and end tokens of the public API.
    Tokens,
    /// See the numbers of the desk, and of each agent.
    Reports,
}

/// Whether somebody with this role may do this.
pub fn may(role: Role, what: Permission) -> bool {
    match what {
        Permission::Work | Permission::OwnAccount => true,
        Permission::Reassign
        | Permission::Channels
        | Permission::Teams
        | Permission::Rules
        | Permission::People
        | Permission::Bots
        | Permission::Ledger
        | Permission::Templates
        | Permission::Consent
        | Permission::Endpoints
        | Permission::Tokens
        | Permission::Reports => role == Role::Admin,
    }
}

impl Permission {
    /// What it takes to see a settings screen.
    pub fn to_see(page: SettingsPage) -> Permission {
        match page {
            SettingsPage::Channels | SettingsPage::Connection(_) => Permission::Channels,
            SettingsPage::Teams | SettingsPage::Slas => Permission::Teams,
            SettingsPage::Rules(_) => Permission::Rules,
            SettingsPage::People => Permission::People,
            SettingsPage::Bots(_) => Permission::Bots,
            SettingsPage::Ledger | SettingsPage::Inbound(_) | SettingsPage::Webhook(_) => Permission::Ledger,
            SettingsPage::Templates => Permission::Templates,
            SettingsPage::Consent => Permission::Consent,
            SettingsPage::Endpoints | SettingsPage::Endpoint(_) | SettingsPage::EndpointDelivery(_) => {
                Permission::Endpoints
            }
            SettingsPage::Tokens => Permission::Tokens,
            SettingsPage::Account => Permission::OwnAccount,
        }
    }

    /// What it takes to make a change of the configuration.
    pub fn to_change(change: &SettingsChange) -> Permission {
        match change {
            SettingsChange::ReplaceSecrets { .. }
            | SettingsChange::AddChannel { .. }
            | SettingsChange::SetChannelBot { .. }
            | SettingsChange::ShowTyping { .. }
            | SettingsChange::ResumeChannel { .. }
            | SettingsChange::AddDoor { .. }
            | SettingsChange::RemoveDoor { .. }
            | SettingsChange::SetRepeatWindow { .. } => Permission::Channels,
            SettingsChange::Bot(_) => Permission::Bots,
            SettingsChange::Rules(_) => Permission::Rules,
            SettingsChange::SyncTemplates { .. }
            | SettingsChange::SubmitTemplate { .. }
            | SettingsChange::SeenAlerts => Permission::Templates,
            SettingsChange::SetConsentPolicy { .. } => Permission::Consent,
            SettingsChange::SaveTeam { .. }
            | SettingsChange::RemoveTeam { .. }
            | SettingsChange::Sla(_)
            | SettingsChange::PlaceChannel { .. }
            | SettingsChange::SetSkills { .. }
            | SettingsChange::SetCapacity { .. } => Permission::Teams,
            SettingsChange::AddPerson { .. } | SettingsChange::SetActive { .. } => Permission::People,
            SettingsChange::ChangePassword { .. } | SettingsChange::SignOutEverywhere => {
                Permission::OwnAccount
            }
        }
    }

    /// What it takes to try something.
    pub fn to_run(task: &SettingsTask) -> Permission {
        match task {
            SettingsTask::Connect(_)
            | SettingsTask::TryFields { .. }
            | SettingsTask::Check { .. }
            | SettingsTask::ClickToChat { .. } => Permission::Channels,
            SettingsTask::Bot(_) => Permission::Bots,
            SettingsTask::Rules(_) => Permission::Rules,
            SettingsTask::Replay { .. } => Permission::Ledger,
            SettingsTask::Endpoint(_) => Permission::Endpoints,
            SettingsTask::Token(_) => Permission::Tokens,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_works_and_sees_its_own_account_and_nothing_else() {
        let rights = [
            Permission::Reassign,
            Permission::Channels,
            Permission::Teams,
            Permission::Rules,
            Permission::People,
            Permission::Bots,
            Permission::Ledger,
            Permission::Templates,
            Permission::Consent,
            Permission::Endpoints,
            Permission::Tokens,
            Permission::Reports,
        ];
        for right in rights {
            assert!(!may(Role::Agent, right), "{right:?}");
            assert!(may(Role::Admin, right), "{right:?}");
        }
        for right in [Permission::Work, Permission::OwnAccount] {
            assert!(may(Role::Agent, right) && may(Role::Admin, right), "{right:?}");
        }
    }

    #[test]
    fn every_settings_screen_but_the_own_account_takes_an_admin() {
        let connection = contract::ConnectionId(uuid::Uuid::nil());
        for page in [
            SettingsPage::Channels,
            SettingsPage::Connection(connection),
            SettingsPage::People,
            SettingsPage::Bots(contract::bots::BotScreen::All),
            SettingsPage::Teams,
            SettingsPage::Slas,
            SettingsPage::Rules(contract::rules::RuleScreen::Set),
            SettingsPage::Ledger,
            SettingsPage::Inbound(contract::webhook::LogQuery::default()),
            SettingsPage::Webhook(contract::webhook::WebhookKey { day: 0, id: 0 }),
            SettingsPage::Templates,
            SettingsPage::Consent,
            SettingsPage::Endpoints,
            SettingsPage::Tokens,
            SettingsPage::Account,
        ] {
            assert_eq!(may(Role::Agent, Permission::to_see(page)), page == SettingsPage::Account, "{page:?}");
        }
    }
}
