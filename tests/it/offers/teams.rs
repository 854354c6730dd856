//! Teams and where handoffs go, as an admin sets them up.

use contract::settings::{Settings, SettingsChange, SettingsPage};
use contract::team::{ChannelPlacing, CustomerWords, FallbackRule, Obstacle, Placing, TeamDraft, TextKind};
use desk::seat;
use serde_json::json;
use tests::TestDesk;

fn draft(value: serde_json::Value) -> Box<TeamDraft> {
    let mut usual = json!({"name": "Support", "zone": "Europe/Berlin", "offer_seconds": 30});
    let (usual_members, members) = (usual.as_object_mut().unwrap(), value.as_object().unwrap());
    usual_members.extend(members.clone());
    Box::new(serde_json::from_value(usual).unwrap())
}

#[tokio::test]
async fn an_admin_makes_changes_and_removes_a_team() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let admin = seat::seat(&desk.desk, desk.signed_in(&desk.admin()).await);
    let hours = json!({"zone": "Europe/Berlin", "week": [{"day": 1, "from": 540, "to": 1020}]});
    let placing = json!({"hours": hours, "texts": [{"kind": "taken", "language": "de", "text": "Da."}]});
    let new = draft(json!({"members": [sara.id], "placing": placing}));
    admin.change(SettingsChange::SaveTeam { team: None, draft: new.clone() }).await.unwrap();
    let taken = SettingsChange::SaveTeam { team: None, draft: draft(json!({"name": " support "})) };
    let refused = admin.change(taken).await.unwrap_err();
    assert!(refused.message.contains("of this name"), "{}", refused.message);
    let Settings::Teams(shown) = admin.settings(SettingsPage::Teams).await.unwrap() else { panic!() };
    let [team] = shown.teams.as_slice() else { panic!("{:?}", shown.teams) };
    assert_eq!(team.draft, *new);
    assert_eq!(team.missing, ["taken"], "there is none for everybody");
    let skills = vec![" Billing".to_owned(), "billing".to_owned(), String::new()];
    admin.change(SettingsChange::SetSkills { person: sara.id, skills }).await.unwrap();
    let changed = draft(json!({"name": "Sales", "asking": "all", "on_lapse": "away"}));
    let change = SettingsChange::SaveTeam { team: Some(team.id), draft: changed.clone() };
    admin.change(change).await.unwrap();
    let placing = ChannelPlacing { channel: None, team: Some(team.id), placing: Placing::default() };
    let place = SettingsChange::PlaceChannel { channel: desk.channel, placing: Box::new(placing) };
    admin.change(place).await.unwrap();
    let Settings::Teams(shown) = admin.settings(SettingsPage::Teams).await.unwrap() else { panic!() };
    assert_eq!(shown.teams[0].draft, *changed);
    assert_eq!(shown.channels[0].1.team, Some(team.id));
    assert_eq!(shown.people.iter().find(|one| one.id == sara.id).unwrap().skills, ["billing"]);
    admin.change(SettingsChange::RemoveTeam { team: team.id }).await.unwrap();
    let refused = admin.change(SettingsChange::RemoveTeam { team: team.id }).await.unwrap_err();
    assert!(refused.message.contains("any more"));
    let Settings::Teams(shown) = admin.settings(SettingsPage::Teams).await.unwrap() else { panic!() };
    assert_eq!((shown.teams.len(), shown.channels[0].1.team), (0, None));
}

#[tokio::test]
async fn a_team_that_makes_no_sense_is_refused_with_what_is_wrong() {
    let desk = TestDesk::start().await;
    let admin = seat::seat(&desk.desk, desk.signed_in(&desk.admin()).await);
    let text = json!([{"kind": "taken", "text": "Now."}, {"kind": "taken", "text": "Here."}]);
    for (wrong, says) in [
        (json!({"name": " "}), "name"),
        (json!({"zone": "Mars/Base"}), "Mars/Base"),
        (json!({"offer_seconds": 1}), "seconds"),
        (json!({"placing": {"hours": {"zone": "UTC", "week": []}}}), "never open"),
        (json!({"placing": {"texts": text}}), "two texts"),
        (json!({"placing": {"fallbacks": [{"on": "queue_long"}]}}), "how many"),
        (json!({"placing": {"fallbacks": [{"on": "after_hours"}]}}), "after_hours"),
        (json!({"placing": {"fallback_bot": uuid::Uuid::now_v7()}}), "bot"),
    ] {
        let change = SettingsChange::SaveTeam { team: None, draft: draft(wrong.clone()) };
        let refused = admin.change(change).await.unwrap_err();
        assert!(refused.message.contains(says), "{wrong}: {}", refused.message);
    }
    assert_eq!(desk.database.number("select count(*) from teams").await, 0);
}

#[tokio::test]
async fn an_agent_neither_sees_nor_changes_teams() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let agent = seat::seat(&desk.desk, desk.signed_in(&sara).await);
    assert!(agent.settings(SettingsPage::Teams).await.is_err());
    let change = SettingsChange::SaveTeam { team: None, draft: draft(json!({})) };
    assert!(agent.change(change).await.unwrap_err().message.contains("admin"));
    let skills = SettingsChange::SetSkills { person: sara.id, skills: vec!["everything".to_owned()] };
    assert!(agent.change(skills).await.is_err());
}

#[tokio::test]
async fn a_channel_has_what_its_team_does_not_say() {
    let desk = TestDesk::start().await;
    let bot = desk.with_bot().await;
    let sara = desk.agent("Sara").await;
    let team = desk.team("Support", &[&sara]).await;
    let words = |kind, text: &str| CustomerWords { kind, language: None, text: text.to_owned() };
    let placing = ChannelPlacing {
        channel: None,
        team: Some(team),
        placing: Placing {
            texts: vec![words(TextKind::AgentUnavailable, "Nobody is here.")],
            fallbacks: vec![FallbackRule { on: Obstacle::NobodyOnline, limit: None }],
            fallback_bot: Some(bot),
            ..Placing::default()
        },
    };
    desk::flows::teams::place_channel(&desk.desk, desk.channel, &placing).await.unwrap();
    let id = super::hands_off(&desk, super::ANA, super::asked()).await;
    desk.settled().await;
    assert_eq!(desk.card(id).await.owner, contract::Owner::Bot(bot));
    assert_eq!(desk.provider.texts().last().unwrap(), "Nobody is here.");
}
