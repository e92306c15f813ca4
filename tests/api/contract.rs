//! The OpenAPI document: committed, complete, and the truth about every handler.

use std::collections::BTreeSet;
use std::path::Path;

use pasar_kuliner::app::openapi;

use crate::support::TestApp;

fn committed() -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("openapi/openapi.json")).expect("JSON")
}

#[test]
fn the_committed_document_is_what_the_binary_serves() {
    let app = TestApp::start();
    let served = app.client.get("/openapi.json").expect(200);
    assert!(served == committed(), "openapi/openapi.json is out of date: cargo run -- openapi > openapi/openapi.json");
}

/// Every function under an actix route macro, by its name in the source, is an operation of the document.
#[test]
fn every_handler_is_in_the_document() {
    let document = openapi();
    let mut described = 0;
    let mut ids = BTreeSet::new();
    for item in document.paths.paths.values() {
        for operation in [&item.get, &item.post, &item.put, &item.patch, &item.delete].into_iter().flatten() {
            described += 1;
            ids.insert(operation.operation_id.clone().expect("an operation id"));
        }
    }
    assert_eq!(ids.len(), described, "operation ids are unique");
    let mut handlers = 0;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in [sources(&root.join("src")), sources(&root.join("crates"))].concat() {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let is_macro = file.ends_with("kit/src/http/input.rs");
        let routes = ["#[get(\"", "#[post(\"", "#[put(\"", "#[patch(\"", "#[delete(\"", "act!(\n"];
        handlers += if is_macro { 0 } else { routes.iter().map(|route| text.matches(route).count()).sum::<usize>() };
    }
    assert_eq!(handlers, described, "handlers in the source, operations in the document");
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_operation_tells_its_own_errors() {
    let document = committed();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let responses = operation["responses"].as_object().expect("responses");
            assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path} succeeds somehow");
            for status in ["400", "429", "503"] {
                assert!(responses.contains_key(status), "{method} {path} may answer {status}");
            }
            let keyed = operation["parameters"].as_array().is_some_and(|all| all.iter().any(|p| p["name"] == "Idempotency-Key"));
            assert_eq!(keyed, responses.contains_key("422"), "{method} {path}: a key and its refusal go together");
            let signed_in =
                operation["security"].as_array().is_some_and(|all| all.iter().all(|one| one.get("bearer").is_some()) && !all.is_empty());
            assert!(!signed_in || responses.contains_key("401"), "{method} {path} may answer 401");
        }
    }
}

/// Two features may both call something `State`; in the document each name is one thing.
#[test]
fn no_schema_goes_by_a_name_that_features_share() {
    let document = committed();
    for shared in ["State", "Kind", "Role", "Method", "Move", "Event", "Account", "Sort", "Action"] {
        assert!(document["components"]["schemas"].get(shared).is_none(), "{shared}: give it a name of its own with #[schema(as = …)]");
    }
}

/// The documentation's page asks this server alone for what it shows.
#[test]
fn the_documentation_needs_nothing_from_elsewhere() {
    let app = TestApp::start();
    let page = app.client.get("/docs/");
    assert_eq!(page.status, 200);
    let mut assets = 0;
    for attribute in ["src=\"", "href=\""] {
        for piece in page.text.split(attribute).skip(1) {
            let target = piece.split('"').next().unwrap_or("");
            assert!(!target.contains("//"), "{target} is somewhere else");
            let asset = app.client.get(&format!("/docs/{}", target.trim_start_matches("./")));
            assert_eq!(asset.status, 200, "{target}");
            assets += 1;
        }
    }
    assert!(assets >= 4, "scripts and styles");
    assert!(page.header("content-security-policy").contains("default-src 'self'"));
}
