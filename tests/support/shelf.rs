//! The provider's list of templates, and templates that a test puts straight into the desk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contract::message::{Parameter, Template};
use contract::template::{TemplateCategory, TemplateInfo, TemplateStatus};
use desk::auth::seal::Place;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::TestDesk;

/// The account whose templates the provider lists.
pub const WABA: &str = "102290129340398";

/// What the provider has.
#[derive(Default)]
pub struct Shelf {
    templates: Vec<Value>,
    /// The status under which the next lists are refused.
    refusal: Option<u16>,
    lists: usize,
    drafts: Vec<Value>,
}

/// The shelf of a provider.
pub type Shared = Arc<Mutex<Shelf>>;

/// One page of the list; the cursor is the number of those before it.
pub async fn list(
    State(shelf): State<Shared>,
    Path(_account): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let mut shelf = shelf.lock().unwrap();
    shelf.lists += 1;
    if let Some(status) = shelf.refusal {
        let error = json!({"error": {"message": "refused by the test", "code": 190}});
        return (StatusCode::from_u16(status).unwrap(), Json(error)).into_response();
    }
    let number = |key: &str| query.get(key).and_then(|text| text.parse::<usize>().ok());
    let (after, limit) = (number("after").unwrap_or(0), number("limit").unwrap_or(25));
    let page: Vec<_> = shelf.templates.iter().skip(after).take(limit).cloned().collect();
    let end = after + page.len();
    let mut paging = json!({"cursors": {"before": after.to_string(), "after": end.to_string()}});
    if end < shelf.templates.len() {
        paging["next"] = json!("https://graph.example/next");
    }
    Json(json!({"data": page, "paging": paging})).into_response()
}

/// Makes a template.
pub async fn make(
    State(shelf): State<Shared>,
    Path(_account): Path<String>,
    Json(draft): Json<Value>,
) -> Json<Value> {
    let mut shelf = shelf.lock().unwrap();
    let id = (900 + shelf.drafts.len()).to_string();
    let mut listed = draft.clone();
    listed["id"] = json!(id);
    listed["status"] = json!("PENDING");
    shelf.templates.push(listed);
    shelf.drafts.push(draft);
    Json(json!({"id": id, "status": "PENDING"}))
}

/// A template as the provider lists it.
pub fn listed(name: &str, status: &str, category: &str, body: &str) -> Value {
    json!({
        "id": format!("id-{name}"), "name": name, "language": "en_US", "status": status, "category": category,
        "quality_score": {"score": "GREEN"}, "components": [{"type": "BODY", "text": body}],
    })
}

/// A template with these values in its text, as an agent sends it.
pub fn filled(name: &str, values: &[&str]) -> Template {
    let text = |value: &&str| Parameter::Text { text: (*value).to_owned(), name: None };
    Template {
        name: name.to_owned(),
        id: None,
        language: "en_US".to_owned(),
        text: String::new(),
        header: Vec::new(),
        body: values.iter().map(text).collect(),
        buttons: Vec::new(),
    }
}

/// A template as the desk has it.
pub fn info(name: &str, category: TemplateCategory, body: &str) -> TemplateInfo {
    TemplateInfo {
        id: Some(format!("id-{name}")),
        name: name.to_owned(),
        language: "en_US".to_owned(),
        category: Some(category),
        status: TemplateStatus::Approved,
        reason: None,
        quality: None,
        header: None,
        body: body.to_owned(),
        footer: None,
        buttons: Vec::new(),
        samples: Vec::new(),
    }
}

impl crate::Provider {
    /// What its list of templates holds from now on.
    pub fn lists(&self, templates: impl IntoIterator<Item = Value>) {
        self.shelf.lock().unwrap().templates = templates.into_iter().collect();
    }

    /// Refuses its list of templates under a status, or no longer.
    pub fn refuses_lists(&self, status: Option<u16>) {
        self.shelf.lock().unwrap().refusal = status;
    }

    /// How often its list was asked for, page by page.
    pub fn list_calls(&self) -> usize {
        self.shelf.lock().unwrap().lists
    }

    /// The templates that it was asked to make.
    pub fn drafts(&self) -> Vec<Value> {
        self.shelf.lock().unwrap().drafts.clone()
    }
}

impl TestDesk {
    /// Puts a template into the desk as if the provider had listed it.
    pub async fn has_template(&self, info: &TemplateInfo) {
        let mut tx = self.store.begin().await.unwrap();
        tx.put_templates(self.connection, &[info]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Tells the desk the account whose templates are listed, and waits until the list is read to its end.
    pub async fn reads_templates(&self) {
        let row = Uuid::now_v7();
        let place = Place { table: "connection_secrets", column: "sealed", row };
        let mut connection = self.database.connect().await;
        sqlx::query(
            "insert into connection_secrets (id, connection_id, field, sealed) values ($1, $2, 'waba_id', $3)",
        )
        .bind(row)
        .bind(self.connection.0)
        .bind(self.desk.seal.seal(&place, WABA))
        .execute(&mut connection)
        .await
        .unwrap();
        self.desk.connections.forget();
        self.reads_templates_again().await;
    }

    /// Has the list read once more.
    pub async fn reads_templates_again(&self) {
        let synced = "select coalesce(to_ms(max(templates_synced_at)), 0) from connections";
        let before = self.database.number(synced).await;
        self.store.want_templates(self.connection).await.unwrap();
        self.desk.bus.channels();
        crate::until("the templates are read", || async {
            (self.database.number(synced).await > before).then_some(())
        })
        .await;
    }
}
