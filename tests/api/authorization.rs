//! Who may do what, over every operation of the OpenAPI document: without a token, in every role, and with
//! another tenant's things. An operation without a sample request here fails the test.

use std::fmt::Write as _;

use people::media::Purpose;
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::pictures::jpeg;
use crate::support::http::{File, fresh_key};
use crate::support::people::{cart, pack_of, product_body};
use crate::support::{Answer, Client, Person, Shop, TestApp, Village};

mod partners;
use partners::{Partners, partners};

struct Operation {
    id: String,
    method: String,
    path: String,
    public: bool,
    /// It takes an `Idempotency-Key`.
    keyed: bool,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::to_value(pasar_kuliner::app::openapi()).expect("JSON");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let security = operation["security"].as_array().cloned().unwrap_or_default();
            let public = security.is_empty() || security.iter().any(|one| one.get("bearer").is_none());
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            let keyed = operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "Idempotency-Key"));
            all.push(Operation { id, method: method.to_uppercase(), path: path.clone(), public, keyed });
        }
    }
    // What ends sessions and memberships comes last, so that it takes no role away from those before it.
    all.sort_by_key(|operation| {
        (matches!(operation.id.as_str(), "sign_out" | "revoke_my_session" | "remove_member" | "remove_photo"), operation.id.clone())
    });
    all
}

