//! Who may do what, over every operation of the OpenAPI document: without a token, in every role, and with
//! another tenant's things. An operation without a sample request here fails the test.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::agreements;
use crate::orders::{Stall, stall};
use crate::supply;
use crate::support::http::fresh_key;
use crate::support::people::{cart, pack_of, product_body};
use crate::support::{Client, Person, Shop, TestApp, Village};

struct Operation {
    id: String,
    method: String,
    path: String,
    public: bool,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::to_value(pasar_kuliner::app::openapi()).expect("JSON");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let security = operation["security"].as_array().cloned().unwrap_or_default();
            let public = security.is_empty() || security.iter().any(|one| one.get("bearer").is_none());
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            all.push(Operation { id, method: method.to_uppercase(), path: path.clone(), public });
        }
    }
    // What ends sessions and memberships comes last, so that it takes no role away from those before it.
    all.sort_by_key(|operation| {
        (matches!(operation.id.as_str(), "sign_out" | "revoke_my_session" | "remove_member"), operation.id.clone())
    });
    all
}

/// One village with everything in it, and people who have nothing to do with it.
struct World {
    village: Village,
    shop: Shop,
    staff: Person,
    draft: String,
    pack: String,
    zone: String,
    preorder: String,
    agreement: String,
    breach: String,
    item: String,
    supplier: Shop,
    order: String,
    group: String,
    session: String,
    buyer: Person,
    elsewhere: Village,
    other: Shop,
    stranger: Person,
    newcomer: Person,
    guest: Person,
}

fn world(app: &TestApp) -> World {
    let Stall { village, shop, product, buyer } = stall(app);
    let staff = app.buyer("Pembantu");
    let body = json!({ "phone": staff.phone, "role": "staff" });
    shop.owner.client.post(&format!("/v1/enterprises/{}/members", shop.id), body).expect(200);
    let draft = app.draft(&shop, "Opak Ketan", 14_000, 10);
    let placed = buyer.client.post("/v1/order-groups", cart(&product, 1)).expect(201);
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let zone = json!({ "name": "Cisurupan", "fee": 5_000 });
    let zone = shop.owner.client.post(&format!("/v1/enterprises/{}/delivery-zones", shop.id), zone).expect(201);
    let preorder = json!({ "cut_off": "2026-11-26T10:00:00Z", "ready_on": "2026-11-28", "capacity": 10 });
    let preorder = shop.owner.client.post(&format!("/v1/packs/{}/preorders", pack_of(&draft)), preorder).expect(201);
    let supplier = app.shop(&village, "supplier", "Pemasok Singkong Papandayan");
    let item = supply::item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let agreement = agreements::supplied(&supplier, &shop, agreements::supply_terms(500_000));
    let breach = json!({ "note": "Datang terlambat", "obligation_id": null });
    let breach = shop.owner.client.post(&format!("/v1/agreements/{agreement}/breaches"), breach).expect(201);
    let elsewhere = app.village("32.05.20.2001");
    let other = app.home_industry(&elsewhere, "Dodol Desa Sebelah");
    let session = app.second_session(&shop.owner);
    let (order, group) = (text(&placed["orders"][0]["id"]), text(&placed["id"]));
    World {
        village,
        shop,
        staff,
        pack: pack_of(&draft),
        draft,
        zone: text(&zone["id"]),
        preorder: text(&preorder["id"]),
        agreement,
        breach: text(&breach["id"]),
        item,
        supplier,
        order,
        group,
        session,
        buyer,
        elsewhere,
        other,
        stranger: app.buyer("Orang lain"),
        newcomer: app.buyer("Pembantu baru"),
        guest: app.guest("Tamu"),
    }
}

