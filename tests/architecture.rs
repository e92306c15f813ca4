//! The house's own rules, read off its source: who may use whom, and that every feature has its rooms.

#![expect(clippy::expect_used, reason = "a test that cannot read the source says so")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The wings in dependency order: a wing uses only those before it.
const WINGS: [&str; 6] = ["kit", "people", "books", "market", "partners", "office"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where a wing's source stands: a crate of its own, or a folder of the program.
fn wing(name: &str) -> PathBuf {
    let own = root().join("crates").join(name).join("src");
    if own.is_dir() { own } else { root().join("src").join(name) }
}

/// Every source file of the program and of its wings.
fn all_files() -> Vec<PathBuf> {
    let mut all = files(&root().join("src"));
    all.extend(files(&root().join("crates")));
    all
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a source file")
}

/// The file without its tests.
fn code(path: &Path) -> String {
    text(path).split("#[cfg(test)]\nmod tests").next().unwrap_or("").to_owned()
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("under the root").display().to_string();
    path.trim_start_matches("crates/").replacen("src/", "", 1)
}

/// A feature's folder, or its one file.
fn features() -> BTreeMap<String, PathBuf> {
    let mut all = BTreeMap::new();
    for name in &WINGS[1..] {
        for entry in std::fs::read_dir(wing(name)).expect("a wing") {
            let path = entry.expect("an entry").path();
            let feature = path.file_stem().expect("a name").to_string_lossy().into_owned();
            if !["lib", "mod", "snapshots"].contains(&feature.as_str()) {
                all.insert(format!("{name}/{feature}"), path);
            }
        }
    }
    all
}

#[test]
fn a_wing_uses_only_those_above_it() {
    for (index, name) in WINGS.iter().enumerate() {
        for file in files(&wing(name)) {
            for later in &WINGS[index + 1..] {
                assert!(!code(&file).contains(&format!(" {later}::")), "{} reaches down into {later}", shown(&file));
            }
        }
    }
}

#[test]
fn rules_know_neither_the_database_nor_the_web() {
    let mut rooms = 0;
    for file in all_files().into_iter().filter(|file| file.ends_with("rules.rs")) {
        for forbidden in ["diesel::", "actix_web::", "store::", "Tx<"] {
            assert!(!code(&file).contains(forbidden), "{} knows {forbidden}", shown(&file));
        }
        assert!(text(&file).contains("#[cfg(test)]"), "{} has its tests beside it", shown(&file));
        rooms += 1;
    }
    assert!(rooms >= 4);
}

#[test]
fn services_know_nothing_of_the_web() {
    for file in all_files().into_iter().filter(|file| file.ends_with("service.rs") || file.ends_with("paying.rs")) {
        for forbidden in ["actix_web", "Problem", "HttpRe", "diesel::"] {
            assert!(!code(&file).contains(forbidden), "{} knows {forbidden}", shown(&file));
        }
    }
}

#[test]
fn a_table_is_named_by_its_own_feature_alone() {
    let mut writers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in all_files() {
        let name = shown(&file);
        if name.starts_with("office") || name.starts_with("cli") {
            continue;
        }
        let code = code(&file);
        for statement in ["insert_into(", "update(", "delete("] {
            for piece in code.split(&format!("diesel::{statement}")).skip(1) {
                let table: String = piece.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let feature = name.rsplit_once('/').map_or(
                    name.clone(),
                    |(folder, file)| {
                        if file == "store.rs" { folder.to_owned() } else { name.clone() }
                    },
                );
                if piece.trim_start()[table.len()..].starts_with("::table") && table != "t" {
                    writers.entry(table).or_default().push(feature);
                }
            }
        }
    }
    for (table, features) in &mut writers {
        features.dedup();
        assert_eq!(features.len(), 1, "{table} is written by {features:?}");
    }
    assert!(writers.len() >= 12);
}

#[test]
fn every_feature_says_what_it_is_for() {
    for (feature, path) in features() {
        let door = if path.is_dir() { path.join("mod.rs") } else { path };
        let text = text(&door);
        let prose = text.lines().take_while(|line| line.starts_with("//!")).count();
        assert!(prose >= 3, "{feature} has no module documentation to speak of");
    }
}

#[test]
fn a_path_and_a_query_tell_which_value_cannot_be_read() {
    for file in all_files() {
        let code = code(&file);
        let takes = !shown(&file).starts_with("kit/http") && ["web::Path<", "web::Query<"].iter().any(|taken| code.contains(taken));
        assert!(!takes || code.contains("use kit::http::web;"), "{} takes actix's own paths or queries", shown(&file));
    }
}

#[test]
fn every_handler_says_who_may_knock() {
    let mut handlers = 0;
    for file in all_files() {
        let code = code(&file);
        for verb in ["get", "post", "put", "patch", "delete"] {
            for piece in code.split(&format!("#[{verb}(\"")).skip(1) {
                let signature = piece.split(") -> ").next().unwrap_or("");
                assert!(
                    signature.contains("Actor<"),
                    "a handler in {} takes no Actor: {}",
                    shown(&file),
                    signature.lines().nth(1).unwrap_or("")
                );
                handlers += 1;
            }
        }
    }
    assert!(handlers >= 30);
}

/// What takes an idempotency key writes through it, or a request that is sent again would land twice.
#[test]
fn what_takes_a_key_lands_once() {
    let mut keyed = 0;
    for file in all_files() {
        let code = code(&file);
        for handler in code.split("#[utoipa::path(").skip(1).filter(|handler| handler.contains("(\"Idempotency-Key\" = String, Header)")) {
            let name = handler.split("pub async fn ").nth(1).and_then(|rest| rest.split('(').next()).unwrap_or("");
            let written: String = handler.split_whitespace().collect();
            assert!(written.contains(".once.write(") && !written.contains("db.write("), "{name} in {}", shown(&file));
            keyed += 1;
        }
    }
    assert!(keyed >= 50, "{keyed}");
}

#[test]
fn a_file_stays_readable() {
    // The tables of the schema are a list that is looked up and not read.
    for file in all_files().into_iter().filter(|file| !file.ends_with("schema.rs")) {
        let lines = code(&file).lines().count();
        assert!(lines <= 500, "{} has {lines} lines: split it by act", shown(&file));
    }
}

/// Codes are found by their text in the source, so that a new one without words fails here.
#[test]
fn every_code_has_its_words() {
    let catalogue = text(&wing("kit").join("i18n/id.yml"));
    let section = |name: &str| {
        let start = catalogue.find(&format!("\n{name}:\n")).expect("a section");
        let rest = &catalogue[start + name.len() + 3..];
        let end = rest
            .lines()
            .scan(0, |at, line| Some((std::mem::replace(at, *at + line.len() + 1), line)))
            .find(|(_, line)| !line.starts_with(' '));
        rest[..end.map_or(rest.len(), |(at, _)| at)].to_owned()
    };
    let (problems, words) = (section("problem"), section("word"));
    let mut codes = 0;
    for file in all_files() {
        let code = code(&file);
        for call in [
            "conflict(\"",
            "bad_request(\"",
            "unauthorized(\"",
            "StatusCode::SERVICE_UNAVAILABLE, \"",
            "StatusCode::INTERNAL_SERVER_ERROR, \"",
        ] {
            for piece in code.split(call).skip(1) {
                let name = piece.split('"').next().unwrap_or("");
                assert!(
                    problems.contains(&format!("\n  {name}:\n")) || problems.starts_with(&format!("  {name}:\n")),
                    "{name} in {}",
                    shown(&file)
                );
                codes += 1;
            }
        }
        if file.ends_with("rules.rs") || file.ends_with("payments.rs") {
            for piece in code.split(" = \"").skip(1) {
                let word = piece.split('"').next().unwrap_or("");
                let spoken = word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                let exempt = ["cash_on_delivery", "bank_transfer", "none", "due", "sent"].contains(&word);
                assert!(!spoken || exempt || words.contains(&format!("  {word}: ")), "{word} in {}", shown(&file));
            }
        }
    }
    assert!(codes >= 30);
}

#[test]
fn no_two_kinds_of_id_begin_alike() {
    let mut kinds: BTreeMap<String, String> = BTreeMap::new();
    for path in all_files() {
        for made in code(&path).split("typed_id!(").skip(1) {
            let named = made.lines().find_map(|line| line.trim().strip_suffix('"')?.split_once("Id, \""));
            let Some((kind, prefix)) = named else { continue };
            let here = format!("{} in {}", kind.trim(), shown(&path));
            if let Some(other) = kinds.insert(prefix.to_owned(), here.clone()) {
                panic!("`{prefix}` begins the ids of {other} and of {here}: one would be taken for the other");
            }
        }
    }
    assert!(kinds.len() > 40, "found {}", kinds.len());
}
