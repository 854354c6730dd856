//! Hours as people type them: for each weekday `09:00-17:00`, several with commas, empty for a day that is closed.

use contract::hours::{DAY_MINUTES, Hours, Span};
use leptos::prelude::*;

use crate::i18n::{tu_string, use_i18n};
use crate::ui::Field;

/// A line for each weekday.
pub(super) type Week = [RwSignal<String>; 7];

/// The lines of hours that hold now.
pub(super) fn lines(hours: Option<&Hours>) -> Week {
    std::array::from_fn(|day| {
        let spans = hours.into_iter().flat_map(|hours| &hours.week);
        let of_day = spans.filter(|span| usize::from(span.day) == day + 1);
        RwSignal::new(of_day.map(written).collect::<Vec<_>>().join(", "))
    })
}

fn written(span: &Span) -> String {
    let clock = |minutes: i32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    format!("{}-{}", clock(span.from), clock(span.to))
}

/// What was typed; the number of the first weekday that makes no sense.
pub(super) fn read(week: &Week) -> Result<Vec<Span>, usize> {
    let mut spans = Vec::new();
    for (at, line) in week.iter().enumerate() {
        let line = line.get_untracked();
        let day = u8::try_from(at + 1).unwrap_or(1);
        for part in line.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (from, to) = part.split_once(['-', '–']).ok_or(at)?;
            let (from, to) = (minutes(from).ok_or(at)?, minutes(to).ok_or(at)?);
            spans.push(Span { day, from, to });
        }
    }
    Ok(spans)
}

fn minutes(text: &str) -> Option<i32> {
    let (hour, minute) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
    let minutes =
        hour.parse::<i32>().ok()? * 60 + minute.parse::<i32>().ok().filter(|m| (0..60).contains(m))?;
    (0..=DAY_MINUTES).contains(&minutes).then_some(minutes)
}

/// The fields.
#[component]
pub(super) fn WeekFields(week: Week, wrong: RwSignal<Option<usize>>) -> impl IntoView {
    let i18n = use_i18n();
    let names = [
        tu_string!(i18n, settings.monday),
        tu_string!(i18n, settings.tuesday),
        tu_string!(i18n, settings.wednesday),
        tu_string!(i18n, settings.thursday),
        tu_string!(i18n, settings.friday),
        tu_string!(i18n, settings.saturday),
        tu_string!(i18n, settings.sunday),
    ];
    let error = move |day: usize| {
        Signal::derive(move || {
            (wrong.get() == Some(day)).then(|| tu_string!(i18n, settings.hours_wrong).to_owned())
        })
    };
    week.into_iter()
        .zip(names)
        .enumerate()
        .map(|(day, (line, name))| {
            view! {
                <Field
                    name=format!("day-{}", day + 1)
                    label=name
                    value=line
                    placeholder=tu_string!(i18n, settings.closed)
                    error=error(day)
                    autocomplete="off"
                />
            }
        })
        .collect_view()
}
