//! The people of the village, as values.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use kit::auth::AccountId;
use kit::db::{Failure, Never};
use people::accounts;
use people::accounts::model::Device;
use serde_json::{Value, json};

use super::{Client, TestApp};

pub const PASSWORD: &str = "rahasia-desa";

/// Someone who is signed in.
#[derive(Clone)]
pub struct Person {
    pub client: Client,
    pub phone: String,
    pub account_id: String,
    pub session_id: String,
    pub refresh_token: String,
}

/// An enterprise with its owner.
pub struct Shop {
    pub id: String,
    pub owner: Person,
}

/// A village with its admin.
pub struct Village {
    pub id: String,
    pub admin: Person,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A number nobody has yet.
pub fn new_phone() -> String {
    format!("0812{:08}", 10_000_000 + NEXT.fetch_add(1, Ordering::SeqCst))
}

impl TestApp {
    /// Registers and signs in over HTTP, as a person would.
    pub fn registered(&self, name: &str) -> Person {
        let phone = new_phone();
        let body = json!({ "phone": phone, "name": name, "password": PASSWORD, "email": format!("{phone}@desa.example") });
        self.client.send("POST", "/v1/auth/register", Some(body), &[]).expect(202);
        self.sign_in(&phone, "hp-pertama")
    }

    pub fn sign_in(&self, phone: &str, device: &str) -> Person {
        let body = json!({ "phone": phone, "password": PASSWORD, "device": device });
        let tokens = self.client.send("POST", "/v1/auth/sign-in", Some(body), &[]).expect(200);
        self.person(phone, &tokens)
    }

    pub fn person(&self, phone: &str, tokens: &Value) -> Person {
        let text = |field: &str| tokens[field].as_str().expect("a text").to_owned();
        Person {
            client: self.client.signed_in(&text("access_token")),
            phone: phone.to_owned(),
            account_id: text("account_id"),
            session_id: text("session_id"),
            refresh_token: text("refresh_token"),
        }
    }

    /// Someone who bought nothing and leads nothing yet; made by the same services without the cost of hashing a password.
    pub fn buyer(&self, name: &str) -> Person {
        self.made(name, false)
    }

    fn made(&self, name: &str, operator: bool) -> Person {
        let phone = new_phone();
        let person = accounts::Registered {
            phone: phone.parse().expect("a number"),
            email: serde_json::from_value(json!(format!("{phone}@desa.example"))).ok(),
            name: name.parse().expect("a name"),
            password_hash: "unusable".to_owned(),
            language: kit::i18n::Language::Indonesian,
        };
        let token = kit::auth::token::random_secret().expect("randomness");
        let number = person.phone.clone();
        let opened = self.wait(self.app.db.write(move |tx| {
            if operator {
                accounts::service::create_operator(tx, &person)?;
            } else {
                accounts::service::register(tx, &person)?;
            }
            let account: AccountId = accounts::service::find_by_phone(tx, &number)?.expect("just registered");
            let device = Device { id: "hp-pertama".parse().expect("a device"), label: "-".to_owned() };
            Ok::<_, Failure<Never>>(accounts::service::open_session(tx, account, &device, &token)?)
        }));
        let opened = opened.expect("a session");
        let identity = kit::auth::Identity { account: opened.account, session: opened.session, guest: false };
        let access_token = self.app.tokens.access(identity).expect("a token");
        let tokens = json!({
            "access_token": access_token, "refresh_token": opened.refresh_token,
            "account_id": opened.account, "session_id": opened.session,
        });
        self.person(&phone, &tokens)
    }

    /// Someone who buys without an account; her tracking token stands where a refresh token would.
    pub fn guest(&self, name: &str) -> Person {
        let phone = new_phone();
        let opened = self.client.post("/v1/auth/guest", json!({ "phone": phone, "name": name })).expect(201);
        let text = |field: &str| opened[field].as_str().expect("a text").to_owned();
        Person {
            client: self.client.signed_in(&text("access_token")),
            phone,
            account_id: text("account_id"),
            session_id: String::new(),
            refresh_token: text("tracking_token"),
        }
    }

    /// Signs a person in on a second device; answers the session's id.
    pub fn second_session(&self, person: &Person) -> String {
        let account: AccountId = person.account_id.parse().expect("an id");
        let token = kit::auth::token::random_secret().expect("randomness");
        let opened = self.wait(self.app.db.write(move |tx| {
            let device = Device { id: "hp-kedua".parse().expect("a device"), label: "-".to_owned() };
            Ok::<_, Failure<Never>>(accounts::service::open_session(tx, account, &device, &token)?)
        }));
        opened.expect("a session").session.to_string()
    }

    /// The same person with a fresh access token, for when the clock has been moved past the last one.
    pub fn awake(&self, person: &Person) -> Person {
        let (account, session) = (person.account_id.parse().expect("an id"), person.session_id.parse().expect("an id"));
        let token = self.app.tokens.access(kit::auth::Identity { account, session, guest: false }).expect("a token");
        Person { client: self.client.signed_in(&token), ..person.clone() }
    }

