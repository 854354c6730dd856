//! What came in, and what became of it: nothing may be missing.

use contract::settings::{LedgerView, Rejection, Settings, SettingsPage};
use leptos::prelude::*;
use leptos_meta::Title;

use super::Head;
use super::load::{Trouble, load};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, Badge, Empty, IconName, Lamp, LampState, Shape, Skeleton, Tone};

/// The screen of the ledger.
#[component]
pub fn Ledger() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(SettingsPage::Ledger);
    let shown = move || match loaded.get()? {
        Ok(Settings::Ledger(ledger)) => Some(
            view! {
                {equation(&ledger)}
                {rejections(ledger.rejections)}
            }
            .into_any(),
        ),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, settings.ledger) />
        <Head title=tu_string!(i18n, settings.ledger) text=tu_string!(i18n, settings.ledger_text) />
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) shape=Shape::Blocks count=2 /> }
        }>{shown}</Transition>
    }
}

fn equation(ledger: &LedgerView) -> impl IntoView + use<> {
    let i18n = use_i18n();
    let (state, words) = if ledger.balanced() {
        (LampState::Positive, tu_string!(i18n, settings.balanced))
    } else {
        (LampState::Negative, tu_string!(i18n, settings.unbalanced))
    };
    let parts = [
        ("applied", "=", tu_string!(i18n, settings.applied), ledger.applied),
        ("duplicate", "+", tu_string!(i18n, settings.duplicate), ledger.duplicate),
        ("ignored", "+", tu_string!(i18n, settings.ignored), ledger.ignored),
        ("rejected", "+", tu_string!(i18n, settings.rejected), ledger.rejected),
        ("pending", "+", tu_string!(i18n, settings.pending), ledger.pending),
    ];
    let parts = parts.map(|(key, sign, label, count)| {
        view! {
            <span class="equation__sign" aria-hidden="true">{sign}</span>
            {figure(key, label, count)}
        }
    });
    view! {
        <section class="card" data-testid="ledger" data-balanced=ledger.balanced().to_string()>
            <header class="card__head">
                <Lamp state=state />
                <h3 class="card__title" role="status">{words}</h3>
            </header>
            <div class="equation">
                {figure("received", tu_string!(i18n, settings.received), ledger.received)} {parts.collect_view()}
            </div>
        </section>
    }
}

fn figure(key: &'static str, label: &'static str, count: i64) -> impl IntoView {
    let loud = key == "rejected" && count > 0;
    view! {
        <span class="equation__figure" class:equation__figure--loud=loud data-figure=key>
            <span class="equation__count">{grouped(count)}</span>
            <span class="equation__label">{label}</span>
        </span>
    }
}

/// A number with thin spaces between its thousands, the same in every language.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "−".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

fn rejections(rejections: Vec<Rejection>) -> impl IntoView {
    let i18n = use_i18n();
    let body = if rejections.is_empty() {
        view! {
            <Empty
                icon=IconName::CheckCircle
                title=tu_string!(i18n, settings.no_rejections)
                text=tu_string!(i18n, settings.no_rejections_text)
            />
        }
        .into_any()
    } else {
        let rows = rejections.into_iter().map(row).collect_view();
        view! {
            <div class="table-box">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, settings.when)}</th>
                            <th scope="col">{tu_string!(i18n, settings.connection)}</th>
                            <th scope="col">{tu_string!(i18n, settings.reason)}</th>
                            <th scope="col">{tu_string!(i18n, settings.detail)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.rejections)}</h3>
            </header>
            {body}
        </section>
    }
}

fn row(rejection: Rejection) -> impl IntoView {
    view! {
        <tr data-testid="rejection">
            <td class="faint"><Ago at=rejection.at.0 /></td>
            <td>{rejection.connection_name}</td>
            <td>
                <Badge tone=Tone::Negative>
                    <span class="mono">{rejection.reason}</span>
                </Badge>
            </td>
            <td class="soft">{rejection.detail}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_kept_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1234), "1\u{202f}234");
        assert_eq!(grouped(-1_234_567), "−1\u{202f}234\u{202f}567");
    }
}