/// One village with everything in it, and people who have nothing to do with it.
struct World {
    cash_row: String,
    entry: String,
    template: String,
    grant: String,
    partner: String,
    village: Village,
    shop: Shop,
    staff: Person,
    draft: String,
    pack: String,
    moderation: String,
    complaint: String,
    zone: String,
    preorder: String,
    order: String,
    group: String,
    session: String,
    photo: String,
    proof: String,
    buyer: Person,
    elsewhere: Village,
    other: Shop,
    stranger: Person,
    newcomer: Person,
    guest: Person,
    payment: String,
    stocktake: String,
    refund: String,
    claim: String,
    partners: Partners,
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
    let version = shop.owner.client.get(&format!("/v1/products/{product}")).header("etag").to_owned();
    let change = shop.owner.client.patch(&format!("/v1/products/{product}"), &version, json!({ "name": "Keripik" })).expect(200);
    let complaint = buyer.client.post(&format!("/v1/products/{product}/complaints"), json!({ "cause": "other" })).expect(201);
    let elsewhere = app.village("32.05.20.2001");
    let other = app.home_industry(&elsewhere, "Dodol Desa Sebelah");
    let session = app.second_session(&shop.owner);
    let photo = |purpose: &str| text(&buyer.client.photo(purpose, &jpeg(32, 24)).expect(201)["id"]);
    let (photo, proof) = (photo("product_photo"), photo("payment_proof"));
    app.attach(&proof, &buyer, Purpose::PaymentProof, "ord_1", &shop, Some(&buyer)).expect("attached");
    let called_off = buyer.orders(&product, 1);
    shop.owner.steps(&called_off, &["accept", "payments/receive"]);
    let seen = buyer.client.post(&format!("/v1/orders/{called_off}/cancel"), json!({ "reason": "Batal" })).expect(200);
    let (payment, refund) = (text(&seen["payments"][0]["id"]), text(&seen["refunds"][0]["id"]));
    let claimed = buyer.orders(&product, 1);
    shop.owner.steps(&claimed, &["accept", "prepare", "ready", "hand-over"]);
    let claim = json!({ "position": 1, "quantity": 1, "text": "Hancur", "wish": "refund_full" });
    let claim = text(&buyer.client.post(&format!("/v1/orders/{claimed}/claims"), claim).expect(201)["id"]);
    let (order, group) = (text(&placed["orders"][0]["id"]), text(&placed["id"]));
    let owner = &shop.owner.client;
    let row = json!({ "kind": "sale", "amount": 5_000 });
    let cash_row = owner.post(&format!("/v1/enterprises/{}/cash-book", shop.id), row.clone()).expect(201);
    let template = json!({ "name": "Jual di rumah", "row": row });
    let template = owner.post(&format!("/v1/enterprises/{}/cash-templates", shop.id), template).expect(201);
    let partner = app.shop(&village, "partner", "Koperasi Balewangi");
    let grant = json!({ "reader_id": partner.id, "from": "2026-11", "to": "2026-11", "purpose": "Pinjaman" });
    let grant = owner.post(&format!("/v1/enterprises/{}/book-grants", shop.id), grant).expect(201);
    let counted = json!({ "lines": [{ "pack_id": pack_of(&draft), "counted": 10 }] });
    let stocktake = owner.post(&format!("/v1/enterprises/{}/stocktakes", shop.id), counted).expect(201);
    let partners = partners(app, &village, &shop);
    World {
        stocktake: text(&stocktake["id"]),
        cash_row: text(&cash_row["id"]),
        entry: text(&cash_row["entry_id"]),
        template: text(&template["id"]),
        grant: text(&grant["id"]),
        partner: partner.id,
        village,
        shop,
        staff,
        pack: pack_of(&draft),
        draft,
        moderation: text(&change["waiting"]["id"]),
        complaint: text(&complaint["id"]),
        zone: text(&zone["id"]),
        preorder: text(&preorder["id"]),
        order,
        group,
        session,
        photo,
        proof,
        buyer,
        elsewhere,
        other,
        stranger: app.buyer("Orang lain"),
        newcomer: app.buyer("Pembantu baru"),
        guest: app.guest("Tamu"),
        payment,
        refund,
        claim,
        partners,
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
            "orders" => &self.order,
            "moderations" => &self.moderation,
            "complaints" => &self.complaint,
            "order-groups" => &self.group,
            "me" => &self.session,
            "cash-book" => &self.cash_row,
            "cash-templates" => &self.template,
            "book-grants" => &self.grant,
            "media" => &self.photo,
            "private-media" => &self.proof,
            "claims" => &self.claim,
            "payments" => &self.payment,
            "stocktakes" => &self.stocktake,
            "refunds" => &self.refund,
            other => self.partners.id(other),
        };
        let template =
            template.replace("agreement-templates/{kind}", "agreement-templates/supply").replace("versions/{number}", "versions/1");
        let query = if template.ends_with("/account-statement") {
            "?account=cash:seller".to_owned()
        } else if template.ends_with("/stock-movements") {
            format!("?pack_id={}", self.pack)
        } else {
            String::new()
        };
        let others = [
            ("orders.csv", "orders.csv?month=2026-11"),
            ("{number}", "0000-0000"),
            ("{account_id}", &self.staff.account_id),
            ("{size}", "320"),
            ("{kind}", "order"),
            ("{partner_id}", &self.partner),
            ("{member_id}", &self.shop.id),
            ("{month}", "2026-11"),
        ];
        let path = others.into_iter().fold(template.replace("{id}", id), |path, (name, value)| path.replace(name, value));
        format!("{path}{query}")
    }

    /// A request the operation understands; whether it succeeds depends on who asks and when.
    #[expect(clippy::too_many_lines, reason = "one line for each operation")]
    fn body(&self, operation: &Operation) -> Option<Value> {
        let reason = || Some(json!({ "reason": "Karena diuji" }));
        let person = || json!({ "phone": "081299999999", "name": "Seseorang", "password": "rahasia-desa" });
        let village =
            |code: &str| json!({ "code": code, "name": "Sukamaju", "district": "Cisurupan", "regency": "Garut", "province": "Jawa Barat" });
        if let Some(body) = self.partners.body(&self.shop, &operation.id) {
            return Some(body).filter(|body| !body.is_null());
        }
        match operation.id.as_str() {
            "accept_order"
            | "accept_claim_offer"
            | "withdraw_claim"
            | "approve_enterprise"
            | "claim_payment"
            | "close_preorder"
            | "complete_order"
            | "acknowledge_refund"
            | "adopt_orders"
            | "confirm_payment"
            | "hand_in_cash"
            | "receive_payment"
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
            | "confirm_moderation"
            | "withdraw_change"
            | "submit_product" => Some(json!({})),
            "call_off_preorder"
            | "ask_village_about_claim"
            | "decline_claim_offer"
            | "refuse_claim"
            | "decide_claim"
            | "cancel_order"
            | "dispute_refund"
            | "refuse_payment"
            | "reverse_payment"
            | "reject_enterprise"
            | "return_moderation"
            | "reject_moderation"
            | "trust_enterprise"
            | "distrust_enterprise"
            | "reject_order"
            | "reject_product"
            | "return_enterprise"
            | "return_product"
            | "reverse_cash_row"
            | "suspend_enterprise"
            | "suspend_product" => reason(),
            "apply_cash_template" | "withdraw_book_grant" => Some(json!({})),
            "record_cash_row" | "preview_cash_row" => Some(json!({ "kind": "sale", "amount": 5_000 })),
            "record_cash_batch" => Some(json!({ "rows": [{ "client_id": "hp-1", "kind": "sale", "amount": 5_000 }] })),
            "count_cash" => Some(json!({ "counted": 0, "reason": "Karena diuji" })),
            "keep_cash_template" => Some(json!({ "name": "Belanja", "row": { "kind": "purchase", "amount": 5_000 } })),
            "close_month" => Some(json!({ "month": "2026-10" })),
            "survey_baseline" => Some(json!({ "month": "2026-10", "net": 1_200_000, "turnover_band": 1, "internet_uses": 1 })),
            "grant_books" => Some(json!({ "reader_id": self.partner, "from": "2026-11", "to": "2026-11", "purpose": "Pinjaman" })),
            "judge_partner_line" => Some(json!({ "entry_id": self.entry, "verdict": "confirmed" })),
            "open_claim" => Some(json!({ "position": 1, "quantity": 1, "text": "Hancur", "wish": "refund_full" })),
            "offer_claim_remedy" => Some(json!({ "remedy": "replacement" })),
            "add_delivery_zone" => Some(json!({ "name": "Bayongbong", "fee": 10_000 })),
            "add_pack" => Some(json!({ "unit": "box", "price": 50_000, "stock": 2 })),
            "upload_photo" | "read_qris" => None,
            "put_payment_details" => Some(json!({ "methods": ["cash_at_pickup"] })),
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
            "report_product" => Some(json!({ "cause": "other" })),
            "resolve_complaint" => Some(json!({ "outcome": "nothing_found" })),
            "record_stock_movement" => Some(json!({ "pack_id": self.pack, "movement": "sampled", "quantity": 1 })),
            "take_stock" => Some(json!({ "lines": [{ "pack_id": self.pack, "counted": 50 }] })),
            "record_batch" => Some(json!({ "quantity": 5 })),
            "refresh" => Some(json!({ "refresh_token": "bukan-token", "device": "hp-pertama" })),
            "register" => Some(person()),
            "put_message_template" => Some(json!({ "text": "Halo {{ shop }}" })),
            "preview_message_template" => Some(json!({ "text": "Halo {{ shop }}" })),
            "set_prices" => Some(json!({ "price": 15_000 })),
            "set_shop_terms" => {
                Some(json!({ "minimum_order": 0, "answer_hours": 48, "hand_over_days": 7, "opening": null, "holiday": null }))
            }
            "set_stock" => Some(json!({ "on_hand": 10 })),
            "set_up" => Some(json!({ "token": "bukan-token", "admin": person(), "village": village("32.05.20.2010") })),
            "sign_in" => Some(json!({ "phone": "081299999998", "password": "bukan-sandi", "device": "hp-pertama" })),
            "write_down_sale" => Some(json!({
                "channel": "in_person", "lines": [{ "pack_id": self.pack, "quantity": 1 }], "payment": "cash_at_pickup", "handed_over": true, "paid": true,
            })),
            "decide_refund" => Some(json!({ "sent": true, "reason": "Karena diuji" })),
            "quote_delivery" | "accept_delivery_quote" => Some(json!({ "fee": 15_000 })),
            "propose_order_change" => Some(json!({ "lines": [{ "position": 1, "quantity": 0 }], "reason": "Habis" })),
            "accept_order_change" | "decline_order_change" | "withdraw_order_change" => {
                Some(json!({ "change_id": self.order.replace("ord_", "chg_") }))
            }
            "begin_phone_proof" => Some(json!({ "village_id": self.village.id })),
            "finish_phone_proof" => Some(json!({ "phone": self.buyer.phone, "code": "000000" })),
            "open_guest" => Some(json!({ "phone": "081299999997", "name": "Tamu" })),
            "track" => Some(json!({ "tracking_token": "bukan-token" })),
            "get_account_statement"
            | "get_income_growth"
            | "get_partner_statement"
            | "get_statement"
            | "get_turnover"
            | "list_baselines"
            | "list_book_grant_uses"
            | "list_book_grants"
            | "list_cash_book"
            | "list_cash_counts"
            | "list_cash_templates"
            | "list_closed_months"
            | "list_received_book_grants"
            | "read_granted_statement"
            | "remove_cash_template"
            | "get_claim"
            | "get_desk"
            | "get_order_chat"
            | "get_owed"
            | "get_packing_list"
            | "export_orders"
            | "list_claim_history"
            | "list_enterprise_claims"
            | "list_order_claims"
            | "list_village_claims"
            | "list_disputed_refunds"
            | "get_delivery_zone"
            | "get_payment_instructions"
            | "get_enterprise"
            | "get_income"
            | "get_me"
            | "get_message_template"
            | "get_order"
            | "get_order_group"
            | "get_payment_details"
            | "get_photo"
            | "get_private_photo"
            | "get_preorder"
            | "get_product"
            | "get_product_chat"
            | "get_product_label"
            | "get_seller"
            | "get_shop"
            | "track_order"
            | "get_trial_balance"
            | "get_village"
            | "get_village_settings"
            | "list_stock"
            | "list_stock_movements"
            | "list_stocktakes"
            | "get_stocktake"
            | "list_batches"
            | "list_categories"
            | "list_complaints"
            | "list_my_complaints"
            | "list_product_changes"
            | "list_waiting"
            | "get_moderation_service_level"
            | "list_delivery_zones"
            | "list_enterprise_history"
            | "list_enterprise_orders"
            | "list_journal"
            | "list_members"
            | "list_moderation_queue"
            | "list_my_enterprises"
            | "list_my_orders"
            | "list_my_sessions"
            | "list_open_preorders"
            | "list_order_history"
            | "list_own_preorders"
            | "list_own_products"
            | "list_preorder_history"
            | "list_product_history"
            | "list_payment_details_history"
            | "list_price_history"
            | "list_products"
            | "preview_reverse_cash_row"
            | "list_partners"
            | "list_sellers"
            | "list_village_enterprises"
            | "list_villages"
            | "remove_delivery_zone"
            | "remove_member"
            | "remove_photo"
            | "revoke_my_session" => None,
            new => panic!("{new} is new: give it a sample request"),
        }
    }

    fn ask(&self, client: &Client, operation: &Operation) -> u16 {
        self.send(client, operation, &fresh_key()).status
    }

    fn send(&self, client: &Client, operation: &Operation, key: &str) -> Answer {
        let file = File { name: "foto.jpg", kind: "image/jpeg", bytes: &jpeg(32, 24) };
        match operation.id.as_str() {
            "upload_photo" => return client.upload(&operation.path, &[("purpose", "product_photo")], &file),
            "read_qris" => return client.upload(&operation.path, &[], &file),
            _ => {}
        }
        let headers: &[(&str, &str)] = match operation.method.as_str() {
            "POST" => &[("Idempotency-Key", key)],
            "PATCH" | "PUT" => &[("If-Match", "\"0\"")],
            _ => &[],
        };
        let (path, body) = (self.path(&operation.path), self.body(operation));
        if let Some(table) = body.as_ref().and_then(Value::as_str) {
            let headers = [("Idempotency-Key", key), ("Content-Type", "text/csv")];
            return client.send_raw(&operation.method, &path, Some(table.to_owned()), &headers);
        }
        client.send(&operation.method, &path, body, headers)
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

#[test]
fn what_is_sent_again_lands_once_and_is_answered_alike() {
    let app = TestApp::start();
    let world = world(&app);
    let partners = [("supplier", &world.partners.supplier.owner), ("warung", &world.partners.warung.owner)];
    let mut landed = String::new();
    for operation in operations().into_iter().filter(|operation| operation.keyed) {
        for (role, person) in world.roles().into_iter().chain(partners) {
            let key = fresh_key();
            let first = world.send(&person.client, &operation, &key);
            if (200..300).contains(&first.status) {
                let again = world.send(&person.client, &operation, &key);
                let replayed = (again.status, again.text.as_str(), again.header("idempotency-replayed"));
                assert_eq!(replayed, (first.status, first.text.as_str(), "true"), "{} as {role}", operation.id);
                writeln!(landed, "{} as {role}", operation.id).expect("a string");
                break;
            }
        }
    }
    // Where the samples land. What stands here is sent again; this list may only grow.
    insta::assert_snapshot!(landed);
}
