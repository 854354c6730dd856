//! What the calls are refused for.

use contract::Body;
use serde_json::{Value, json};

use super::read::{Request, request};
use crate::sandbox::send::{Sign, To, What};

fn body(kind: &str, object: Value) -> Value {
    let mut body = json!({ "messaging_product": "whatsapp", "to": "+44 7700 900123", "type": kind });
    body[kind] = object;
    body
}

fn read(body: &Value) -> Result<Request, u32> {
    request(body.to_string().as_bytes()).map_err(|error| error.code)
}

fn refused(body: &Value) -> u32 {
    read(body).expect_err("it was taken")
}

fn buttons(titles: &[&str]) -> Value {
    let button = |(id, title): (usize, &&str)| {
        let reply = json!({ "id": id.to_string(), "title": title });
        json!({ "type": "reply", "reply": reply })
    };
    let buttons: Vec<Value> = titles.iter().enumerate().map(button).collect();
    let action = json!({ "buttons": buttons });
    body("interactive", json!({ "type": "button", "body": { "text": "Which?" }, "action": action }))
}

fn template(text: &str) -> Value {
    let parameters = json!([{ "type": "text", "text": text }]);
    let components = json!([{ "type": "body", "parameters": parameters }]);
    body("template", json!({ "name": "hello", "language": { "code": "en" }, "components": components }))
}

#[test]
fn text_is_read_with_its_recipient() {
    let Ok(Request::Send(sending)) = read(&body("text", json!({ "body": "Hello" }))) else {
        panic!("it was refused")
    };
    assert_eq!(sending.to, To::Number("447700900123".to_owned()));
    assert_eq!(sending.what, What::Message { body: Body::text("Hello"), quoted: None });
}

#[test]
fn text_has_1_to_4096_characters() {
    assert_eq!(refused(&body("text", json!({ "body": "" }))), 131_009);
    assert_eq!(refused(&body("text", json!({ "body": "é".repeat(4097) }))), 131_009);
    assert!(read(&body("text", json!({ "body": "é".repeat(4096) }))).is_ok());
    assert_eq!(refused(&body("text", json!({}))), 131_008);
}

#[test]
fn a_recipient_is_a_number_or_a_user_id() {
    let mut nobody = body("text", json!({ "body": "x" }));
    nobody["to"] = Value::Null;
    assert_eq!(refused(&nobody), 100);
    nobody["recipient"] = json!("US.abc123");
    let Ok(Request::Send(sending)) = read(&nobody) else { panic!("it was refused") };
    assert_eq!(sending.to, To::User("US.abc123".to_owned()));
    nobody["recipient"] = json!("somebody");
    assert_eq!(refused(&nobody), 131_009);
}

#[test]
fn there_are_1_to_3_buttons_with_different_short_titles() {
    assert!(read(&buttons(&["Yes", "No", "Perhaps"])).is_ok());
    assert_eq!(refused(&buttons(&[])), 131_009);
    assert_eq!(refused(&buttons(&["1", "2", "3", "4"])), 131_009);
    assert_eq!(refused(&buttons(&["Yes", "Yes"])), 131_009);
    assert_eq!(refused(&buttons(&["a title of 21 letters"])), 131_009);
}

#[test]
fn a_menu_has_at_most_ten_rows_in_all() {
    let section = |from: usize, rows: usize| {
        let rows: Vec<Value> = (from..from + rows).map(|row| json!({ "id": row, "title": row })).collect();
        json!({ "title": "Rows", "rows": rows })
    };
    let menu = |sections: Value| {
        let action = json!({ "button": "Menu", "sections": sections });
        body("interactive", json!({ "type": "list", "body": { "text": "Which?" }, "action": action }))
    };
    assert!(read(&menu(json!([section(0, 5), section(5, 5)]))).is_ok());
    assert_eq!(refused(&menu(json!([section(0, 5), section(5, 6)]))), 131_009);
    assert_eq!(refused(&menu(json!([section(0, 5), section(4, 5)]))), 131_009);
}

#[test]
fn a_variable_of_a_template_is_one_line() {
    assert!(read(&template("Ana")).is_ok());
    assert_eq!(refused(&template("Ana\nSouza")), 132_018);
    assert_eq!(refused(&template("Ana     Souza")), 132_018);
}

#[test]
fn a_file_has_an_id_or_an_address() {
    assert!(read(&body("image", json!({ "id": "1" }))).is_ok());
    assert!(read(&body("image", json!({ "link": "https://example.com/a.png" }))).is_ok());
    assert_eq!(refused(&body("image", json!({}))), 100);
    assert_eq!(refused(&body("image", json!({ "id": "1", "link": "https://example.com/" }))), 100);
    assert_eq!(refused(&body("audio", json!({ "id": "1", "caption": "x" }))), 131_009);
}

#[test]
fn an_unknown_type_is_refused() {
    assert_eq!(refused(&body("hologram", json!({}))), 131_051);
}

#[test]
fn reading_and_typing_are_one_call() {
    let mut call = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1" });
    let message = "wamid.1".to_owned();
    assert_eq!(read(&call), Ok(Request::Read { message: message.clone(), sign: Sign::Read }));
    call["typing_indicator"] = json!({ "type": "text" });
    assert_eq!(read(&call), Ok(Request::Read { message, sign: Sign::Typing }));
}

#[test]
fn what_is_no_json_object_is_refused() {
    for nonsense in ["", "[]", "null", "{", "7"] {
        assert_eq!(request(nonsense.as_bytes()).map_err(|error| error.code), Err(100));
    }
}
