//! The numbers that the provider has listed, and which of them are set up here.

use contract::connection::ConnectionPage;
use leptos::prelude::*;

use super::Desk;
use super::one::Check;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Badge, Button, ButtonSize, IconName, Tone};

/// The card, once the credentials were tried with success.
#[component]
pub(super) fn Found(desk: Desk, check: Check, page: ConnectionPage) -> impl IntoView {
    let i18n = use_i18n();
    let id = page.connection.id;
    move || {
        let numbers = check.found.get()?;
        let none = numbers.is_empty();
        let rows = numbers.into_iter().map(|number| {
            let (known, id_of_it) = (number.provider_channel.clone(), number.provider_channel.clone());
            let here = page.connection.channels.iter().any(|channel| channel.provider_channel == known);
            view! {
                <li class="unknown__row" data-testid="found-number" data-id=id_of_it>
                    <bdi class="tabular">{number.number.or(number.name).unwrap_or_default()}</bdi>
                    <span class="mono faint small line__grow">{id_of_it.clone()}</span>
                    {number.quality.map(|quality| view! { <Badge>{quality}</Badge> })}
                    {number.messaging_limit.map(|limit| view! { <Badge>{limit}</Badge> })}
                    {if here {
                        view! { <Badge tone=Tone::Positive>{tu_string!(i18n, settings.set_up)}</Badge> }.into_any()
                    } else {
                        view! {
                            <Button
                                size=ButtonSize::Small
                                icon=IconName::Plus
                                on_press=move || desk.numbering.set(Some((id, known.clone())))
                            >
                                {tu_string!(i18n, settings.add_this_number)}
                            </Button>
                        }
                            .into_any()
                    }}
                </li>
            }
        });
        Some(view! {
            <section class="card" data-testid="found">
                <header class="card__head">
                    <Badge tone=Tone::Positive icon=IconName::Check>{tu_string!(i18n, settings.holds)}</Badge>
                    <h3 class="card__title">{tu_string!(i18n, settings.numbers_found)}</h3>
                    <span class="line__grow"></span>
                    <Button size=ButtonSize::Small on_press=move || check.found.set(None)>
                        {tu_string!(i18n, settings.close)}
                    </Button>
                </header>
                {none
                    .then(|| view! {
                        <p class="card__none faint">{tu_string!(i18n, settings.numbers_not_listed)}</p>
                    })}
                <ul class="picks">{rows.collect_view()}</ul>
            </section>
        })
    }
}
