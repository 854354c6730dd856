//! One team: who is in it, how it is asked, when it answers, and what customers are told.

use contract::hours::Hours;
use contract::id::{AgentId, BotId};
use contract::settings::SettingsChange;
use contract::team::{Asking, CustomerWords, FallbackRule, Obstacle, OnLapse, Placing, TeamDraft, TextKind};
use leptos::prelude::*;

use super::super::load::Loaded;
use super::super::submit::{FormError, Submission};
use super::Editing;
use super::hours::{self, Week, WeekFields};
use super::turns::{TurnFields, Turns};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::inbox::words::Texts;
use crate::ui::{Button, ButtonKind, Choice, Field, FieldKind, Select, Switch, TextArea};

/// What is typed and chosen.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    zone: RwSignal<String>,
    seconds: RwSignal<String>,
    asking: RwSignal<Asking>,
    turns: Turns,
    away: RwSignal<bool>,
    members: RwSignal<Vec<AgentId>>,
    bot: RwSignal<String>,
    rules: RwSignal<Vec<FallbackRule>>,
    texts: [RwSignal<String>; TextKind::ALL.len()],
    week: Week,
}

impl Fields {
    fn of(draft: Option<&TeamDraft>) -> Fields {
        let placing = draft.map(|draft| &draft.placing);
        let text = |kind: TextKind| {
            let usual = |words: &&CustomerWords| words.kind == kind && words.language.is_none();
            placing.and_then(|placing| placing.texts.iter().find(usual)).map(|words| words.text.clone())
        };
        let bot = placing.and_then(|placing| placing.fallback_bot).map(|bot| bot.to_string());
        Fields {
            name: RwSignal::new(draft.map(|draft| draft.name.clone()).unwrap_or_default()),
            zone: RwSignal::new(draft.map_or_else(|| "Europe/London".to_owned(), |draft| draft.zone.clone())),
            seconds: RwSignal::new(draft.map_or(30, |draft| draft.offer_seconds).to_string()),
            asking: RwSignal::new(draft.map(|draft| draft.asking).unwrap_or_default()),
            turns: Turns::of(draft.map(|draft| draft.assigning).unwrap_or_default()),
            away: RwSignal::new(draft.is_some_and(|draft| draft.on_lapse == OnLapse::Away)),
            members: RwSignal::new(draft.map(|draft| draft.members.clone()).unwrap_or_default()),
            bot: RwSignal::new(bot.unwrap_or_default()),
            rules: RwSignal::new(placing.map(|placing| placing.fallbacks.clone()).unwrap_or_default()),
            texts: TextKind::ALL.map(|kind| RwSignal::new(text(kind).unwrap_or_default())),
            week: hours::lines(placing.and_then(|placing| placing.hours.as_ref())),
        }
    }

    /// The team as it is to be; what the form does not show stays as it was.
    fn draft(self, before: Option<&TeamDraft>) -> Result<TeamDraft, usize> {
        let held = before.map(|draft| draft.placing.clone()).unwrap_or_default();
        let week = hours::read(&self.week)?;
        let zone = self.zone.get_untracked().trim().to_owned();
        let holidays = held.hours.map(|hours| hours.holidays).unwrap_or_default();
        let mut texts = held.texts;
        texts.retain(|words| words.language.is_some());
        for (kind, text) in TextKind::ALL.into_iter().zip(self.texts) {
            let text = text.get_untracked().trim().to_owned();
            if !text.is_empty() {
                texts.push(CustomerWords { kind, language: None, text });
            }
        }
        Ok(TeamDraft {
            name: self.name.get_untracked(),
            offer_seconds: self.seconds.get_untracked().trim().parse().unwrap_or(0),
            asking: self.asking.get_untracked(),
            assigning: self.turns.assigning(),
            on_lapse: if self.away.get_untracked() { OnLapse::Away } else { OnLapse::Stays },
            members: self.members.get_untracked(),
            placing: Placing {
                hours: (!week.is_empty()).then(|| Hours { zone: zone.clone(), week, holidays }),
                texts,
                fallbacks: self.rules.get_untracked(),
                fallback_bot: self.bot.get_untracked().parse().ok(),
                ladder: held.ladder,
            },
            zone,
        })
    }
}

/// The form.
#[component]
pub(super) fn TeamForm(editing: Editing, open: RwSignal<bool>, loaded: Loaded) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let fields = Fields::of(editing.team.as_ref().map(|team| &team.draft));
    let wrong = RwSignal::new(None::<usize>);
    let (people, bots) = (editing.settings.people.clone(), editing.settings.bots.clone());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let draft = fields.draft(editing.team.as_ref().map(|team| &team.draft));
        wrong.set(draft.as_ref().err().copied());
        let Ok(draft) = draft else { return };
        let team = editing.team.as_ref().map(|team| team.id);
        submission.send(SettingsChange::SaveTeam { team, draft: Box::new(draft) }, move || {
            open.set(false);
            loaded.again();
        });
    };
    let members = people.into_iter().map(|one| member(fields.members, one.id, one.name)).collect_view();
    view! {
        <form class="stack" on:submit=send>
            <Field name="name" id="team-name" label=tu_string!(i18n, settings.name) value=fields.name autocomplete="off" />
            {asked(fields)}
            <TurnFields turns=fields.turns />
            <fieldset class="stack group">
                <legend>{tu_string!(i18n, settings.members)}</legend>
                {members}
            </fieldset>
            <fieldset class="stack group">
                <legend>{tu_string!(i18n, settings.hours)}</legend>
                <p class="soft">{tu_string!(i18n, settings.hours_hint)}</p>
                <Field name="zone" label=tu_string!(i18n, settings.zone) value=fields.zone autocomplete="off" />
                <div class="group__pairs">
                    <WeekFields week=fields.week wrong=wrong />
                </div>
            </fieldset>
            <fieldset class="stack group">
                <legend>{tu_string!(i18n, settings.customer_texts)}</legend>
                <p class="soft">{tu_string!(i18n, settings.customer_texts_hint)}</p>
                {TextKind::ALL.into_iter().zip(fields.texts).map(|(kind, text)| text_field(i18n, kind, text)).collect_view()}
            </fieldset>
            {fallback(fields, bots)}
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                    {tu_string!(i18n, settings.save)}
                </Button>
            </div>
        </form>
    }
}

