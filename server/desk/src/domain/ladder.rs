//! Who is asked to take a handoff, one after the other: what a packet or a team says, resolved to people and teams that
//! there are.

use contract::handoff::{Rung, Target};
use contract::{AgentId, TeamId};
use serde::{Deserialize, Serialize};

/// Rungs, at most.
pub const MOST: usize = 20;
/// How long somebody is asked at least and at most, in seconds.
pub const SECONDS: std::ops::RangeInclusive<i32> = 5..=3600;

/// One rung, resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// One person.
    Agent {
        /// Who.
        agent: AgentId,
        /// How long they are asked, in seconds.
        seconds: Option<i32>,
    },
    /// A team.
    Team {
        /// Which.
        team: TeamId,
        /// How long each is asked, in seconds.
        seconds: Option<i32>,
    },
    /// Anybody with the skills.
    Skill {
        /// How long each is asked, in seconds.
        seconds: Option<i32>,
    },
    /// The bot keeps the customer.
    BotKeeps,
    /// Somebody writes back later.
    Callback,
}

/// Who goes by the names of a packet and a ladder.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// People by name, mail address or id, as they were asked for.
    pub agents: Vec<(String, AgentId)>,
    /// Teams by name or id.
    pub teams: Vec<(String, TeamId)>,
}

/// What a ladder is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// Whom the packet wants.
    pub target: Option<&'a Target>,
    /// The rungs: the packet's, else the team's or the channel's; empty: the usual ones.
    pub rungs: &'a [Rung],
    /// The team that answers on the channel.
    pub team: Option<TeamId>,
    /// Whether skills are asked for.
    pub skilled: bool,
}

/// A ladder that can be gone up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ladder {
    /// The rungs.
    pub steps: Vec<Step>,
    /// The team that is asked, for its settings.
    pub team: Option<TeamId>,
    /// What could not be followed, for the agents.
    pub unmet: Vec<String>,
}

impl Names {
    fn agent(&self, name: &str) -> Option<AgentId> {
        self.agents.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
    }

    fn team(&self, name: &str) -> Option<TeamId> {
        self.teams.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
    }
}

/// The team whose settings hold: the one that is wanted, else the channel's.
pub fn team_of(target: Option<&Target>, team: Option<TeamId>, names: &Names) -> Option<TeamId> {
    match target {
        Some(Target::Team(name)) => names.team(name).or(team),
        _ => team,
    }
}

/// The names that a target and rungs ask for: people's and teams'.
pub fn named(target: Option<&Target>, rungs: &[Rung]) -> (Vec<String>, Vec<String>) {
    let (mut agents, mut teams) = (Vec::new(), Vec::new());
    match target {
        Some(Target::Agent(name)) => agents.push(name.clone()),
        Some(Target::Team(name)) => teams.push(name.clone()),
        None => {}
    }
    for rung in rungs {
        match rung {
            Rung::Agent { name: Some(name), .. } => agents.push(name.clone()),
            Rung::Team { name: Some(name), .. } => teams.push(name.clone()),
            _ => {}
        }
    }
    (agents, teams)
}

/// Resolves a ladder. A target that there is not, is said, and what is usual is done.
pub fn resolve(plan: Plan<'_>, names: &Names) -> Ladder {
    let mut ladder = Ladder { team: team_of(plan.target, plan.team, names), ..Ladder::default() };
    let (agent, unknown) = match plan.target {
        Some(Target::Agent(name)) => {
            (names.agent(name), Some(name).filter(|name| names.agent(name).is_none()))
        }
        Some(Target::Team(name)) => (None, Some(name).filter(|name| names.team(name).is_none())),
        None => (None, None),
    };
    ladder.unmet.extend(unknown.map(|name| format!("target: {name}")));
    let usual;
    let rungs = if plan.rungs.is_empty() {
        usual = usual_rungs(agent.is_some(), plan.skilled);
        usual.as_slice()
    } else {
        plan.rungs
    };
    // Somebody who is wanted and whom the rungs leave out is asked first.
    let asks = |rung: &Rung| matches!(rung, Rung::Agent { name: None, .. });
    if let Some(agent) = agent.filter(|_| !rungs.iter().any(asks)) {
        ladder.steps.push(Step::Agent { agent, seconds: None });
    }
    for rung in rungs.iter().take(MOST) {
        ladder.climb(rung, agent, names);
    }
    ladder
}

