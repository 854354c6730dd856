//! Signing in: a plain form, so that it works before any script has loaded.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::i18n::{tu_string, use_i18n};
use crate::ui::{BrandMark, Button, ButtonKind, ButtonSize, Field, FieldKind, Icon, IconName};

/// The page on which one signs in.
#[component]
pub fn Login() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let next = move || query.read().get("next").filter(|next| is_local(next));
    let problem = Signal::derive(move || {
        let code = query.read().get("error")?;
        Some(match code.as_str() {
            "wrong" => tu_string!(i18n, auth.error_wrong),
            "throttled" => tu_string!(i18n, auth.error_throttled),
            "inactive" => tu_string!(i18n, auth.error_inactive),
            "insecure" => tu_string!(i18n, auth.error_insecure),
            _ => tu_string!(i18n, auth.error_other),
        })
    });
    view! {
        <Title text=tu_string!(i18n, auth.login_page) />
        <main class="auth">
            <div class="auth__card">
                <BrandMark large=true />
                <div class="auth__head">
                    <h1 class="auth__title">{tu_string!(i18n, auth.login_title)}</h1>
                    <p class="auth__text">{tu_string!(i18n, auth.login_text)}</p>
                </div>
                <FormProblem text=problem />
                <form class="auth__form" method="post" action="/login">
                    <Field
                        name="email"
                        label=tu_string!(i18n, auth.email)
                        kind=FieldKind::Email
                        autocomplete="username"
                        required=true
                        autofocus=true
                        large=true
                    />
                    <Field
                        name="password"
                        label=tu_string!(i18n, auth.password)
                        kind=FieldKind::Password
                        autocomplete="current-password"
                        required=true
                        large=true
                    />
                    <input type="hidden" name="next" value=move || next().unwrap_or_default() />
                    <div class="auth__submit">
                        <Button
                            kind=ButtonKind::Primary
                            size=ButtonSize::Large
                            submit=true
                            attr:data-testid="sign-in"
                        >
                            {tu_string!(i18n, auth.sign_in)}
                        </Button>
                    </div>
                </form>
            </div>
        </main>
    }
}

/// What went wrong with the whole form.
#[component]
pub(super) fn FormProblem(#[prop(into)] text: Signal<Option<&'static str>>) -> impl IntoView {
    move || {
        text.get().map(|text| {
            view! {
                <p class="auth__problem" role="alert" data-testid="form-error">
                    <Icon name=IconName::Alert />
                    <span>{text}</span>
                </p>
            }
        })
    }
}

/// Whether an address leads to a page of this desk. The server looks again.
fn is_local(next: &str) -> bool {
    next.starts_with('/') && !next.starts_with("//") && !next.contains('\\')
}
