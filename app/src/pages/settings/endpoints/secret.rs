//! A signing secret, which is shown once.

use leptos::prelude::*;

use super::super::open_while;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, CopyLine, Dialog};

/// Shows a secret for as long as there is one.
#[component]
pub(super) fn Secret(secret: RwSignal<Option<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let open = open_while(secret);
    let text = Signal::derive(move || secret.get().unwrap_or_default());
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, endpoints.secret_title)
            close=tu_string!(i18n, endpoints.close)
            testid="secret-dialog"
        >
            <p class="soft">{tu_string!(i18n, endpoints.secret_text)}</p>
            <CopyLine
                text=text
                label=tu_string!(i18n, endpoints.copy)
                done=tu_string!(i18n, endpoints.copied)
                testid="secret"
            />
            <div class="dialog__foot">
                <Button
                    kind=ButtonKind::Primary
                    on_press=move || open.set(false)
                    attr:data-testid="secret-kept"
                >
                    {tu_string!(i18n, endpoints.secret_done)}
                </Button>
            </div>
        </Dialog>
    }
}