impl World {
    fn roles(&self) -> [(&'static str, &Person); 8] {
        [
            ("guest", &self.guest),
            ("stranger", &self.stranger),
            ("other seller", &self.other.owner),
            ("other admin", &self.elsewhere.admin),
            ("buyer", &self.buyer),
            ("staff", &self.staff),
            ("owner", &self.shop.owner),
            ("admin", &self.village.admin),
        ]
    }

    fn path(&self, template: &str) -> String {
        let id = match template.split('/').nth(2).unwrap_or("") {
            "enterprises" | "sellers" => &self.shop.id,
            "villages" => &self.village.id,
            "products" => &self.draft,
            "packs" => &self.pack,
            "delivery-zones" => &self.zone,
            "preorders" => &self.preorder,
            "agreements" => &self.agreement,
            "breaches" => &self.breach,
            "supply-items" => &self.item,
            "orders" => &self.order,
            "order-groups" => &self.group,
            "me" => &self.session,
            _ => "",
        };
        let template = template.replace("{kind}", "supply").replace("{number}", "1");
        template.replace("{id}", id).replace("{account_id}", &self.staff.account_id)
    }

    /// A request the operation understands; whether it succeeds depends on who asks and when.
    fn body(&self, operation: &Operation) -> Option<Value> {
        let reason = || Some(json!({ "reason": "Karena diuji" }));
        let person = || json!({ "phone": "081299999999", "name": "Seseorang", "password": "rahasia-desa" });
        let village =
            |code: &str| json!({ "code": code, "name": "Sukamaju", "district": "Cisurupan", "regency": "Garut", "province": "Jawa Barat" });
        match operation.id.as_str() {
            "accept_agreement"
            | "accept_order"
            | "mediate_breach"
            | "offer_agreement"
            | "withdraw_agreement"
            | "withdraw_breach"
            | "approve_enterprise"
            | "claim_payment"
            | "close_preorder"
            | "complete_order"
            | "confirm_payment"
            | "hand_over_order"
            | "invite_owner"
            | "mark_order_ready"
            | "pause_product"
            | "prepare_order"
            | "publish_product"
            | "reinstate_enterprise"
            | "reinstate_product"
            | "resume_product"
            | "send_refund"
            | "sign_out"
            | "submit_enterprise"
            | "submit_product" => Some(json!({})),
            "decline_agreement"
            | "terminate_agreement"
            | "call_off_preorder"
            | "cancel_order"
            | "refuse_payment"
            | "reject_enterprise"
            | "reject_order"
            | "reject_product"
            | "return_enterprise"
            | "return_product"
            | "suspend_enterprise"
            | "suspend_product" => reason(),
            "amend_agreement" | "counter_agreement" | "edit_agreement_draft" => {
                Some(agreements::proposal(agreements::supply_terms(600_000)))
            }
            "draft_agreement" => {
                let proposal = agreements::proposal(agreements::supply_terms(500_000));
                Some(json!({ "provider_id": self.supplier.id, "receiver_id": self.shop.id, "proposal": proposal }))
            }
            "note_breach" => Some(json!({ "note": "Datang terlambat" })),
            "reply_to_breach" | "settle_breach" => Some(json!({ "words": "Jalan rusak" })),
            "set_agreement_template" => Some(json!({ "wording": "Kesepakatan" })),
            "add_supply_item" => Some(json!({ "material": "Garam", "base": "g", "unit": "kg", "price": { "price": 5_000 } })),
            "edit_supply_item" => Some(json!({ "active": true })),
            "set_supply_price" => Some(json!({ "price": 3_500 })),
            "import_supply_items" => Some(json!("material,unit,base,price\nGula,kg,g,16000\n")),
            "add_delivery_zone" => Some(json!({ "name": "Bayongbong", "fee": 10_000 })),
            "add_pack" => Some(json!({ "unit": "box", "price": 50_000, "stock": 2 })),
            "add_member" => Some(json!({ "phone": self.newcomer.phone, "role": "staff" })),
            "appoint_village_admin" => Some(json!({ "phone": self.village.admin.phone })),
            "change_password" => Some(json!({ "current": "bukan-sandi", "new": "rahasia-baru" })),
            "create_product" => Some(product_body("Keripik Talas", 9_000, 5)),
            "create_village" => Some(village("32.05.20.2009")),
            "edit_delivery_zone"
            | "edit_enterprise"
            | "edit_me"
            | "edit_pack"
            | "edit_preorder"
            | "edit_product"
            | "edit_village_settings" => Some(json!({})),
            "join_enterprise" => Some(json!({ "code": "bukan-kode" })),
            "open_assisted_enterprise" => Some(json!({ "kind": "home_industry", "name": "Opak Tanpa Telepon" })),
            "open_enterprise" => Some(json!({ "village_id": self.village.id, "kind": "warung", "name": "Warung Baru" })),
            "open_preorder" => Some(json!({ "cut_off": "2026-11-26T10:00:00Z", "ready_on": "2026-11-28", "capacity": 10 })),
            "place_order" => Some(cart(&self.draft, 1)),
            "refresh" => Some(json!({ "refresh_token": "bukan-token", "device": "hp-pertama" })),
            "register" => Some(person()),
            "set_prices" => Some(json!({ "price": 15_000 })),
            "set_shop_terms" => {
                Some(json!({ "minimum_order": 0, "answer_hours": 48, "hand_over_days": 7, "opening": null, "holiday": null }))
            }
            "set_stock" => Some(json!({ "on_hand": 10 })),
            "set_up" => Some(json!({ "token": "bukan-token", "admin": person(), "village": village("32.05.20.2010") })),
            "sign_in" => Some(json!({ "phone": "081299999998", "password": "bukan-sandi", "device": "hp-pertama" })),
            "begin_phone_proof" => Some(json!({ "village_id": self.village.id })),
            "finish_phone_proof" => Some(json!({ "phone": self.buyer.phone, "code": "000000" })),
            "open_guest" => Some(json!({ "phone": "081299999997", "name": "Tamu" })),
            "track" => Some(json!({ "tracking_token": "bukan-token" })),
            "get_agreement"
            | "get_agreement_template"
            | "get_breach"
            | "get_delivery_zone"
            | "get_enterprise"
            | "get_income"
            | "get_me"
            | "get_order"
            | "get_order_group"
            | "get_preorder"
            | "get_product"
            | "get_seller"
            | "get_shop"
            | "get_trial_balance"
            | "get_village"
            | "get_village_settings"
            | "list_agreement_history"
            | "list_agreement_versions"
            | "list_agreements"
            | "list_breaches"
            | "list_categories"
            | "list_delivery_zones"
            | "list_enterprise_history"
            | "list_enterprise_orders"
            | "list_journal"
            | "list_members"
            | "list_moderation_queue"
            | "list_my_enterprises"
            | "list_my_orders"
            | "list_my_sessions"
            | "list_obligations"
            | "list_open_preorders"
            | "list_order_history"
            | "list_own_preorders"
            | "list_own_products"
            | "list_preorder_history"
            | "list_product_history"
            | "list_price_history"
            | "list_products"
            | "list_sellers"
            | "list_supply_items"
            | "list_supply_prices"
            | "list_village_enterprises"
            | "list_villages"
            | "print_agreement"
            | "remove_delivery_zone"
            | "remove_member"
            | "revoke_my_session" => None,
            new => panic!("{new} is new: give it a sample request"),
        }
    }

    fn ask(&self, client: &Client, operation: &Operation) -> u16 {
        let key = fresh_key();
        let headers: &[(&str, &str)] = match operation.method.as_str() {
            "POST" => &[("Idempotency-Key", key.as_str())],
            "PATCH" | "PUT" => &[("If-Match", "\"0\"")],
            _ => &[],
        };
        let (path, body) = (self.path(&operation.path), self.body(operation));
        if let Some(table) = body.as_ref().and_then(Value::as_str) {
            let headers = [("Idempotency-Key", key.as_str()), ("Content-Type", "text/csv")];
            return client.send_raw(&operation.method, &path, Some(table.to_owned()), &headers).status;
        }
        client.send(&operation.method, &path, body, headers).status
    }
}

#[test]
fn without_a_token_only_what_is_meant_to_be_public_answers() {
    let app = TestApp::start();
    let world = world(&app);
    let mut public = String::new();
    for operation in operations() {
        if operation.public {
            writeln!(public, "{} {} {}", operation.id, operation.method, operation.path).expect("a string");
        } else {
            assert_eq!(world.ask(&app.client, &operation), 401, "{}", operation.id);
            assert_eq!(world.ask(&app.client.signed_in("nonsense"), &operation), 401, "{}", operation.id);
        }
    }
    // This list may only shrink.
    insta::assert_snapshot!(public);
}

#[test]
fn every_role_may_do_what_the_matrix_says_and_nobody_reaches_into_another_tenant() {
    let app = TestApp::start();
    let world = world(&app);
    let mut matrix = String::new();
    for operation in operations().into_iter().filter(|operation| !operation.public) {
        write!(matrix, "{:<28}", operation.id).expect("a string");
        for (role, person) in world.roles() {
            let status = world.ask(&person.client, &operation);
            let verdict = match status {
                200..=299 | 400 | 409 | 412 => "yes",
                403 => "no",
                404 => "hidden",
                other => panic!("{} as {role}: {other}", operation.id),
            };
            write!(matrix, " {role}={verdict}").expect("a string");
            assert!(role != "guest" || !operation.path.contains("{id}") || verdict != "yes", "{} as a guest", operation.id);
            let stranger = matches!(role, "stranger" | "other seller" | "other admin");
            // Operators are the installation's: the admins of this world's villages run it too.
            let open_to_all = !operation.path.contains("{id}") || operation.id == "appoint_village_admin";
            assert!(!stranger || open_to_all || verdict == "hidden", "{} as {role} is {verdict}", operation.id);
        }
        matrix.push('\n');
    }
    insta::assert_snapshot!(matrix);
}
