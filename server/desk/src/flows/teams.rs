//! Setting up teams, and what becomes of a channel's handoffs.

use contract::team::{Assigning, ChannelPlacing, Obstacle, Placing, TeamDraft, TextKind};
use contract::{AgentId, ChannelId, TeamId};

use super::Outcome;
use crate::domain::{Refused, hours, told};
use crate::state::Desk;
use crate::store::teams::NAME_TAKEN;

/// The longest name, in characters.
const NAME: usize = 120;
/// Skills of one person, and characters of each, at most.
const SKILLS: usize = 50;
const SKILL: usize = 60;
/// Conversations that one person is given at once, at most.
const CAPACITY: i32 = 1000;

/// Makes or changes a team.
pub async fn save(desk: &Desk, team: Option<TeamId>, mut draft: TeamDraft) -> Outcome<TeamId> {
    draft.name = draft.name.trim().to_owned();
    if draft.name.is_empty() || draft.name.chars().count() > NAME {
        return Err(invalid(format!("Give the team a name of at most {NAME} characters.")));
    }
    hours::zone(&draft.zone).map_err(invalid)?;
    if !(5..=3600).contains(&draft.offer_seconds) {
        return Err(invalid("Somebody is asked for 5 to 3600 seconds.".to_owned()));
    }
    check(&draft.placing)?;
    check_assigning(&draft.assigning)?;
    let mut tx = desk.store.begin().await?;
    let saved = tx.save_team(team, &draft).await;
    if matches!(&saved, Err(error) if error.is_conflict(NAME_TAKEN)) {
        return Err(invalid("There is a team of this name already.".to_owned()));
    }
    if matches!(&saved, Err(error) if error.is_conflict("teams_fallback_bot_id_fkey")) {
        return Err(invalid("This bot does not exist any more.".to_owned()));
    }
    let id = saved?.ok_or_else(|| invalid("This team does not exist any more.".to_owned()))?;
    tx.queue_again(id).await?;
    tx.commit().await?;
    desk.bus.events();
    Ok(id)
}

/// Takes a team away. Its channels have none then.
pub async fn remove(desk: &Desk, team: TeamId) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    if !tx.remove_team(team).await? {
        return Err(invalid("This team does not exist any more.".to_owned()));
    }
    Ok(tx.commit().await?)
}

/// Sets what becomes of a channel's handoffs.
pub async fn place_channel(desk: &Desk, channel: ChannelId, placing: &ChannelPlacing) -> Outcome<()> {
    check(&placing.placing)?;
    let mut tx = desk.store.begin().await?;
    let gone = |what: &str| Err(invalid(format!("This {what} does not exist any more.")));
    match tx.place_channel(channel, placing).await {
        Ok(true) => {}
        Ok(false) => return gone("channel"),
        Err(error) if error.is_conflict("channels_team_id_fkey") => return gone("team"),
        Err(error) if error.is_conflict("channels_fallback_bot_id_fkey") => return gone("bot"),
        Err(error) => return Err(error.into()),
    }
    if let Some(team) = placing.team {
        tx.queue_again(team).await?;
    }
    tx.commit().await?;
    desk.bus.events();
    Ok(())
}

/// Sets what somebody is good at.
pub async fn set_skills(desk: &Desk, agent: AgentId, skills: &[String]) -> Outcome<()> {
    let mut skills: Vec<String> =
        skills.iter().map(|skill| skill.replace('\0', "").trim().to_lowercase()).collect();
    skills.retain(|skill| !skill.is_empty());
    skills.sort_unstable();
    skills.dedup();
    if skills.len() > SKILLS || skills.iter().any(|skill| skill.chars().count() > SKILL) {
        return Err(invalid(format!("At most {SKILLS} skills of {SKILL} characters each.")));
    }
    let mut tx = desk.store.begin().await?;
    if !tx.set_skills(agent, &skills).await? {
        return Err(invalid("This person does not exist any more.".to_owned()));
    }
    Ok(tx.commit().await?)
}

/// Sets how many conversations somebody is given at once. They may take more.
pub async fn set_capacity(desk: &Desk, agent: AgentId, capacity: Option<i32>) -> Outcome<()> {
    if capacity.is_some_and(|most| !(0..=CAPACITY).contains(&most)) {
        return Err(invalid(format!("Somebody is given 0 to {CAPACITY} conversations at once.")));
    }
    let mut tx = desk.store.begin().await?;
    if !tx.set_capacity(agent, capacity).await? {
        return Err(invalid("This person does not exist any more.".to_owned()));
    }
    tx.commit().await?;
    desk.bus.events();
    Ok(())
}

fn check_assigning(assigning: &Assigning) -> Outcome<()> {
    let within = |value: Option<i32>, bounds: std::ops::RangeInclusive<i32>, what: &str| match value {
        Some(value) if !bounds.contains(&value) => {
            Err(invalid(format!("{what} is {} to {}.", bounds.start(), bounds.end())))
        }
        _ => Ok(()),
    };
    within(assigning.capacity, 1..=100_000, "What a team is given at once")?;
    within(assigning.relax_seconds, 5..=86_400, "The time after which less is asked for, in seconds,")?;
    within(
        assigning.sticky_minutes,
        1..=525_600,
        "The time for which the last agent goes first, in minutes,",
    )?;
    within(
        assigning.grace_seconds,
        0..=86_400,
        "The time that those who go keep what is theirs, in seconds,",
    )?;
    Ok(())
}

/// What is missing in the texts of a team or channel before it goes live.
pub fn missing(placing: &Placing) -> Vec<String> {
    let used: Vec<TextKind> = placing.fallbacks.iter().map(|rule| TextKind::of(rule.on)).collect();
    told::missing(&placing.texts, &used)
}

fn check(placing: &Placing) -> Outcome<()> {
    if let Some(hours) = &placing.hours {
        hours::check(hours).map_err(invalid)?;
    }
    told::check(&placing.texts).map_err(invalid)?;
    if placing.ladder.len() > crate::domain::ladder::MOST {
        return Err(invalid("The ladder has too many rungs.".to_owned()));
    }
    for rule in &placing.fallbacks {
        let counted = matches!(rule.on, Obstacle::QueueLong | Obstacle::AgentSilent);
        if counted && rule.limit.is_none_or(|limit| !(1..=86_400).contains(&limit)) {
            return Err(invalid(
                "Say from how many, or after how many seconds, the bot steps in.".to_owned(),
            ));
        }
        let text = |words: &contract::team::CustomerWords| {
            words.kind == TextKind::of(rule.on) && words.language.is_none()
        };
        if !placing.texts.iter().any(text) {
            let kind = TextKind::of(rule.on).as_str();
            return Err(invalid(format!(
                "Write what customers are told when the bot steps in (`{kind}`), for everybody."
            )));
        }
    }
    Ok(())
}

fn invalid(why: String) -> super::Failed {
    Refused::Invalid(why).into()
}
