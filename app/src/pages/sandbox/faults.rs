//! What the sandbox does wrong on purpose.

use std::time::Duration;

use contract::sandbox::Faults;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Badge, Button, ButtonKind, Field, FieldKind, Switch, Tone};

/// The faults that are typed in, as text until they are applied.
#[derive(Clone, Copy)]
struct Form {
    delay_ms: RwSignal<String>,
    duplicate: RwSignal<String>,
    fail_every: RwSignal<String>,
    fail_code: RwSignal<String>,
    drop_answers: RwSignal<String>,
    throttle: RwSignal<String>,
    reorder: RwSignal<bool>,
    expire_window: RwSignal<bool>,
    no_read_receipts: RwSignal<bool>,
}

impl Form {
    fn new() -> Form {
        let text = || RwSignal::new(String::new());
        let off = || RwSignal::new(false);
        Form {
            delay_ms: text(),
            duplicate: text(),
            fail_every: text(),
            fail_code: text(),
            drop_answers: text(),
            throttle: text(),
            reorder: off(),
            expire_window: off(),
            no_read_receipts: off(),
        }
    }

    fn show(self, faults: &Faults) {
        self.delay_ms.set(faults.delay_ms.to_string());
        self.duplicate.set(faults.duplicate.to_string());
        self.fail_every.set(faults.fail_every.to_string());
        self.fail_code.set(faults.fail_code.to_string());
        self.drop_answers.set(faults.drop_answers.to_string());
        self.throttle.set(faults.throttle.to_string());
        self.reorder.set(faults.reorder);
        self.expire_window.set(faults.expire_window);
        self.no_read_receipts.set(faults.no_read_receipts);
    }

    fn read(self) -> Faults {
        let number = |text: RwSignal<String>| text.read_untracked().trim().parse().unwrap_or_default();
        Faults {
            delay_ms: number(self.delay_ms),
            duplicate: self.duplicate.read_untracked().trim().parse().unwrap_or_default(),
            reorder: self.reorder.get_untracked(),
            fail_every: number(self.fail_every),
            fail_code: number(self.fail_code),
            drop_answers: number(self.drop_answers),
            throttle: number(self.throttle),
            expire_window: self.expire_window.get_untracked(),
            no_read_receipts: self.no_read_receipts.get_untracked(),
        }
    }
}

/// The panel's state.
#[derive(Clone, Copy)]
struct Panel {
    form: Form,
    active: RwSignal<bool>,
    busy: RwSignal<bool>,
    outcome: RwSignal<Option<Result<(), String>>>,
}

impl Panel {
    fn show(self, faults: &Faults) {
        self.active.set(*faults != Faults { fail_code: faults.fail_code, ..Faults::default() });
        self.form.show(faults);
    }

    fn load(self) {
        spawn_local(async move {
            if let Ok(faults) = calls::faults().await
                && !self.active.is_disposed()
            {
                self.show(&faults);
            }
        });
    }

    fn apply(self, faults: Faults) {
        self.busy.set(true);
        spawn_local(async move {
            let done = calls::set_faults(faults.clone()).await.map_err(|error| error.to_string());
            if self.busy.try_set(false).is_some() {
                return;
            }
            if done.is_ok() {
                self.show(&faults);
                set_timeout(move || _ = self.outcome.try_set(None), Duration::from_secs(3));
            }
            self.outcome.set(Some(done));
        });
    }
}

/// The panel of the faults.
#[component]
pub(super) fn FaultsPanel() -> impl IntoView {
    let i18n = use_i18n();
    let form = Form::new();
    let (active, busy, outcome) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None));
    let panel = Panel { form, active, busy, outcome };
    Effect::new(move |_| panel.load());
    view! {
        <section class="card" data-testid="faults">
            <header class="card__head">
                <h2 class="card__title">{tu_string!(i18n, sandbox.faults)}</h2>
                <span class="line__grow"></span>
                <Show when=move || active.get()>
                    <Badge tone=Tone::Caution>{tu_string!(i18n, sandbox.faults_on)}</Badge>
                </Show>
            </header>
            <form
                class="card__form"
                on:submit=move |event| {
                    event.prevent_default();
                    panel.apply(form.read());
                }
            >
                <p class="faint small">{tu_string!(i18n, sandbox.faults_text)}</p>
                <Numbers form=form />
                <Switches form=form />
                <div class="line">
                    <Button kind=ButtonKind::Primary submit=true busy=busy attr:data-testid="faults-apply">
                        {tu_string!(i18n, sandbox.apply)}
                    </Button>
                    <Button
                        kind=ButtonKind::Ghost
                        on_press=move || panel.apply(Faults::default())
                        attr:data-testid="faults-reset"
                    >
                        {tu_string!(i18n, sandbox.reset)}
                    </Button>
                    <span class="small faint" role="status" data-testid="faults-outcome">
                        {move || match outcome.get() {
                            Some(Ok(())) => tu_string!(i18n, sandbox.applied).to_owned(),
                            Some(Err(problem)) => problem,
                            None => String::new(),
                        }}
                    </span>
                </div>
            </form>
        </section>
    }
}

#[component]
fn Numbers(form: Form) -> impl IntoView {
    let i18n = use_i18n();
    let fields = [
        ("delay_ms", tu_string!(i18n, sandbox.delay_ms), form.delay_ms),
        ("duplicate", tu_string!(i18n, sandbox.duplicate), form.duplicate),
        ("fail_every", tu_string!(i18n, sandbox.fail_every), form.fail_every),
        ("fail_code", tu_string!(i18n, sandbox.fail_code), form.fail_code),
        ("drop_answers", tu_string!(i18n, sandbox.drop_answers), form.drop_answers),
        ("throttle", tu_string!(i18n, sandbox.throttle), form.throttle),
    ];
    let fields = fields.map(|(name, label, value)| {
        view! {
            <Field name=name label=label kind=FieldKind::Number value=value testid=format!("fault-{name}") />
        }
    });
    view! { <div class="faults__numbers">{fields.collect_view()}</div> }
}

#[component]
fn Switches(form: Form) -> impl IntoView {
    let i18n = use_i18n();
    let switches = [
        ("reorder", tu_string!(i18n, sandbox.reorder), form.reorder),
        ("expire_window", tu_string!(i18n, sandbox.expire_window), form.expire_window),
        ("no_read_receipts", tu_string!(i18n, sandbox.no_read_receipts), form.no_read_receipts),
    ];
    let switches = switches.map(|(name, label, on)| {
        view! { <Switch label=label on=on on_turn=move |turned| on.set(turned) testid=format!("fault-{name}") /> }
    });
    view! { <div class="stack faults__switches">{switches.collect_view()}</div> }
}
