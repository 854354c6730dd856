//! The document and the routes are the same thing.

use reqwest::Method;
use serde_json::Value;
use tests::TestDesk;

async fn document(desk: &TestDesk) -> Value {
    let answer = desk.http().get(format!("{}/api/openapi.json", desk.url())).send().await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn every_call_of_the_document_is_there_and_wants_a_token() {
    let desk = TestDesk::start().await;
    let document = document(&desk).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut calls = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let path = path.replace("{id}", &uuid::Uuid::now_v7().to_string()).replace("{account}", "1");
            let answer =
                desk.http().request(method.clone(), format!("{}{path}", desk.url())).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 401, "{method} {path}");
            assert!(
                call["summary"].is_string() && call["responses"]["default"].is_object(),
                "{method} {path}"
            );
            calls += 1;
        }
    }
    assert!(calls >= 75, "{calls} calls");
}

/// Whatever is referred to is described, and everything that is described says what it is.
#[tokio::test]
async fn the_document_is_whole() {
    let desk = TestDesk::start().await;
    let document = document(&desk).await;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is referred to and not described");
    }
    for (name, schema) in schemas {
        for (field, inner) in schema["properties"].as_object().into_iter().flatten() {
            let said = inner["description"].is_string()
                || inner["$ref"].is_string()
                || inner["oneOf"].is_array()
                || inner["allOf"].is_array();
            assert!(said, "{name}.{field} says nothing: {inner}");
        }
    }
    for word in ["Event", "Conversation", "Message", "Handoff", "Problem", "NewMessage"] {
        assert!(schemas.contains_key(word), "{word}");
    }
}

#[tokio::test]
async fn the_page_is_our_own_and_runs_nothing_of_anybody_else_s() {
    let desk = TestDesk::start().await;
    let page = desk.http().get(format!("{}/api/docs", desk.url())).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("style="), "{html}");
    for (path, kind) in [("page.js", "text/javascript"), ("page.css", "text/css")] {
        assert!(html.contains(path));
        let part = desk.http().get(format!("{}/api/docs/{path}", desk.url())).send().await.unwrap();
        assert_eq!(part.headers()["content-type"], kind);
        assert!(!part.text().await.unwrap().is_empty());
    }
}
