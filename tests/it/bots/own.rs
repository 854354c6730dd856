//! Answers of our own making: what the documents say can come, and what should not but does.

use serde_json::Value;

use super::golden::play;
use crate::protocol::{read_folder, tests_folder};

/// The cases of a file: what comes, and what is made of it.
async fn check(file: &str) {
    let folder = read_folder(&tests_folder().join("fixtures/bots"));
    let cases = folder.get(file).unwrap_or_else(|| panic!("there is no {file}"));
    let kind: &'static str = match file.split('_').next().unwrap() {
        "webhook" => "webhook",
        "watson" => "watson",
        "openai" => "openai",
        "rasa" => "rasa",
        other => panic!("{other}"),
    };
    let mut wrong = Vec::new();
    for case in cases.as_array().unwrap() {
        let made = play(kind, case).await;
        for (path, expected) in case["expect"].as_object().unwrap() {
            let found = made.pointer(path).unwrap_or(&Value::Null);
            if found != expected {
                wrong.push(format!("{}: {path} is {found:#}, and not {expected:#}", case["case"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_webhook_bots_answer_is_understood() {
    check("webhook_answers.json").await;
}

#[tokio::test]
async fn what_watson_answers_is_understood() {
    check("watson_answers.json").await;
}

#[tokio::test]
async fn what_models_answer_is_understood() {
    check("openai_answers.json").await;
}

#[tokio::test]
async fn what_rasa_answers_is_understood() {
    check("rasa_answers.json").await;
}
