//! Sample requests about partners: agreements, breaches, supply, supplier orders, joint buying and recipes.

use serde_json::{Value, json};

use crate::agreements;
use crate::consignment;
use crate::stalls;
use crate::supplier_orders;
use crate::supply;
use crate::support::people::pack_of;
use crate::support::{Shop, TestApp, Village};

/// What the enterprise has to do with its partners.
pub struct Partners {
    pub supplier: Shop,
    agreement: String,
    breach: String,
    item: String,
    order: String,
    payment: String,
    joint_buy: String,
    pub warung: Shop,
    goods: String,
    consignment: String,
    note: String,
    visit: String,
    restock: String,
    reorder: String,
    stall_day: String,
}

pub fn partners(app: &TestApp, village: &Village, shop: &Shop) -> Partners {
    let supplier = app.shop(village, "supplier", "Pemasok Singkong Papandayan");
    let item = supply::item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let agreement = agreements::supplied(&supplier, shop, agreements::supply_terms(500_000));
    let breach = shop.owner.client.post(&format!("/v1/agreements/{agreement}/breaches"), json!({ "note": "Datang terlambat" })).expect(201);
    let breach = breach["id"].as_str().expect("an id").to_owned();
    let order = supplier_orders::sent(shop, &supplier, &[(&item, 20)], "cash");
    supplier.owner.client.post(&format!("/v1/supplier-orders/{order}/answer"), json!({ "answer": "accept" })).expect(200);
    let counted = json!({ "lines": [{ "position": 1, "quantity": 10 }] });
    shop.owner.client.post(&format!("/v1/supplier-orders/{order}/receive"), counted).expect(200);
    let paid = json!({ "amount": 1_000, "method": "cash" });
    let paid = shop.owner.client.post(&format!("/v1/supplier-orders/{order}/payments"), paid).expect(200);
    let payment = paid["payments"][0]["id"].as_str().expect("an id").to_owned();
    let joint = joint_buy(&supplier);
    let joint = shop.owner.client.post(&format!("/v1/enterprises/{}/joint-buys", shop.id), joint).expect(201);
    let joint_buy = joint["joint_buy"]["id"].as_str().expect("an id").to_owned();
    let Consigned { warung, goods, consignment, note, visit, restock, reorder } = consigned(app, village, shop);
    let stall_day = stalls::told(&warung, &stalls::joined(shop, &warung), "2026-11-24", 50_000);
    Partners {
        supplier,
        agreement,
        breach,
        item,
        order,
        payment,
        joint_buy,
        warung,
        goods,
        consignment,
        note,
        visit,
        restock,
        reorder,
        stall_day,
    }
}

struct Consigned {
    pub warung: Shop,
    goods: String,
    consignment: String,
    note: String,
    visit: String,
    restock: String,
    reorder: String,
}

/// Goods of the enterprise at a warung, with a visit and a restock.
fn consigned(app: &TestApp, village: &Village, shop: &Shop) -> Consigned {
    let warung = app.shop(village, "warung", "Warung Bu Neneng");
    let goods = pack_of(&app.product(village, shop, "Titipan", 10_000, 100));
    let terms = agreements::proposal(consignment::terms(100_000, "anytime", "provider"));
    let agreement = agreements::offered(&shop.owner, shop, &warung, terms);
    let (owner, keeper) = (&shop.owner.client, &warung.owner.client);
    keeper.post(&format!("/v1/agreements/{agreement}/accept"), json!({ "number": 1 })).expect(200);
    let line = |quantity: i64| json!({ "pack_id": goods, "quantity": quantity });
    let offer = json!({ "warung_id": warung.id, "lines": [line(10)] });
    let note = owner.post(&format!("/v1/enterprises/{}/consignment-notes", shop.id), offer).expect(201);
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let (note, consignment) = (text(&note["id"]), text(&note["consignment_id"]));
    keeper.post(&format!("/v1/consignment-notes/{note}/receive"), json!({ "lines": [line(10)] })).expect(200);
    let visit = json!({ "client_id": "hp-0", "follows": null, "lines": [{ "pack_id": goods, "counted": 9 }] });
    let visit = text(&keeper.post(&format!("/v1/consignments/{consignment}/visits"), visit).expect(201)["id"]);
    let ask = json!({ "maker_id": shop.id, "basis": "consignment", "ask": "list", "lines": [line(5)] });
    let restock = text(&keeper.post(&format!("/v1/enterprises/{}/restocks", warung.id), ask).expect(201)["id"]);
    let keep = json!({ "maker_id": shop.id, "basis": "consignment", "days": ["monday"], "lines": [line(5)] });
    let reorder = text(&keeper.post(&format!("/v1/enterprises/{}/restock-templates", warung.id), keep).expect(201)["id"]);
    Consigned { warung, goods, consignment, note, visit, restock, reorder }
}

