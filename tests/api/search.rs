//! The relevance test both engines must pass: what a real buyer types, and what she means.

use std::collections::{BTreeMap, BTreeSet};

use kit::auth::Identity;
use kit::db::{Failure, Never};
use market::catalogue::content::{Content, Photos};
use market::catalogue::model::NewProduct;
use market::catalogue::rules::Move;
use market::catalogue::{ProductId, service};
use market::packs::model::NewPack;
use market::packs::rules::PriceList;
use people::enterprises::EnterpriseId;
use people::permissions::Action;
use serde::Deserialize;
use serde_json::json;

use crate::orders::{Stall, stall};
use crate::support::{Person, TestApp};

#[derive(Deserialize)]
struct Row {
    key: String,
    name: String,
    description: String,
    category: String,
    seller: String,
    #[expect(dead_code, reason = "the sellers of the fixture all trade in one village here")]
    village: String,
    unit: String,
    price: i64,
}

#[derive(Deserialize)]
struct Wanted {
    query: String,
    want: String,
    within: usize,
}

fn rows<T: serde::de::DeserializeOwned>(file: &str) -> Vec<T> {
    let path = format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    csv::Reader::from_path(path).expect("the fixture").deserialize().collect::<Result<_, _>>().expect("rows")
}

fn identity(person: &Person) -> Identity {
    Identity { account: person.account_id.parse().expect("an id"), session: person.session_id.parse().expect("an id"), guest: false }
}

/// Lists every product of the fixture, by the services its maker and the admin would use.
fn stock_up(app: &TestApp) -> BTreeMap<String, String> {
    let village = app.balewangi();
    let admin = identity(&village.admin);
    let mut shops: BTreeMap<String, (EnterpriseId, Identity)> = BTreeMap::new();
    let products: Vec<Row> = rows("products.csv");
    assert!(products.len() >= 300);
    for row in &products {
        if !shops.contains_key(&row.seller) {
            let shop = app.home_industry(&village, &format!("Usaha {}", row.seller));
            shops.insert(row.seller.clone(), (shop.id.parse().expect("an id"), identity(&shop.owner)));
        }
    }
    let listed = app.wait(app.app.db.write(move |tx| {
        let mut keys = BTreeMap::new();
        for row in &products {
            let (shop, owner) = shops[&row.seller];
            let content = Content {
                category: row.category.parse().expect("a category"),
                name: row.name.parse().expect("a name"),
                description: row.description.parse().expect("a description"),
                ingredients: None,
                allergens: BTreeSet::new(),
                storage: None,
                shelf_life_days: None,
                pirt: None,
                halal: None,
                photos: Photos::default(),
            };
            let new = NewProduct {
                content,
                pack: NewPack {
                    unit: serde_json::from_value(json!(row.unit)).expect("a unit"),
                    net: None,
                    prices: PriceList::new(serde_json::from_value(json!(row.price)).expect("a price"), None, &[]).expect("one price"),
                    on_hand: serde_json::from_value(json!(10)).expect("a count"),
                },
            };
            let id: ProductId = service::create(tx, owner, shop, &new).expect("created").product.id;
            service::advance(tx, owner, id, Move::Submit, Action::WriteProduct, None).expect("submitted");
            service::advance(tx, admin, id, Move::Publish, Action::ModerateProduct, None).expect("published");
            keys.insert(id.to_string(), row.key.clone());
        }
        Ok::<_, Failure<Never>>(keys)
    }));
    listed.expect("listed")
}

#[test]
fn buyers_find_what_they_mean() {
    let app = TestApp::start();
    let keys = stock_up(&app);
    let wanted: Vec<Wanted> = rows("relevance.csv");
    assert!(wanted.len() >= 40);
    let mut order_of_answers = String::new();
    let mut missed = Vec::new();
    for Wanted { query, want, within } in &wanted {
        let encoded = query.replace(' ', "%20");
        let page = app.client.get(&format!("/v1/products?limit=10&q={encoded}")).expect(200);
        let found: Vec<&str> =
            page["items"].as_array().expect("a list").iter().map(|p| keys[p["id"].as_str().expect("an id")].as_str()).collect();
        order_of_answers.push_str(&format!("{query}: {}\n", found.join(" ")));
        if !found.iter().take(*within).any(|key| want.split('|').any(|wanted| wanted == *key)) {
            missed.push(format!("{query} (within {within}: {want}) found {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{} of {} missed:\n{}", missed.len(), wanted.len(), missed.join("\n"));
    // One snapshot for both engines: they do not only find, they answer in the same order.
    insta::assert_snapshot!(order_of_answers);
}

#[test]
fn a_search_can_be_narrowed_and_paged() {
    let app = TestApp::start();
    let Stall { village, shop, .. } = stall(&app);
    let other = app.home_industry(&village, "Rengginang Mekar");
    for n in 0..7 {
        app.product(&village, &shop, &format!("Opak Ketan {n}"), 1_000 * (n + 1), 5);
    }
    let elsewhere = app.product(&village, &other, "Opak Singkong", 9_000, 0);
    let mut seen = Vec::new();
    let mut path = "/v1/products?q=opak&limit=3".to_owned();
    loop {
        let page = app.client.get(&path).expect(200);
        seen.extend(page["items"].as_array().expect("a list").iter().map(|p| p["id"].as_str().expect("an id").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/products?q=opak&limit=3&cursor={cursor}");
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (8, 8));
    let of_other = app.client.get(&format!("/v1/products?q=opak&seller={}", other.id)).expect(200);
    assert_eq!(of_other["items"][0]["id"], elsewhere.as_str());
    assert_eq!(app.client.get(&format!("/v1/products?q=opak&in_stock=true&seller={}", other.id)).expect(200)["items"], json!([]));
    assert_eq!(app.client.get("/v1/products?q=opak&price_max=2000").expect(200)["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(app.client.get("/v1/products?q=%3F%21").expect(200)["items"], json!([]), "nothing searchable finds nothing");
    assert_eq!(app.client.get("/v1/products?q=\"%20OR%201=1%20--").expect(200)["items"], json!([]), "words, never syntax");
}

#[test]
fn a_changed_name_is_found_by_its_new_name_alone() {
    let app = TestApp::start();
    let Stall { village, shop, .. } = stall(&app);
    let id = app.draft(&shop, "Ranginang Merah", 9_000, 5);
    shop.owner.client.patch(&format!("/v1/products/{id}"), "\"1\"", json!({ "name": "Wajit Hijau" })).expect(200);
    shop.owner.client.post(&format!("/v1/products/{id}/submit"), json!({})).expect(200);
    village.admin.client.post(&format!("/v1/products/{id}/publish"), json!({})).expect(200);
    assert_eq!(app.client.get("/v1/products?q=wajit").expect(200)["items"][0]["id"], id.as_str());
    assert_eq!(app.client.get("/v1/products?q=ranginang").expect(200)["items"], json!([]));
}

#[test]
fn a_renamed_seller_is_found_by_her_new_name() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let path = format!("/v1/enterprises/{}", shop.id);
    let seen = shop.owner.client.get(&path);
    let name = json!({ "name": "Warisan Papandayan" });
    shop.owner.client.patch(&path, seen.header("etag"), name).expect(200);
    assert_eq!(app.client.get("/v1/products?q=papandayan").expect(200)["items"], json!([]), "not yet: it follows by a job");
    app.run_jobs();
    assert_eq!(app.client.get("/v1/products?q=papandayan").expect(200)["items"][0]["id"], product.as_str());
}
