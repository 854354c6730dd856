//! What a team and its channel say about handoffs: the team first, piece by piece.

use contract::handoff::Rung;
use contract::hours::Hours;
use contract::team::{ChannelPlacing, CustomerWords, FallbackRule, Obstacle, Placing};
use contract::{BotId, Time};

use super::super::Outcome;
use super::super::work::Work;
use crate::domain::hours;
use crate::store::teams::TeamTerms;

/// What holds for a conversation.
pub struct Terms {
    /// Its channel's.
    pub channel: ChannelPlacing,
    /// Its team's.
    pub team: Option<TeamTerms>,
    /// The customer's language, where it is known.
    pub language: Option<String>,
}

impl Terms {
    /// Those of a conversation that was placed before, else of its channel.
    pub async fn of(work: &mut Work) -> Outcome<Terms> {
        let (team, language) = work.tx.circle(work.conversation.id).await?;
        let channel = work.tx.channel_placing(work.conversation.channel).await?;
        let team = match team.or(channel.team) {
            Some(team) => work.tx.team_terms(team).await?,
            None => None,
        };
        Ok(Terms { channel, team, language })
    }

    fn placings(&self) -> impl Iterator<Item = &Placing> {
        self.team.as_ref().map(|team| &team.placing).into_iter().chain([&self.channel.placing])
    }

    /// The hours that hold, read. None: it is always open. Hours that cannot be read close nothing.
    pub fn hours(&self) -> Option<hours::Checked> {
        let hours: Option<&Hours> = self.placings().find_map(|placing| placing.hours.as_ref());
        hours.and_then(|hours| hours::check(hours).ok())
    }

    /// Whether people answer at a moment.
    pub fn is_open(&self, at: Time) -> bool {
        self.hours().is_none_or(|hours| hours.is_open(at))
    }

    /// A moment as a customer reads it, on the clock of the hours.
    pub fn clock(&self, at: Time, now: Time) -> Option<String> {
        self.hours()?.clock(at, now)
    }

    /// Who is asked where the packet does not say.
    pub fn ladder(&self) -> &[Rung] {
        let own = self.placings().map(|placing| placing.ladder.as_slice());
        own.into_iter().find(|ladder| !ladder.is_empty()).unwrap_or_default()
    }

    /// The texts, in the order in which they are looked through.
    pub fn texts(&self) -> Vec<&[CustomerWords]> {
        self.placings().map(|placing| placing.texts.as_slice()).collect()
    }

    /// When a bot steps in for an obstacle, if it does.
    pub fn rule(&self, on: Obstacle) -> Option<FallbackRule> {
        self.placings().find_map(|placing| placing.fallbacks.iter().find(|rule| rule.on == on)).copied()
    }

    /// Whether a bot ever steps in.
    pub fn has_rules(&self) -> bool {
        self.fallback_bot().is_some() && self.placings().any(|placing| !placing.fallbacks.is_empty())
    }

    /// The bot that steps in.
    pub fn fallback_bot(&self) -> Option<BotId> {
        self.placings().find_map(|placing| placing.fallback_bot)
    }
}
