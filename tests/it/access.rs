//! Nobody sees or changes what isn't theirs. Every route of the OpenAPI document is walked: by nobody in particular, by
//! another person, and by an administrator where it is theirs.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::{Answer, Person, TestLeague, numbered_policy};

/// Who may use a route.
#[derive(Clone, Copy, PartialEq)]
enum Access {
    /// Everybody, also without a token.
    Everybody,
    /// Any person, about themselves.
    Oneself,
    /// The owner of what the address names.
    Owner,
    /// Administrators.
    Administrator,
}

use Access::{Administrator, Everybody, Oneself, Owner};

/// A new route must be entered here, with a decision.
const ROUTES: &[(&str, Access)] = &[
    ("POST /api/v1/session", Everybody),
    ("DELETE /api/v1/session", Everybody),
    ("GET /api/v1/me", Oneself),
    ("PUT /api/v1/me/password", Oneself),
    ("GET /api/v1/me/tokens", Oneself),
    ("POST /api/v1/me/tokens", Oneself),
    ("DELETE /api/v1/me/tokens/{id}", Owner),
    ("POST /api/v1/people", Administrator),
    ("GET /api/v1/people", Administrator),
    ("GET /api/v1/season", Everybody),
    ("GET /api/v1/races", Everybody),
    ("GET /api/v1/races/{race}", Everybody),
    ("GET /api/v1/races/{race}/leaderboard", Everybody),
    ("GET /api/v1/races/{race}/entries/{entry}/replay", Everybody),
    ("GET /api/v1/races/{race}/entries/{entry}/telemetry", Everybody),
    ("GET /api/v1/tracks/{name}", Everybody),
    ("GET /api/v1/events", Everybody),
    ("GET /api/v1/openapi.json", Everybody),
    ("POST /api/v1/races/{race}/submissions", Oneself),
    ("GET /api/v1/submissions", Oneself),
    ("GET /api/v1/submissions/{id}", Owner),
    ("GET /api/v1/submissions/{id}/replay", Owner),
    ("GET /api/v1/submissions/{id}/telemetry", Owner),
    ("GET /api/v1/submissions/{id}/policy", Owner),
    ("GET /healthz", Everybody),
    ("GET /readyz", Everybody),
    ("GET /metrics", Everybody),
];

/// `METHOD path` of every operation in the document.
fn operations(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("operations").keys();
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// What the owner has, as the owner sees it.
fn belongings(owner: &Person) -> Vec<Value> {
    ["/api/v1/me", "/api/v1/me/tokens", "/api/v1/submissions"].map(|path| owner.get(path).expect(200).json()).to_vec()
}

#[test]
fn every_route_keeps_to_its_people() {
    let league = TestLeague::start();
    let owner = league.person("owner");
    let submission = owner.submit("harbour-sprint", &numbered_policy(1)).expect(202).json();
    let submission = submission["id"].as_str().expect("an id").to_owned();
    league.raced(&owner, &submission);
    let token = owner.post_json("/api/v1/me/tokens", &json!({"name": "laptop"})).expect(201).json();
    let entry = league.people_on_board("harbour-sprint")[0]["entry"].as_str().expect("an id").to_owned();
    assert_ne!(entry, submission, "the board does not tell a submission's id");

    let other = league.person("other");
    let nobody = league.anonymous();
    let liar = {
        let mut liar = nobody.clone();
        liar.token = Some(format!("pdk_{}", "0".repeat(64)));
        liar
    };
    let before = belongings(&owner);

    let document = nobody.get("/api/v1/openapi.json").expect(200).json();
    let known: BTreeMap<_, _> = ROUTES.iter().copied().collect();
    let operations = operations(&document);
    assert_eq!(operations.len(), known.len(), "the document and this test's table have the same routes");
    for operation in operations {
        let access = *known.get(operation.as_str()).unwrap_or_else(|| panic!("who may {operation}?"));
        let (method, path) = operation.split_once(' ').expect("two words");
        let token = token["id"].as_str().expect("an id");
        let id = if path.contains("/tokens/") { token } else { &submission };
        let filled = path.replace("{race}", "harbour-sprint").replace("{entry}", &entry).replace("{id}", id);
        let filled = filled.replace("{name}", "harbour");
        if operation == "POST /api/v1/session" {
            assert_eq!(request(&nobody, method, path, &filled).status, 401, "a wrong password");
            continue;
        }
        // Streams do not end; their first bytes are tested where they are written.
        if path == "/api/v1/events" {
            continue;
        }
        let ask = |person: &Person| request(person, method, path, &filled);
        if access == Everybody {
            let status = ask(&nobody).status;
            assert!(!matches!(status, 401 | 403 | 404 | 500..), "{operation} by nobody: {status}");
        } else {
            assert_eq!(ask(&nobody).expect(401).problem(), "not_signed_in", "{operation}");
            assert_eq!(ask(&liar).expect(401).problem(), "token_invalid", "{operation}");
        }
        let by_other = ask(&other);
        match access {
            Everybody => assert!(by_other.status < 500, "{operation}: {}", by_other.text()),
            Oneself => {
                assert!(by_other.status < 500 && by_other.status != 404, "{operation}: {}", by_other.text());
                assert!(!by_other.text().contains(&submission), "{operation} tells of another's submission");
                assert!(!by_other.text().contains("\"owner\""), "{operation} tells of another person");
            }
            Owner => {
                assert_eq!(by_other.status, 404, "{operation}: {}", by_other.text());
                // What is another's looks exactly like what does not exist.
                let missing =
                    request(&other, method, path, &filled.replace(id, "sub_00000000000000000000000000000000"));
                assert_eq!(missing.problem(), by_other.problem(), "{operation}");
            }
            Administrator => assert_eq!(by_other.status, 403, "{operation}: {}", by_other.text()),
        }
    }
    assert_eq!(belongings(&owner), before, "nothing of the owner's has changed");
    // The owner and an administrator do get in.
    let path = format!("/api/v1/submissions/{submission}");
    owner.get(&path).expect(200);
    let administrator = league.person_with("boss", "admin");
    administrator.get(&path).expect(200);
    administrator.get("/api/v1/people").expect(200);
}

fn request(person: &Person, method: &str, path: &str, filled: &str) -> Answer {
    let as_json = [("Content-Type", "application/json")];
    match (method, path) {
        ("POST", "/api/v1/races/{race}/submissions") => person.submit("harbour-sprint", &numbered_policy(2)),
        ("POST", "/api/v1/session") => person.post_json(filled, &json!({"handle": "x1", "password": "wrong password"})),
        ("POST", "/api/v1/me/tokens") => person.post_json(filled, &json!({"name": "mine"})),
        ("POST", "/api/v1/people") => person.post_json(filled, &json!({"handle": "newcomer"})),
        ("PUT", "/api/v1/me/password") => {
            person.request("PUT", filled, &as_json, Some(br#"{"new_password": "a long enough password"}"#))
        }
        _ => person.request(method, filled, &[], None),
    }
}
