//! Signing in and out, the first run, and what ends a session.

use axum::Router;
use desk::auth::sessions::{self, PageUser};
use desk::store::Store;
use desk::{Config, Desk};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode, Url};
use tests::TestDesk;
use tokio::net::TcpListener;

const PASSWORD: &str = "lantern quarry mosaic thistle";

fn at(desk: &TestDesk, path: &str) -> String {
    format!("{}{path}", desk.url().to_string().trim_end_matches('/'))
}

async fn post(desk: &TestDesk, path: &str, cookie: Option<&str>, form: &[(&str, &str)]) -> Response {
    let request = desk.http().post(at(desk, path)).header("sec-fetch-site", "same-origin");
    let request = match cookie {
        Some(cookie) => request.header("cookie", cookie),
        None => request,
    };
    let form = Url::parse_with_params("http://form.invalid", form).unwrap();
    let body = form.query().unwrap_or_default().to_owned();
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap()
}

async fn login(desk: &TestDesk, email: &str, password: &str) -> Response {
    post(desk, "/login", None, &[("email", email), ("password", password), ("next", "/settings/account")])
        .await
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

/// The cookie that an answer sets, as a request sends it.
fn cookie(response: &Response) -> String {
    let set = response.headers()["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// Opens a page that only those see who are signed in, with the desk's own sessions around it.
async fn page(desk: &Desk, path: &str, cookie: &str) -> Response {
    let page = Router::new().fallback(|PageUser(who): PageUser| async move { who.agent.name });
    let page = sessions::mount(desk, page).with_state(desk.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, page).await });
    let http = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let answer = http.get(format!("http://{address}{path}")).header("cookie", cookie).send().await.unwrap();
    server.abort();
    answer
}

/// Whether pages open with this cookie.
async fn is_in(desk: &TestDesk, cookie: &str) -> bool {
    page(&desk.desk, "/inbox/waiting", cookie).await.status() == StatusCode::OK
}

/// The desk as it is before anybody has been there.
async fn untouched(desk: &TestDesk) {
    desk.sql("delete from agents").await;
    desk.sql("update desk set organisation = null").await;
}

const FIRST: [(&str, &str); 4] =
    [("organisation", "Paper & Co"), ("name", "Ada"), ("email", "ada@example.org"), ("password", PASSWORD)];

#[tokio::test]
async fn the_first_person_sets_the_desk_up_and_is_signed_in() {
    let desk = TestDesk::start().await;
    untouched(&desk).await;
    let weak = FIRST.map(|(key, value)| (key, if key == "password" { "password1" } else { value }));
    assert_eq!(location(&post(&desk, "/setup", None, &weak).await), "/setup?error=weak");
    let answer = post(&desk, "/setup", None, &FIRST).await;
    assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "/inbox/waiting"));
    assert!(is_in(&desk, &cookie(&answer)).await);
    assert_eq!(post(&desk, "/setup", None, &FIRST).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn of_two_who_set_the_desk_up_at_once_one_wins() {
    let desk = TestDesk::start().await;
    untouched(&desk).await;
    let other = FIRST.map(|(key, value)| (key, if key == "email" { "eve@example.org" } else { value }));
    let (one, two) = tokio::join!(post(&desk, "/setup", None, &FIRST), post(&desk, "/setup", None, &other));
    let mut answers = [one.status().as_u16(), two.status().as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 404]);
    assert_eq!(desk.store.agents().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_right_password_signs_in_and_leads_to_where_one_wanted_to_go() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let answer = login(&desk, &format!(" {} ", admin.email.to_uppercase()), &admin.password).await;
    assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "/settings/account"));
    let set = answer.headers()["set-cookie"].to_str().unwrap();
    for word in ["baton=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(word), "{set}");
    }
    assert!(is_in(&desk, &cookie(&answer)).await);
    let forms = [("email", admin.email.as_str()), ("password", &admin.password), ("next", "//evil.example")];
    assert_eq!(location(&post(&desk, "/login", None, &forms).await), "/inbox/waiting");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let wrong = login(&desk, &admin.email, "wrong").await;
    let unknown = login(&desk, "nobody@example.org", "wrong").await;
    let odd = login(&desk, "no\0body@example.org", "wrong").await;
    for answer in [wrong, unknown, odd] {
        assert_eq!(location(&answer), "/login?error=wrong&next=%2Fsettings%2Faccount");
        assert!(answer.headers().get("set-cookie").is_none());
    }
}

#[tokio::test]
async fn an_account_has_five_tries_a_minute_and_then_not_even_the_right_password_counts() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    for email in [admin.email.as_str(), "nobody@example.org"] {
        // A minute can end in between; then the count begins anew once.
        let mut answers = Vec::new();
        for _ in 0..12 {
            answers.push(location(&login(&desk, email, "wrong").await).contains("throttled"));
        }
        assert!(!answers[0] && answers.contains(&true), "{email}: {answers:?}");
        desk.sql("delete from sign_in_tries").await;
    }
    // Full in this minute and in the next.
    desk.sql(&format!(
        "insert into sign_in_tries
         select 'account:' || encode(sha256(convert_to(lower('{}'), 'UTF8')), 'hex'),
                date_trunc('minute', desk_now()) + n * interval '1 minute', 5
           from generate_series(0, 1) n",
        admin.email
    ))
    .await;
    assert!(location(&login(&desk, &admin.email, &admin.password).await).contains("throttled"));
}