    /// A village with an admin who also runs the installation.
    pub fn village(&self, code: &str) -> Village {
        let admin = self.made("Admin Desa", true);
        let village = json!({ "code": code, "name": "Balewangi", "district": "Cisurupan", "regency": "Garut", "province": "Jawa Barat", "post_code": "44163" });
        let village = serde_json::from_value(village).expect("a village");
        let account: AccountId = admin.account_id.parse().expect("an id");
        let founded = self.wait(self.app.db.write(move |tx| accounts::service::found_village(tx, account, &village)));
        Village { id: founded.expect("a village").id.to_string(), admin }
    }

    pub fn balewangi(&self) -> Village {
        self.village("32.05.20.2007")
    }

    /// An enterprise that may trade, by the acts of its owner and the village admin.
    pub fn shop(&self, village: &Village, kind: &str, name: &str) -> Shop {
        let owner = self.buyer(name);
        let id = self.onboarding(village, &owner, kind, name);
        owner.client.post(&format!("/v1/enterprises/{id}/submit"), json!({})).expect(200);
        village.admin.client.post(&format!("/v1/enterprises/{id}/approve"), json!({})).expect(200);
        Shop { id, owner }
    }

    pub fn home_industry(&self, village: &Village, name: &str) -> Shop {
        self.shop(village, "home_industry", name)
    }

    /// An enterprise that is still being filled in.
    pub fn onboarding(&self, village: &Village, owner: &Person, kind: &str, name: &str) -> String {
        let body = json!({ "village_id": village.id, "kind": kind, "name": name, "phone": owner.phone, "phone_public": false });
        owner.client.post("/v1/enterprises", body).expect(201)["id"].as_str().expect("an id").to_owned()
    }

    /// The shop takes transfers from now on.
    pub fn takes_transfers(&self, shop: &Shop) {
        let bank = json!({ "bank": "BRI", "number": "0123 4567 890", "holder": "Pemilik Usaha" });
        let body = json!({ "methods": ["cash_on_delivery", "cash_at_pickup", "bank_transfer"], "bank": bank });
        shop.owner
            .client
            .send("PUT", &format!("/v1/enterprises/{}/payment-details", shop.id), Some(body), &[("If-Match", "\"0\"")])
            .expect(200);
    }

    /// A product for sale, by the acts of its maker and the village admin.
    pub fn product(&self, village: &Village, shop: &Shop, name: &str, price: i64, stock: i64) -> String {
        let id = self.draft(shop, name, price, stock);
        shop.owner.client.post(&format!("/v1/products/{id}/submit"), json!({})).expect(200);
        village.admin.client.post(&format!("/v1/products/{id}/publish"), json!({})).expect(200);
        id
    }

    pub fn draft(&self, shop: &Shop, name: &str, price: i64, stock: i64) -> String {
        let body = product_body(name, price, stock);
        remembered(&shop.owner.client.post(&format!("/v1/enterprises/{}/products", shop.id), body).expect(201))
    }

    pub fn available(&self, product: &str) -> i64 {
        self.client.get(&format!("/v1/products/{product}")).expect(200)["available"].as_i64().expect("a number")
    }
}

/// The first pack of each product that a test has made.
static PACKS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// Keeps in mind the pack of a product just made; answers the product's id.
pub fn remembered(made: &Value) -> String {
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let id = text(&made["id"]);
    PACKS.lock().expect("nobody panics here").insert(id.clone(), text(&made["packs"][0]["id"]));
    id
}

/// The first pack of a product.
pub fn pack_of(product: &str) -> String {
    PACKS.lock().expect("nobody panics here").get(product).expect("a product made here").clone()
}

pub fn product_body(name: &str, price: i64, stock: i64) -> Value {
    json!({
        "category": "keripik_kerupuk", "name": name, "description": "Renyah dan gurih dari dapur sendiri", "unit": "pack", "price": price, "stock": stock,
    })
}

/// A cart of one product's first pack, cash on delivery, fetched by the buyer.
pub fn cart(product: &str, quantity: i64) -> Value {
    json!({ "lines": [{ "pack_id": pack_of(product), "quantity": quantity }], "fulfilment": "pickup", "payment": "cash_on_delivery" })
}

impl Person {
    /// Orders one product; answers the id of the only order.
    pub fn orders(&self, product: &str, quantity: i64) -> String {
        let placed = self.client.post("/v1/order-groups", cart(product, quantity)).expect(201);
        placed["orders"][0]["id"].as_str().expect("an id").to_owned()
    }

    /// One step of an order without anything to say.
    pub fn step(&self, order: &str, act: &str) -> Value {
        self.client.post(&format!("/v1/orders/{order}/{act}"), json!({})).expect(200)
    }

    pub fn steps(&self, order: &str, acts: &[&str]) {
        for act in acts {
            self.step(order, act);
        }
    }
}
