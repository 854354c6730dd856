//! The first run: the organisation and its first admin. A plain form; the server answers 404 afterwards.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::login::FormProblem;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{BrandMark, Button, ButtonKind, ButtonSize, Field, FieldKind};

/// The page of the first run.
#[expect(clippy::too_many_lines, reason = "one form, read from top to bottom")]
#[component]
pub fn Setup() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let code = Memo::new(move |_| query.read().get("error"));
    let field = move |codes: &'static [&'static str], text: &'static str| {
        Signal::derive(move || {
            code.get().filter(|code| codes.contains(&code.as_str())).map(|_| text.to_owned())
        })
    };
    let taken = field(&["taken"], tu_string!(i18n, auth.setup_taken));
    let malformed = field(&["email"], tu_string!(i18n, auth.setup_email));
    let email = Signal::derive(move || taken.get().or_else(|| malformed.get()));
    let whole = Signal::derive(move || {
        Some(match code.get()?.as_str() {
            "weak" | "email" | "taken" | "organisation" | "name" => return None,
            "throttled" => tu_string!(i18n, auth.error_throttled),
            "insecure" => tu_string!(i18n, auth.error_insecure),
            _ => tu_string!(i18n, auth.error_other),
        })
    });
    view! {
        <Title text=tu_string!(i18n, auth.setup_page) />
        <main class="auth">
            <div class="auth__card auth__card--wide">
                <BrandMark large=true />
                <div class="auth__head">
                    <h1 class="auth__title">{tu_string!(i18n, auth.setup_title)}</h1>
                    <p class="auth__text">{tu_string!(i18n, auth.setup_text)}</p>
                </div>
                <FormProblem text=whole />
                <form class="auth__form" method="post" action="/setup">
                    <Field
                        name="organisation"
                        label=tu_string!(i18n, auth.organisation)
                        hint=tu_string!(i18n, auth.organisation_hint)
                        error=field(&["organisation"], tu_string!(i18n, auth.setup_organisation))
                        autocomplete="organization"
                        required=true
                        autofocus=true
                        large=true
                    />
                    <Field
                        name="name"
                        label=tu_string!(i18n, auth.your_name)
                        hint=tu_string!(i18n, auth.your_name_hint)
                        error=field(&["name"], tu_string!(i18n, auth.setup_name))
                        autocomplete="name"
                        required=true
                        large=true
                    />
                    <Field
                        name="email"
                        label=tu_string!(i18n, auth.email)
                        kind=FieldKind::Email
                        error=email
                        autocomplete="username"
                        required=true
                        large=true
                    />
                    <Field
                        name="password"
                        label=tu_string!(i18n, auth.password)
                        kind=FieldKind::Password
                        hint=tu_string!(i18n, auth.password_hint)
                        error=field(&["weak"], tu_string!(i18n, auth.setup_weak))
                        autocomplete="new-password"
                        required=true
                        large=true
                    />
                    <div class="auth__submit">
                        <Button
                            kind=ButtonKind::Primary
                            size=ButtonSize::Large
                            submit=true
                            attr:data-testid="create-desk"
                        >
                            {tu_string!(i18n, auth.create)}
                        </Button>
                    </div>
                </form>
            </div>
        </main>
    }
}