/// The bot that steps in, and when.
fn fallback(fields: Fields, bots: Vec<(BotId, String)>) -> impl IntoView {
    let i18n = use_i18n();
    let no_bot = Choice::new("", tu_string!(i18n, settings.no_fallback_bot));
    let bots = bots.into_iter().map(|(id, name)| Choice::new(id.to_string(), name));
    let bots: Vec<Choice> = [no_bot].into_iter().chain(bots).collect();
    view! {
        <fieldset class="stack group">
            <legend>{tu_string!(i18n, settings.fallback)}</legend>
            <Select
                name="fallback_bot"
                label=tu_string!(i18n, settings.fallback_bot)
                choices=bots
                value=fields.bot
                on_choose=move |chosen| fields.bot.set(chosen)
            />
            {Obstacle::ALL.into_iter().map(|on| rule(i18n, fields.rules, on)).collect_view()}
        </fieldset>
    }
}

/// How the team is asked.
fn asked(fields: Fields) -> impl IntoView {
    let i18n = use_i18n();
    let choices = vec![
        Choice::new(Asking::OneByOne.as_str(), tu_string!(i18n, settings.asking_one)),
        Choice::new(Asking::All.as_str(), tu_string!(i18n, settings.asking_all)),
        Choice::new(Asking::Assign.as_str(), tu_string!(i18n, settings.asking_assign)),
    ];
    view! {
        <Select
            name="asking"
            label=tu_string!(i18n, settings.asking)
            choices=choices
            value=Signal::derive(move || fields.asking.get().as_str().to_owned())
            on_choose=move |chosen: String| fields.asking.set(Asking::parse(&chosen).unwrap_or_default())
        />
        <Field
            name="offer_seconds"
            label=tu_string!(i18n, settings.offer_seconds)
            kind=FieldKind::Number
            value=fields.seconds
        />
        <Switch
            label=tu_string!(i18n, settings.lapse_away)
            hint=tu_string!(i18n, settings.lapse_away_hint)
            on=fields.away
            on_turn=move |on| fields.away.set(on)
        />
    }
}

fn member(members: RwSignal<Vec<AgentId>>, id: AgentId, name: String) -> impl IntoView {
    let on = Signal::derive(move || members.with(|members| members.contains(&id)));
    let turn = move |on: bool| {
        members.update(|members| {
            members.retain(|member| *member != id);
            if on {
                members.push(id);
            }
        });
    };
    view! { <Switch label=name on=on on_turn=turn testid="team-member" /> }
}

fn text_field(i18n: Texts, kind: TextKind, text: RwSignal<String>) -> impl IntoView {
    let label = match kind {
        TextKind::AgentAvailable => tu_string!(i18n, settings.text_agent_available),
        TextKind::AgentUnavailable => tu_string!(i18n, settings.text_agent_unavailable),
        TextKind::AfterHours => tu_string!(i18n, settings.text_after_hours),
        TextKind::QueueLong => tu_string!(i18n, settings.text_queue_long),
        TextKind::AgentSilent => tu_string!(i18n, settings.text_agent_silent),
        TextKind::Callback => tu_string!(i18n, settings.text_callback),
        TextKind::Taken => tu_string!(i18n, settings.text_taken),
    };
    view! { <TextArea name=format!("text-{}", kind.as_str()) label=label value=text rows=2 /> }
}

/// When the bot steps in, and from what on.
fn rule(i18n: Texts, rules: RwSignal<Vec<FallbackRule>>, on: Obstacle) -> impl IntoView {
    let (label, usual) = match on {
        Obstacle::AfterHours => (tu_string!(i18n, settings.on_after_hours), None),
        Obstacle::NobodyOnline => (tu_string!(i18n, settings.on_nobody_online), None),
        Obstacle::QueueLong => (tu_string!(i18n, settings.on_queue_long), Some(20)),
        Obstacle::AgentSilent => (tu_string!(i18n, settings.on_agent_silent), Some(600)),
    };
    let held = rules.with_untracked(|rules| rules.iter().find(|rule| rule.on == on).copied());
    let limit = RwSignal::new(held.and_then(|rule| rule.limit).or(usual).unwrap_or(0).to_string());
    let turned = RwSignal::new(held.is_some());
    let keep = move || {
        let limit = usual.map(|_| limit.get().trim().parse().unwrap_or(0));
        let on_now = turned.get();
        rules.update(|rules| {
            rules.retain(|rule| rule.on != on);
            if on_now {
                rules.push(FallbackRule { on, limit });
            }
        });
    };
    Effect::new(move |_| keep());
    let count = usual.map(|_| {
        view! {
            <Show when=move || turned.get()>
                <Field
                    name=format!("limit-{}", on.as_str())
                    label=match on {
                        Obstacle::QueueLong => tu_string!(i18n, settings.limit_waiting),
                        _ => tu_string!(i18n, settings.limit_seconds),
                    }
                    kind=FieldKind::Number
                    value=limit
                />
            </Show>
        }
    });
    view! {
        <Switch label=label on=turned on_turn=move |on| turned.set(on) testid=format!("rule-{}", on.as_str()) />
        {count}
    }
}