#[tokio::test]
async fn a_network_address_has_twenty_tries_a_minute() {
    let desk = TestDesk::start().await;
    let mut throttled = 0;
    for n in 0..45 {
        let answer = login(&desk, &format!("somebody{n}@example.org"), "wrong").await;
        throttled += usize::from(location(&answer).contains("throttled"));
    }
    // Of 45 tries within two minutes at the most 40 are heard.
    assert!(throttled >= 5, "{throttled}");
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_in_the_database() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let cookie = cookie(&login(&desk, &admin.email, &admin.password).await);
    let answer = post(&desk, "/logout", Some(&cookie), &[]).await;
    assert_eq!(location(&answer), "/login");
    assert!(answer.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert!(!is_in(&desk, &cookie).await);
}

#[tokio::test]
async fn signing_in_again_gives_the_session_a_new_id() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let first = cookie(&login(&desk, &admin.email, &admin.password).await);
    let form = [("email", admin.email.as_str()), ("password", &admin.password)];
    let second = cookie(&post(&desk, "/login", Some(&first), &form).await);
    assert_ne!(first, second);
    assert!(!is_in(&desk, &first).await);
    assert!(is_in(&desk, &second).await);
}

#[tokio::test]
async fn somebody_who_may_no_longer_sign_in_is_out_at_once_and_is_told_so_only_with_the_right_password() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let cookie = cookie(&login(&desk, &admin.email, &admin.password).await);
    let who = desk.signed_in(&desk.admin()).await;
    desk.sql("update agents set active = false").await;
    assert!(!is_in(&desk, &cookie).await);
    assert!(!sessions::still_valid(&desk.desk, &who).await.unwrap());
    assert!(location(&login(&desk, &admin.email, &admin.password).await).contains("error=inactive"));
    assert!(location(&login(&desk, &admin.email, "wrong").await).contains("error=wrong"));
}

#[tokio::test]
async fn another_role_another_epoch_or_a_deleted_row_ends_what_a_socket_may_do() {
    let desk = TestDesk::start().await;
    let ends = [
        "update agents set role = 'agent'",
        "update agents set session_epoch = session_epoch + 1",
        "delete from tower_sessions.session",
        "update tower_sessions.session set expiry_date = desk_now()",
    ];
    for end in ends {
        desk.sql("update agents set role = 'admin'").await;
        let who = desk.signed_in(&desk.admin()).await;
        assert!(sessions::still_valid(&desk.desk, &who).await.unwrap());
        desk.sql(end).await;
        assert!(!sessions::still_valid(&desk.desk, &who).await.unwrap(), "{end}");
    }
}

#[tokio::test]
async fn a_session_lasts_14_days_without_use_and_never_more_than_30() {
    let desk = TestDesk::start().await;
    let who = desk.signed_in(&desk.admin()).await;
    // Two weeks less an hour, over and over: each use would give it two weeks more.
    for (hours, valid) in [(335, true), (335, true), (60, false)] {
        desk.sql(&format!(
            "update tower_sessions.session set expiry_date = expiry_date - interval '{hours} hours',
               data = convert_to(jsonb_set(convert_from(data, 'UTF8')::jsonb, '{{until}}',
                 to_jsonb((convert_from(data, 'UTF8')::jsonb ->> 'until')::bigint - {hours} * 3600000))::text, 'UTF8')"
        ))
        .await;
        desk.sql(&format!("update sign_ins set last_seen = last_seen - interval '{hours} hours'")).await;
        assert_eq!(sessions::still_valid(&desk.desk, &who).await.unwrap(), valid);
        sessions::touch(&desk.desk, &who).await.unwrap();
    }
    sessions::sweep(&desk.desk).await.unwrap();
    assert!(desk.store.sign_ins(who.agent.id, &who.session_hash).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_page_sends_strangers_to_sign_in_and_brings_them_back() {
    let desk = TestDesk::start().await;
    let page_of_a_stranger = page(&desk.desk, "/inbox/mine?q=1", "").await;
    assert_eq!(page_of_a_stranger.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&page_of_a_stranger), "/login?next=%2Finbox%2Fmine%3Fq%3D1");
    untouched(&desk).await;
    assert_eq!(location(&page(&desk.desk, "/inbox/mine", "").await), "/setup");
}

#[tokio::test]
async fn another_sites_page_cannot_sign_anybody_in_or_out() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let cookie = cookie(&login(&desk, &admin.email, &admin.password).await);
    let tricks: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("content-type", "text/plain")],
    ];
    for headers in tricks {
        let mut request = desk.http().post(at(&desk, "/logout")).header("cookie", &cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{headers:?}");
    }
    assert!(is_in(&desk, &cookie).await);
}

/// The same desk as another process would be whose database is away.
fn without_database(desk: &TestDesk) -> Desk {
    let like = &desk.desk.config;
    let config = Config {
        public_url: like.public_url.clone(),
        local_url: like.local_url.clone(),
        trusted_proxies: Vec::new(),
        allowed_hosts: Vec::new(),
        sandbox: false,
        secret_key: like.secret_key.clone(),
        ledger_days: like.ledger_days,
        build: like.build.clone(),
        database_connections: 1,
        media: like.media.clone(),
    };
    let nowhere = Store::open("postgres://nobody@127.0.0.1:1/nothing", 1).unwrap();
    desk::state::desk(config, nowhere).unwrap()
}

#[tokio::test]
async fn while_the_database_is_away_nobody_is_signed_out() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let cookie = cookie(&login(&desk, &admin.email, &admin.password).await);
    let away = page(&without_database(&desk), "/inbox/waiting", &cookie).await;
    assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(away.headers()["retry-after"], "1");
    assert!(away.headers().get("set-cookie").is_none());
    assert!(is_in(&desk, &cookie).await);
}