fn usual_rungs(wanted: bool, skilled: bool) -> Vec<Rung> {
    let agent = wanted.then_some(Rung::Agent { name: None, seconds: None });
    let skill = skilled.then_some(Rung::Skill { seconds: None });
    agent.into_iter().chain([Rung::Team { name: None, seconds: None }]).chain(skill).collect()
}

impl Ladder {
    fn climb(&mut self, rung: &Rung, wanted: Option<AgentId>, names: &Names) {
        let within = |seconds: &Option<i32>| seconds.map(|s| s.clamp(*SECONDS.start(), *SECONDS.end()));
        let step = match rung {
            Rung::Agent { name, seconds } => {
                let agent = name.as_deref().map_or(wanted, |name| names.agent(name));
                if let (Some(name), None) = (name, agent) {
                    self.unmet.push(format!("agent: {name}"));
                }
                agent.map(|agent| Step::Agent { agent, seconds: within(seconds) })
            }
            Rung::Team { name, seconds } => {
                let team = name.as_deref().map_or(self.team, |name| names.team(name));
                if let (Some(name), None) = (name, team) {
                    self.unmet.push(format!("team: {name}"));
                }
                team.map(|team| Step::Team { team, seconds: within(seconds) })
            }
            Rung::Skill { seconds } => Some(Step::Skill { seconds: within(seconds) }),
            Rung::BotKeeps => Some(Step::BotKeeps),
            Rung::Callback => Some(Step::Callback),
        };
        self.steps.extend(step);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SARA: AgentId = AgentId(Uuid::from_u128(1));
    const SALES: TeamId = TeamId(Uuid::from_u128(2));
    const HELP: TeamId = TeamId(Uuid::from_u128(3));

    fn names() -> Names {
        Names { agents: vec![("Sara".to_owned(), SARA)], teams: vec![("Sales".to_owned(), SALES)] }
    }

    fn plan<'a>(target: Option<&'a Target>, rungs: &'a [Rung]) -> Plan<'a> {
        Plan { target, rungs, team: Some(HELP), skilled: false }
    }

    #[test]
    fn without_a_word_the_channels_team_is_asked() {
        let ladder = resolve(plan(None, &[]), &names());
        assert_eq!(ladder.steps, [Step::Team { team: HELP, seconds: None }]);
        assert_eq!(resolve(Plan { team: None, ..plan(None, &[]) }, &names()), Ladder::default());
    }

    #[test]
    fn a_target_is_asked_first_and_one_that_there_is_not_is_said() {
        let sara = Target::Agent("Sara".to_owned());
        let ladder = resolve(plan(Some(&sara), &[Rung::Callback]), &names());
        assert_eq!(ladder.steps, [Step::Agent { agent: SARA, seconds: None }, Step::Callback]);
        let sales = Target::Team("Sales".to_owned());
        let ladder = resolve(plan(Some(&sales), &[]), &names());
        assert_eq!((ladder.team, ladder.steps.len()), (Some(SALES), 1));
        let nobody = Target::Agent("Nobody".to_owned());
        let ladder = resolve(plan(Some(&nobody), &[]), &names());
        assert_eq!(ladder.unmet, ["target: Nobody"]);
        assert_eq!(ladder.steps, [Step::Team { team: HELP, seconds: None }]);
    }

    #[test]
    fn a_ladder_keeps_its_order_and_its_times_within_bounds() {
        let rungs = [
            Rung::Agent { name: None, seconds: Some(1) },
            Rung::Team { name: Some("Gone".to_owned()), seconds: None },
            Rung::Skill { seconds: None },
            Rung::BotKeeps,
        ];
        let sara = Target::Agent("Sara".to_owned());
        let ladder = resolve(plan(Some(&sara), &rungs), &names());
        let asked = Step::Agent { agent: SARA, seconds: Some(5) };
        assert_eq!(ladder.steps, [asked, Step::Skill { seconds: None }, Step::BotKeeps]);
        assert_eq!(ladder.unmet, ["team: Gone"]);
    }
}