fn joint_buy(supplier: &Shop) -> Value {
    json!({
        "supplier_id": supplier.id, "members": [], "cut_off": "2026-11-25T10:00:00Z", "minimum": 0, "delivery_cost": 0, "split": "evenly",
        "extend_days": 1, "extensions": 0,
    })
}

impl Partners {
    pub fn id(&self, kind: &str) -> &str {
        match kind {
            "agreements" => &self.agreement,
            "breaches" => &self.breach,
            "supply-items" => &self.item,
            "supplier-orders" => &self.order,
            "supplier-payments" => &self.payment,
            "joint-buys" => &self.joint_buy,
            "stall-days" => &self.stall_day,
            "consignments" => &self.consignment,
            "consignment-notes" => &self.note,
            "consignment-visits" => &self.visit,
            "restocks" => &self.restock,
            "restock-templates" => &self.reorder,
            _ => "",
        }
    }

    /// A request about partners, null where it has no body; `None` where it is about something else.
    #[expect(clippy::too_many_lines, reason = "one line for each operation")]
    pub fn body(&self, shop: &Shop, operation: &str) -> Option<Value> {
        let body = match operation {
            "deliver_restock"
            | "make_visit_link"
            | "confirm_restock"
            | "settle_visit"
            | "stop_restock_template"
            | "confirm_supplier_payment"
            | "make_supplier_link"
            | "mediate_breach"
            | "offer_agreement"
            | "refuse_supplier_payment"
            | "send_joint_buy"
            | "send_supplier_order"
            | "ship_supplier_order"
            | "withdraw_agreement"
            | "withdraw_breach" => json!({}),
            "call_off_joint_buy"
            | "cancel_supplier_order"
            | "decline_agreement"
            | "withdraw_consignment"
            | "withdraw_restock"
            | "terminate_agreement" => {
                json!({ "reason": "Karena diuji" })
            }
            "amend_agreement" | "counter_agreement" | "edit_agreement_draft" => agreements::proposal(agreements::supply_terms(600_000)),
            "draft_agreement" => {
                let proposal = agreements::proposal(agreements::supply_terms(500_000));
                json!({ "provider_id": self.supplier.id, "receiver_id": shop.id, "proposal": proposal })
            }
            "offer_consignment" => json!({ "warung_id": self.warung.id, "lines": [{ "pack_id": self.goods, "quantity": 1 }] }),
            "receive_consignment" => json!({ "lines": [{ "pack_id": self.goods, "quantity": 1 }] }),
            "account_for_missing" => json!({ "missing": "kept" }),
            "pay_consignment" | "pay_restock" => json!({ "amount": 1_000, "method": "cash" }),
            "record_visit" => json!({ "client_id": "hp-1", "follows": self.visit, "lines": [{ "pack_id": self.goods, "counted": 9 }] }),
            "answer_visit" | "answer_linked_visit" => json!({ "answer": "confirm" }),
            "sell_at_till" => json!({ "client_id": "k-1", "method": "cash", "lines": [{ "pack_id": self.goods, "quantity": 1 }] }),
            "ask_restock" => {
                json!({ "maker_id": self.supplier.id, "basis": "consignment", "ask": "list", "lines": [{ "pack_id": self.goods, "quantity": 1 }] })
            }
            "answer_restock" => json!({ "answer": "accept" }),
            "set_par_levels" => json!({ "lines": [{ "pack_id": self.goods, "quantity": 5 }] }),
            "keep_restock_template" => {
                json!({ "maker_id": self.supplier.id, "basis": "consignment", "days": ["monday"], "lines": [{ "pack_id": self.goods, "quantity": 1 }] })
            }
            "answer_supplier_order" | "answer_linked_order" => json!({ "answer": "accept" }),
            "accept_agreement" => json!({ "number": 1 }),
            "agree_to_supplier_day" => json!({ "on": "2026-11-27" }),
            "read_notices" => json!({ "up_to": "ntc_00000000000000000000000000000000" }),
            "edit_supplier_order_draft" => {
                json!({ "supplier_id": self.supplier.id, "lines": [{ "item_id": self.item, "quantity": 20 }], "payment": "cash" })
            }
            "bill_supplier_order" | "receive_supplier_order" | "recount_supplier_order" => {
                json!({ "lines": [{ "position": 1, "quantity": 1 }] })
            }
            "buy_material" => json!({ "material": "Garam", "base": "g", "quantity": 1_000, "cost": 5_000, "paid_from": "cash" }),
            "count_material" => json!({ "material": "Garam", "base": "g", "counted": 0, "spoiled": false, "reason": "Dihitung" }),
            "draft_supplier_order" => {
                json!({ "supplier_id": self.supplier.id, "lines": [{ "item_id": self.item, "quantity": 20 }], "payment": "cash" })
            }
            "open_joint_buy" => joint_buy(&self.supplier),
            "pay_supplier_order" => json!({ "amount": 1_000, "method": "cash" }),
            "produce" => json!({ "quantity": 1 }),
            "set_recipe" => json!({ "makes": 1, "lines": [{ "material": "Garam", "base": "g", "quantity": 1 }] }),
            "want_in_joint_buy" => json!({ "member_id": shop.id, "item_id": self.item, "wanted": 1_000, "tolerance": 0 }),
            "tell_stall_day" => json!({ "day": "2026-11-24", "takings": 1_000 }),
            "confirm_stall_day" => json!({}),
            "pay_stall_day" => json!({ "method": "cash" }),
            "withdraw_stall_day" | "refuse_stall_day" | "refuse_stall_payment" => json!({ "reason": "Salah hari" }),
            "note_breach" => json!({ "note": "Datang terlambat" }),
            "reply_to_breach" | "settle_breach" => json!({ "words": "Jalan rusak" }),
            "set_agreement_template" => json!({ "wording": "Kesepakatan" }),
            "add_supply_item" => json!({ "material": "Garam", "base": "g", "unit": "kg", "price": { "price": 5_000 } }),
            "edit_supply_item" => json!({ "active": true }),
            "set_supply_price" => json!({ "price": 3_500 }),
            "import_supply_items" => json!("material,unit,base,price\nGula,kg,g,16000\n"),
            "get_consignment"
            | "get_consignment_note"
            | "get_consignment_statement"
            | "get_linked_visit"
            | "get_restock"
            | "get_visit"
            | "list_consignment_note_history"
            | "list_consignment_notes"
            | "list_consignments"
            | "list_par_levels"
            | "list_restock_history"
            | "list_restock_runs"
            | "list_restock_templates"
            | "list_restocks"
            | "list_till_sales"
            | "list_visit_history"
            | "list_visits"
            | "suggest_restock" => Value::Null,
            "get_agreement"
            | "get_agreement_record"
            | "get_agreement_template"
            | "get_breach"
            | "get_joint_buy"
            | "list_joint_buy_history"
            | "list_joint_offers"
            | "get_joint_receipt"
            | "get_linked_order"
            | "get_on_time"
            | "get_production_plan"
            | "get_recipe"
            | "get_supplier_order"
            | "list_joint_buys"
            | "list_materials"
            | "list_productions"
            | "list_supplier_order_history"
            | "list_supplier_orders"
            | "list_agreement_history"
            | "list_agreement_versions"
            | "list_agreements"
            | "list_breaches"
            | "get_stall_day"
            | "list_stall_days"
            | "list_stall_day_history"
            | "list_village_breaches"
            | "list_notices"
            | "list_obligations"
            | "list_supply_items"
            | "list_supply_prices"
            | "print_agreement" => Value::Null,
            _ => return None,
        };
        Some(body)
    }
}
