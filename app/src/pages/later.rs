//! The second half of the program: what a page needs only once somebody asks for it. It is fetched after the page is
//! alive, so that nobody waits for it before the inbox works.
//!
//! A part of it is a function under `#[wasm_split(later, …)]`; [`Later`] shows it. Nothing of it is rendered on the
//! server.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::ui::{Button, ButtonSize};

/// How long a page is left alone before the second half is fetched.
const REST: Duration = Duration::from_millis(500);
/// After so long a dialog has been shown without its fields.
const LATE_MS: i64 = 40;

/// What a part of the second half is called from the first.
pub type Part = Result<AnyView, SplitLoaderError>;
type Coming = Pin<Box<dyn Future<Output = Part>>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Coming,
    Here,
    Failed,
}

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
fn begin() -> Result<(), SplitLoaderError> {
    Ok(())
}

/// Whether the second half is here, or was not to be had.
#[derive(Clone, Copy)]
struct Rested(RwSignal<bool>);

/// Fetches the second half soon, in the browser. If that fails, it is tried again once a part is asked for.
pub fn fetch_later() {
    let rested = RwSignal::new(false);
    provide_context(Rested(rested));
    let fetch = move || {
        spawn_local(async move {
            drop(begin().await);
            rested.try_set(true);
        });
    };
    Effect::new(move |_| set_timeout(fetch, REST));
}

/// A part of the second half that nobody waits for: it does not hurry what the page itself needs.
#[component]
pub fn AtRest<F>(
    /// Calls a function of the second half.
    part: impl Fn() -> F + 'static,
) -> impl IntoView
where
    F: Future<Output = Part> + 'static,
{
    let Rested(rested) = expect_context();
    let part: Rc<dyn Fn() -> Coming> = Rc::new(move || Box::pin(part()));
    let part = kept_here(|| part);
    move || part.filter(|_| rested.get()).map(|part| place(part.get_value()))
}

/// A part of the second half, as soon as it is here. If it came late, the first field of an open dialog gets the
/// focus then.
#[component]
pub fn Later<F>(
    /// Calls a function of the second half.
    part: impl Fn() -> F + 'static,
) -> impl IntoView
where
    F: Future<Output = Part> + 'static,
{
    place(Rc::new(move || Box::pin(part())))
}

/// Keeps what must stay on its thread, in the browser. A page that the server renders is dropped on whatever thread ends
/// it, and none of this is needed there.
fn kept_here<T: 'static>(what: impl FnOnce() -> T) -> Option<StoredValue<T, LocalStorage>> {
    cfg!(not(feature = "ssr")).then(|| StoredValue::new_local(what()))
}

fn place(part: Rc<dyn Fn() -> Coming>) -> impl IntoView {
    let stage = RwSignal::new(Stage::Coming);
    let shown = kept_here(|| None::<AnyView>);
    let owner = Owner::current();
    let fetch = kept_here(|| {
        move || {
            stage.set(Stage::Coming);
            let (asked, coming) = (browser::clock(), part());
            let come = async move {
                let part = coming.await;
                let stage_now = if part.is_ok() { Stage::Here } else { Stage::Failed };
                shown.map(|shown| shown.try_set_value(part.ok()));
                stage.try_set(stage_now);
                if browser::clock().since_ms(asked) > LATE_MS {
                    request_animation_frame(|| {
                        browser::focus("dialog[open] .dialog__body :is(input, select, textarea, button)");
                    });
                }
            };
            // What the part makes ends with this place.
            if let Some(owner) = &owner {
                owner.with(|| spawn_local(ScopedFuture::new(come)));
            }
        }
    });
    Effect::new(move |_| fetch.map(|fetch| fetch.with_value(|fetch| fetch())));
    move || match stage.get() {
        Stage::Here => shown.and_then(|shown| shown.try_update_value(Option::take).flatten()),
        Stage::Failed => {
            let again = move || {
                fetch.map(|fetch| fetch.try_with_value(|fetch| fetch()));
            };
            Some(view! { <Missing again=Callback::new(move |()| again()) /> }.into_any())
        }
        Stage::Coming => None,
    }
}

#[component]
fn Missing(again: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <p class="later" role="alert">
            {tu_string!(i18n, common.part_missing)} " "
            <Button size=ButtonSize::Small on_press=again>
                {tu_string!(i18n, common.retry)}
            </Button>
        </p>
    }
}
