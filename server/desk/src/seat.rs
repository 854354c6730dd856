//! A seat at the desk: what the screens may ask, bound to the person signed in.

use std::sync::Arc;

use contract::assignment::Assignment;
use contract::bots::{KeepTest, TestOf};
use contract::callback::{AssignCallback, CallbackPage, CallbackQuery, EndCallback};
use contract::connection::{SettingsTask, TaskDone};
use contract::course::{Course, QueueWait};
use contract::inbox::{Page, PageKey};
use contract::picker::{Start, Started, TemplateQuery, TemplateShelf};
use contract::rules::{DecisionQuery, Decisions};
use contract::seat::{Answer, Seat, SeatError};
use contract::settings::{
    ChangeRefused, ConsentImport, ImportReport, Settings, SettingsChange, SettingsPage,
};
use contract::thread::{ThreadKey, ThreadPage};
use contract::{Ack, ConversationId, HandoffId, Inbox, Me, Refusal, Request, Thread, View};

use crate::auth::permission::{Permission, may};
use crate::auth::sessions::SignedIn;
use crate::channels;
use crate::flows::{self, Agent};
use crate::media::sendable::{self, Reach};
use crate::state::Desk;
use crate::store;

mod closer;

pub use crate::settings;

/// A seat for somebody who is signed in.
pub fn seat(desk: &Desk, who: SignedIn) -> Arc<dyn Seat> {
    Arc::new(Taken { desk: desk.clone(), who })
}

struct Taken {
    desk: Desk,
    who: SignedIn,
}

impl From<store::Error> for SeatError {
    fn from(error: store::Error) -> SeatError {
        tracing::warn!(error = %error, "a screen could not be read");
        SeatError::Unavailable
    }
}

impl Seat for Taken {
    fn me(&self) -> Answer<'_, Me> {
        Box::pin(async {
            let organisation = self.desk.store.organisation().await?.unwrap_or_default();
            Ok(Me {
                id: self.who.agent.id,
                name: self.who.agent.name.clone(),
                email: self.who.agent.email.clone(),
                role: self.who.agent.role,
                organisation,
                sandbox: self.desk.config.sandbox,
                alerts: match may(self.who.agent.role, Permission::Templates) {
                    true => self.desk.store.unseen_alerts().await?,
                    false => 0,
                },
            })
        })
    }

    fn inbox(&self, view: View) -> Answer<'_, Inbox> {
        Box::pin(async move {
            let me = self.who.agent.id;
            let snapshot = self.desk.store.inbox(view, me).await?;
            Ok(Inbox {
                me,
                view,
                cards: snapshot.page.cards,
                next: snapshot.page.next,
                counts: self.desk.hub.counts(me),
                agents: self.desk.hub.agents(),
                cursor: snapshot.cursor.to_string(),
                now: snapshot.now,
                offered: snapshot.offered.map(Box::new),
            })
        })
    }

    fn page(&self, view: View, after: PageKey) -> Answer<'_, Page> {
        Box::pin(async move { Ok(self.desk.store.inbox_page(view, self.who.agent.id, after).await?) })
    }

    fn thread(&self, conversation: ConversationId) -> Answer<'_, Thread> {
        Box::pin(async move {
            let mut thread = self.desk.store.thread(conversation).await?.ok_or(SeatError::NotFound)?;
            if let Some((word, sandbox)) = self.desk.store.carrier(conversation).await?
                && let Some(provider) = channels::provider(&word)
            {
                thread.sendable = sendable::sendable(provider, Reach::of(&self.desk.config, sandbox));
            }
            Ok(thread)
        })
    }

    fn earlier(&self, conversation: ConversationId, before: ThreadKey) -> Answer<'_, ThreadPage> {
        Box::pin(
            async move { self.desk.store.earlier(conversation, before).await?.ok_or(SeatError::NotFound) },
        )
    }

    fn settings(&self, page: SettingsPage) -> Answer<'_, Settings> {
        Box::pin(settings::settings(&self.desk, &self.who, page))
    }

    fn change(&self, change: SettingsChange) -> Answer<'_, (), ChangeRefused> {
        Box::pin(settings::change(&self.desk, &self.who, change))
    }

    fn run(&self, task: SettingsTask) -> Answer<'_, TaskDone, ChangeRefused> {
        Box::pin(settings::run(&self.desk, &self.who, task))
    }

    fn templates(&self, query: TemplateQuery) -> Answer<'_, TemplateShelf> {
        Box::pin(async move { Ok(settings::templates::shelf(&self.desk, query).await?) })
    }

    fn start(&self, start: Start) -> Answer<'_, Started, Refusal> {
        let agent = Agent { id: self.who.agent.id, role: self.who.agent.role };
        Box::pin(flows::start::start(&self.desk, agent, start))
    }

    fn import(&self, import: ConsentImport) -> Answer<'_, ImportReport> {
        Box::pin(async move {
            if !may(self.who.agent.role, Permission::Consent) {
                return Err(SeatError::Forbidden);
            }
            flows::import_consents::import(&self.desk, self.who.agent.id, &import).await.map_err(|failed| {
                match failed {
                    flows::Failed::Refused(_) => SeatError::NotFound,
                    flows::Failed::Store(error) => error.into(),
                }
            })
        })
    }

    fn act(&self, request: Request) -> Answer<'_, Ack, Refusal> {
        let agent = Agent { id: self.who.agent.id, role: self.who.agent.role };
        Box::pin(flows::act(&self.desk, agent, request))
    }

    fn callbacks(&self, query: CallbackQuery) -> Answer<'_, CallbackPage> {
        Box::pin(async move { Ok(self.desk.store.callback_page(query).await?) })
    }

    fn assign_callback(&self, assign: AssignCallback) -> Answer<'_, (), ChangeRefused> {
        let agent = Agent { id: self.who.agent.id, role: self.who.agent.role };
        Box::pin(async move { closer::assign_callback(&self.desk, agent, assign).await })
    }

    fn end_callback(&self, end: EndCallback) -> Answer<'_, (), ChangeRefused> {
        let agent = Agent { id: self.who.agent.id, role: self.who.agent.role };
        Box::pin(async move { closer::end_callback(&self.desk, agent, &end).await })
    }

    fn course(&self, handoff: HandoffId) -> Answer<'_, Course> {
        Box::pin(closer::course(&self.desk, handoff))
    }

    fn assignments(&self, conversation: ConversationId) -> Answer<'_, Vec<Assignment>> {
        Box::pin(closer::assignments(&self.desk, conversation))
    }

    fn waits(&self) -> Answer<'_, Vec<QueueWait>> {
        Box::pin(async move { Ok(self.desk.store.queue_waits().await?) })
    }

    fn decisions(&self, query: DecisionQuery) -> Answer<'_, Decisions> {
        Box::pin(closer::decisions(&self.desk, query))
    }

    fn tests_of(&self, conversation: ConversationId) -> Answer<'_, Vec<TestOf>> {
        Box::pin(closer::tests_of(&self.desk, &self.who, conversation))
    }

    fn keep_test(&self, keep: KeepTest) -> Answer<'_, (), ChangeRefused> {
        Box::pin(closer::keep_test(&self.desk, &self.who, keep))
    }
}
