//! Every table, once for both engines. A test compares it with the live schemas.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    villages (id) { id -> Id, code -> Text, name -> Text, district -> Text, regency -> Text, province -> Text, post_code -> Nullable<Text>, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    village_settings (village_id) { village_id -> Id, hotline -> Nullable<Text>, language -> Text, qris_amount_filling -> Bool, hours_to_pay -> Integer, days_to_complete -> Integer, version -> Integer, updated_at -> Utc, moderation_hours -> Integer, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    accounts (id) { id -> Id, phone -> Text, email -> Nullable<Text>, name -> Text, password_hash -> Text, language -> Text, operator -> Bool, created_at -> Utc, version -> Integer, guest -> Bool, phone_proven_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    sessions (id) { id -> Id, account_id -> Id, device -> Text, label -> Text, created_at -> Utc, last_seen_at -> Utc, expires_at -> Utc, revoked_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    refresh_tokens (digest) { digest -> Text, session_id -> Id, issued_at -> Utc, used_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    tracking_tokens (digest) { digest -> Text, session_id -> Id, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    phone_proofs (account_id) { account_id -> Id, village_id -> Id, code -> Text, attempts -> Integer, created_at -> Utc, expires_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Utc;
    setup_tokens (digest) { digest -> Text, created_at -> Utc, used_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    enterprises (id) { id -> Id, village_id -> Id, kind -> Text, name -> Text, about -> Nullable<Text>, phone -> Nullable<Text>, phone_public -> Bool, assisted -> Bool, state -> Text, version -> Integer, created_at -> Utc, updated_at -> Utc, trusted -> Bool, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    enterprise_events (id) { id -> Id, enterprise_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, trusted -> Nullable<Bool>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    members (enterprise_id, account_id) { enterprise_id -> Id, account_id -> Id, role -> Text, since -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    invitations (digest) { digest -> Text, enterprise_id -> Id, created_at -> Utc, expires_at -> Utc, used_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    categories (code) { code -> Text, name_id -> Text, name_su -> Text, name_en -> Text, position -> Integer, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    payment_details (enterprise_id) { enterprise_id -> Id, cash_on_delivery -> Bool, cash_at_pickup -> Bool, bank_transfer -> Bool, qris -> Bool, bank_name -> Nullable<Text>, account_number -> Nullable<Text>, account_holder -> Nullable<Text>, qris_code -> Nullable<Text>, version -> Integer, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    payment_details_events (id) { id -> Id, enterprise_id -> Id, details -> JsonDoc, actor_id -> Id, on_behalf_of -> Nullable<Id>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    message_templates (village_id, kind) { village_id -> Id, kind -> Text, text -> Nullable<Text>, version -> Integer, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    media (id) { id -> Id, owner_id -> Id, purpose -> Text, source_digest -> Text, subject -> Nullable<Text>, enterprise_id -> Nullable<Id>, buyer_id -> Nullable<Id>, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    media_variants (media_id, size) { media_id -> Id, size -> Text, digest -> Text, width -> Integer, height -> Integer, bytes -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Utc;
    media_removals (digest) { digest -> Text, begun_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    upload_counts (account_id) { account_id -> Id, day -> Date, uploads -> Integer, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    products (id) {
        id -> Id, village_id -> Id, enterprise_id -> Id, category_code -> Text, name -> Text, description -> Text, price_from -> BigInt,
        photos -> JsonDoc, pirt_number -> Nullable<Text>, pirt_expires_year -> Nullable<Integer>, halal_number -> Nullable<Text>, halal_scheme -> Nullable<Text>, halal_until -> Nullable<Date>,
        state -> Text, search_name -> Text, search_rest -> Text, version -> Integer, created_at -> Utc, updated_at -> Utc, published_at -> Nullable<Utc>,
        ingredients -> Nullable<Text>, allergens -> JsonDoc, storage -> Nullable<Text>, shelf_life_days -> Nullable<Integer>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    product_events (id) { id -> Id, product_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    packs (id) { id -> Id, product_id -> Id, position -> Integer, label -> Text, unit -> Text, net_quantity -> Nullable<BigInt>, net_unit -> Nullable<Text>, active -> Bool, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    moderations (id) {
        id -> Id, product_id -> Id, village_id -> Id, subject -> Text, differences -> JsonDoc, state -> Text, asked_by -> Id, on_behalf_of -> Nullable<Id>,
        asked_at -> Utc, decided_by -> Nullable<Id>, decided_at -> Nullable<Utc>, reason -> Nullable<Text>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    complaints (id) {
        id -> Id, product_id -> Id, village_id -> Id, account_id -> Id, cause -> Text, text -> Nullable<Text>, state -> Text, outcome -> Nullable<Text>,
        note -> Nullable<Text>, made_at -> Utc, resolved_by -> Nullable<Id>, resolved_at -> Nullable<Utc>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    batches (id) {
        id -> Id, pack_id -> Id, code -> Text, produced_on -> Date, expires_on -> Nullable<Date>, quantity -> BigInt, actor_id -> Id,
        on_behalf_of -> Nullable<Id>, recorded_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    lapse_warnings (product_id, kind, subject, lapses_on, days) { product_id -> Id, kind -> Text, subject -> Text, lapses_on -> Date, days -> Integer, warned_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    prices (id) { id -> Id, pack_id -> Id, channel -> Text, min_quantity -> BigInt, amount -> BigInt, valid_from -> Utc, valid_until -> Nullable<Utc>, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    stock_items (pack_id, owner_id, holder_id) { pack_id -> Id, owner_id -> Id, holder_id -> Id, site -> Text, on_hand -> BigInt, reserved -> BigInt, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    stock_lots (pack_id, owner_id, holder_id, batch_id) { pack_id -> Id, owner_id -> Id, holder_id -> Id, batch_id -> Id, quantity -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    stock_movements (id) {
        id -> Id, pack_id -> Id, owner_id -> Id, holder_id -> Id, batch_id -> Nullable<Id>, movement -> Text, on_hand -> BigInt, reserved -> BigInt, cause -> Nullable<Text>,
        note -> Nullable<Text>, reference -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, happened_at -> Utc, business_date -> Date, recorded_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    stocktakes (id) { id -> Id, enterprise_id -> Id, note -> Nullable<Text>, cost -> BigInt, counted_by -> Id, on_behalf_of -> Nullable<Id>, counted_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    stocktake_lines (stocktake_id, position) { stocktake_id -> Id, position -> Integer, pack_id -> Id, expected -> BigInt, counted -> BigInt, cost -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    order_groups (id) { id -> Id, buyer_id -> Nullable<Id>, placed_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    orders (id) {
        id -> Id, group_id -> Id, number -> Text, village_id -> Id, seller_id -> Id, buyer_id -> Nullable<Id>, buyer_name -> Nullable<Text>, buyer_phone -> Nullable<Text>,
        fulfilment -> Text, address -> Nullable<Text>, note -> Nullable<Text>, channel -> Text, state -> Text, version -> Integer, placed_at -> Utc, updated_at -> Utc,
        area -> Nullable<Text>, zone -> Nullable<Text>, quote -> Text, quoted_fee -> Nullable<BigInt>, ready_on -> Nullable<Date>, answer_by -> Nullable<Utc>,
        pay_by -> Nullable<Utc>, hand_over_by -> Nullable<Utc>, handed_over_at -> Nullable<Utc>, complete_at -> Nullable<Utc>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    order_lines (order_id, position) {
        order_id -> Id, position -> Integer, product_id -> Id, name -> Text, unit -> Text, unit_price -> BigInt, quantity -> BigInt, total -> BigInt,
        pack_id -> Id, pack_label -> Text, price_channel -> Text, ordered -> BigInt, preorder_id -> Nullable<Id>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    order_events (id) { id -> Id, order_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    bills (order_id) {
        order_id -> Id, method -> Text, goods -> BigInt, delivery -> Nullable<BigInt>, digits -> BigInt, allowance -> BigInt, received -> BigInt, claimed -> BigInt,
        returned -> BigInt, owed_back -> BigInt, earned -> Bool, void -> Bool, updated_at -> Utc, cost -> BigInt,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    refunds (id) {
        id -> Id, order_id -> Id, amount -> BigInt, cause -> Text, state -> Text, proof_media_id -> Nullable<Id>, reason -> Nullable<Text>, created_at -> Utc, updated_at -> Utc, by_bank -> BigInt,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    payments (id) {
        id -> Id, order_id -> Id, method -> Text, amount -> BigInt, state -> Text, holder -> Text, proof_media_id -> Nullable<Id>, reason -> Nullable<Text>, created_at -> Utc, updated_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    payment_events (id) {
        id -> Id, order_id -> Id, payment_id -> Nullable<Id>, refund_id -> Nullable<Id>, from_state -> Text, to_state -> Text, amount -> BigInt, actor_id -> Nullable<Id>,
        on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    order_changes (id) {
        id -> Id, order_id -> Id, state -> Text, reason -> Text, goods -> BigInt, proposed_by -> Id, proposed_at -> Utc, decided_by -> Nullable<Id>, decided_at -> Nullable<Utc>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    order_change_lines (change_id, position) {
        change_id -> Id, position -> Integer, quantity -> BigInt, replacement_pack_id -> Nullable<Id>, replacement_quantity -> BigInt,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    journal_entries (id) { id -> Id, enterprise_id -> Id, reference -> Text, movement -> Text, happened_at -> Utc, business_date -> Date, month -> Text, recorded_at -> Utc, reverses_id -> Nullable<Id>, village_id -> Id, evidence -> Text, mirror_id -> Nullable<Id>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    postings (entry_id, position) { entry_id -> Id, position -> Integer, enterprise_id -> Id, account -> Text, amount -> BigInt, month -> Text, partner_id -> Nullable<Id>, evidence -> Text, business_date -> Date, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    closed_months (enterprise_id, month) { enterprise_id -> Id, month -> Text, closed_by -> Id, on_behalf_of -> Nullable<Id>, closed_at -> Utc, digest -> Nullable<Text>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    book_keys (id) { id -> Id, enterprise_id -> Id, secret -> Text, made_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    entry_digests (entry_id) { entry_id -> Id, key_id -> Id, commitment -> Text, digest -> Text, }
}
table! {
    use crate::db::types::Id;
    unsealed_entries (village_id, entry_id) { village_id -> Id, entry_id -> Id, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    journal_seals (village_id, number) { village_id -> Id, number -> BigInt, entry_id -> Id, hash -> Text, sealed_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    balance_marks (enterprise_id, day) { enterprise_id -> Id, day -> Date, marked_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    balance_mark_lines (enterprise_id, day, position) { enterprise_id -> Id, day -> Date, position -> Integer, account -> Text, partner_id -> Nullable<Id>, debit -> BigInt, credit -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    cash_rows (id) {
        id -> Id, enterprise_id -> Id, entry_id -> Id, client_id -> Nullable<Text>, kind -> Text, amount -> BigInt, paid -> Text, channel -> Nullable<Text>,
        source -> Nullable<Text>, partner_id -> Nullable<Id>, day -> Date, note -> Nullable<Text>, evidence -> Text, recorded_by -> Id, on_behalf_of -> Nullable<Id>,
        recorded_at -> Utc, reversal_id -> Nullable<Id>, reversed_by -> Nullable<Id>, reversal_reason -> Nullable<Text>,
        photo_media_id -> Nullable<Id>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    cash_counts (id) {
        id -> Id, enterprise_id -> Id, holder -> Text, counted -> BigInt, expected -> BigInt, entry_id -> Nullable<Id>, reason -> Nullable<Text>,
        counted_by -> Id, on_behalf_of -> Nullable<Id>, counted_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    cash_templates (id) { id -> Id, enterprise_id -> Id, name -> Text, cash_row -> JsonDoc, made_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    income_baselines (id) {
        id -> Id, enterprise_id -> Id, month -> Text, net -> BigInt, turnover_band -> Integer, permits -> JsonDoc, internet_uses -> Integer, evidence -> Text,
        surveyed_by -> Id, on_behalf_of -> Nullable<Id>, surveyed_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    book_grants (id) {
        id -> Id, enterprise_id -> Id, reader_id -> Id, first_month -> Text, last_month -> Text, purpose -> Text, granted_by -> Id, on_behalf_of -> Nullable<Id>,
        granted_at -> Utc, withdrawn_at -> Nullable<Utc>, withdrawn_by -> Nullable<Id>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    book_grant_uses (id) { id -> Id, grant_id -> Id, account_id -> Id, month -> Text, used_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    partner_verdicts (id) { id -> Id, enterprise_id -> Id, entry_id -> Id, verdict -> Text, reason -> Nullable<Text>, actor_id -> Id, on_behalf_of -> Nullable<Id>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    idempotency_keys (account_id, key) { account_id -> Id, key -> Text, fingerprint -> Text, status -> Integer, location -> Nullable<Text>, version -> Nullable<Integer>, body -> Text, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    jobs (id) { id -> Id, kind -> Text, payload -> JsonDoc, state -> Text, attempts -> Integer, run_at -> Utc, last_error -> Nullable<Text>, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    shop_terms (enterprise_id) {
        enterprise_id -> Id, minimum_order -> BigInt, answer_hours -> BigInt, hand_over_days -> BigInt, opening -> Nullable<JsonDoc>,
        holiday_from -> Nullable<Date>, holiday_until -> Nullable<Date>, holiday_note -> Nullable<Text>, version -> Integer, updated_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    delivery_zones (id) { id -> Id, enterprise_id -> Id, name -> Text, fee -> BigInt, minimum_order -> BigInt, active -> Bool, version -> Integer, created_at -> Utc, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    preorder_windows (id) {
        id -> Id, pack_id -> Id, enterprise_id -> Id, cut_off -> Utc, ready_on -> Date, capacity -> BigInt, taken -> BigInt, state -> Text, reason -> Nullable<Text>,
        version -> Integer, created_at -> Utc, updated_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    preorder_events (id) { id -> Id, window_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    agreements (id) { id -> Id, village_id -> Id, kind -> Text, provider_id -> Id, receiver_id -> Id, drafted_by -> Id, state -> Text, proposed -> Nullable<Integer>, accepted -> Nullable<Integer>, in_force_from -> Nullable<Utc>, in_force_until -> Nullable<Utc>, ends_by -> Text, version -> Integer, created_at -> Utc, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    agreement_versions (agreement_id, number) { agreement_id -> Id, number -> Integer, proposed_by -> Id, starts_on -> Date, ends_on -> Date, notice_days -> BigInt, terms -> JsonDoc, wording -> Text, digest -> Text, accepted_at -> Nullable<Utc>, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    agreement_periods (provider_id, receiver_id, kind, begins_at) { provider_id -> Id, receiver_id -> Id, kind -> Text, begins_at -> Utc, ends_at -> Utc, agreement_id -> Id, number -> Integer, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    agreement_events (id) { id -> Id, agreement_id -> Id, act -> Text, from_state -> Text, to_state -> Text, number -> Integer, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    agreement_templates (village_id, kind) { village_id -> Id, kind -> Text, wording -> Text, version -> Integer, actor_id -> Id, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    stall_days (id) {
        id -> Id, agreement_id -> Id, agreement_number -> Integer, provider_id -> Id, receiver_id -> Id, day -> Date, takings -> BigInt,
        share -> BigInt, cost_part -> BigInt, state -> Text, entry_id -> Nullable<Id>, due_on -> Nullable<Date>, method -> Nullable<Text>,
        paid_on -> Nullable<Date>, created_at -> Utc, updated_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    stall_day_events (id) {
        id -> Id, stall_day_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>,
        at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    obligations (id) { id -> Id, agreement_id -> Id, number -> Integer, kind -> Text, subject -> Text, owed_by -> Id, owed_to -> Id, due_on -> Date, state -> Text, done_on -> Nullable<Date>, days_late -> Integer, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    breaches (id) { id -> Id, agreement_id -> Id, obligation_id -> Nullable<Id>, noted_by -> Id, note -> Text, state -> Text, reply -> Nullable<Text>, outcome -> Nullable<Text>, version -> Integer, created_at -> Utc, updated_at -> Utc, village_id -> Nullable<Id>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    breach_events (id) { id -> Id, breach_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, said -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    materials (id) { id -> Id, name -> Text, name_key -> Text, base -> Text, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    supply_items (id) { id -> Id, supplier_id -> Id, material_id -> Id, unit -> Text, content -> BigInt, active -> Bool, version -> Integer, created_at -> Utc, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    supply_prices (id) { id -> Id, item_id -> Id, amount -> BigInt, valid_from -> Date, valid_until -> Nullable<Date>, replaced -> Bool, actor_id -> Id, on_behalf_of -> Nullable<Id>, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    material_stocks (owner_id, material_id) { owner_id -> Id, material_id -> Id, quantity -> BigInt, cost -> BigInt, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    material_movements (id) { id -> Id, owner_id -> Id, material_id -> Id, kind -> Text, quantity -> BigInt, cost -> BigInt, reference -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    supplier_orders (id) { id -> Id, village_id -> Id, supplier_id -> Id, buyer_id -> Id, agreement_id -> Id, agreement_number -> Integer, joint_buy_id -> Nullable<Id>, payment -> Text, state -> Text, wanted_on -> Nullable<Date>, proposed_on -> Nullable<Date>, promised_on -> Nullable<Date>, first_promised_on -> Nullable<Date>, quarter -> Nullable<Text>, received_on -> Nullable<Date>, in_full -> Nullable<Bool>, delay_days -> Nullable<Integer>, delivery_cost -> BigInt, total -> BigInt, owed -> BigInt, paid -> BigInt, note -> Nullable<Text>, version -> Integer, created_at -> Utc, updated_at -> Utc, judged -> Bool, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    supplier_order_lines (order_id, position) { order_id -> Id, position -> Integer, item_id -> Id, material_id -> Id, label -> Text, content -> BigInt, ordered -> BigInt, total -> BigInt, promised -> Nullable<BigInt>, billed -> Nullable<BigInt>, received -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    supplier_order_events (id) { id -> Id, order_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, link_made_by -> Nullable<Id>, day -> Nullable<Date>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    supplier_order_links (digest) { digest -> Text, order_id -> Id, created_at -> Utc, expires_at -> Utc, made_by -> Nullable<Id>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    partner_notices (id) { id -> Id, to_id -> Id, from_id -> Id, notice -> Text, fact -> Text, at -> Utc, read_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    supplier_payments (id) { id -> Id, order_id -> Id, method -> Text, amount -> BigInt, state -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, created_at -> Utc, settled_at -> Nullable<Utc>, settled_by -> Nullable<Id>, settled_for -> Nullable<Id>, reason -> Nullable<Text>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    joint_buys (id) { id -> Id, village_id -> Id, organiser_id -> Id, supplier_id -> Id, state -> Text, cut_off -> Utc, minimum -> BigInt, delivery_cost -> BigInt, split -> Text, extend_days -> BigInt, extensions_left -> BigInt, note -> Nullable<Text>, version -> Integer, created_at -> Utc, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    joint_members (buy_id, enterprise_id) { buy_id -> Id, enterprise_id -> Id, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    joint_wants (id) { id -> Id, buy_id -> Id, member_id -> Id, item_id -> Id, wanted -> BigInt, tolerance -> BigInt, actor_id -> Id, on_behalf_of -> Nullable<Id>, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    joint_events (id) { id -> Id, buy_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, hindrance -> Nullable<Text>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    pack_costs (pack_id) { pack_id -> Id, quantity -> BigInt, cost -> BigInt, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    recipes (pack_id) { pack_id -> Id, enterprise_id -> Id, makes -> BigInt, version -> Integer, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    recipe_lines (pack_id, material_id) { pack_id -> Id, material_id -> Id, quantity -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    productions (id) { id -> Id, pack_id -> Id, enterprise_id -> Id, batch_id -> Id, quantity -> BigInt, cost -> BigInt, actor_id -> Id, at -> Utc, on_behalf_of -> Nullable<Id>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    claims (id) {
        id -> Id, order_id -> Id, village_id -> Id, seller_id -> Id, position -> Integer, quantity -> BigInt, batch_id -> Nullable<Id>, batch_code -> Nullable<Text>, text -> Text, photos -> JsonDoc,
        wish -> Text, wished_amount -> Nullable<BigInt>, state -> Text, remedy -> Nullable<Text>, amount -> Nullable<BigInt>, reason -> Nullable<Text>, order_was -> Text,
        due_at -> Nullable<Utc>, mediation_since -> Nullable<Utc>, version -> Integer, opened_at -> Utc, updated_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    claim_events (id) {
        id -> Id, claim_id -> Id, from_state -> Text, to_state -> Text, remedy -> Nullable<Text>, amount -> Nullable<BigInt>, actor_id -> Nullable<Id>,
        on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    consignments (id) {
        id -> Id, village_id -> Id, maker_id -> Id, warung_id -> Id, agreement_id -> Id, agreement_number -> Integer, visits -> Integer,
        last_visit_id -> Nullable<Id>, last_visited_at -> Nullable<Utc>, next_visit_on -> Nullable<Date>, due -> BigInt, paid -> BigInt, created_at -> Utc,
        updated_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    consigned_goods (consignment_id, pack_id) {
        consignment_id -> Id, pack_id -> Id, price -> BigInt, share_bp -> Nullable<Integer>, wholesale -> Nullable<BigInt>, cost_quantity -> BigInt, cost -> BigInt,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    consignment_notes (id) {
        id -> Id, consignment_id -> Id, agreement_id -> Id, agreement_number -> Integer, origin -> Text, state -> Text, missing -> Nullable<Text>,
        received_at -> Nullable<Utc>, version -> Integer, created_at -> Utc, updated_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    consignment_note_lines (note_id, position) {
        note_id -> Id, position -> Integer, pack_id -> Id, price -> BigInt, offered -> BigInt, received -> Nullable<BigInt>, remaining -> BigInt,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    consignment_note_events (id) {
        id -> Id, note_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    consignment_visits (id) {
        id -> Id, consignment_id -> Id, number -> Integer, client_id -> Text, recorded_by -> Text, state -> Text, agreement_id -> Id, agreement_number -> Integer,
        visited_at -> Utc, owed_before -> BigInt, gross -> BigInt, share -> BigInt, due -> BigInt, paid -> BigInt, due_through -> BigInt, cleared -> Bool,
        postings -> Integer, next_visit_on -> Nullable<Date>, note -> Nullable<Text>, version -> Integer, created_at -> Utc, updated_at -> Utc,
        entered_on -> Nullable<Date>, told -> Nullable<Text>, claimed -> BigInt, method -> Nullable<Text>, paid_disputed -> Nullable<Text>,
        said_paid -> Nullable<BigInt>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    consignment_visit_lines (visit_id, pack_id) {
        visit_id -> Id, pack_id -> Id, opening -> BigInt, delivered -> BigInt, counted -> BigInt, returned -> BigInt, spoiled -> BigInt, sold -> BigInt,
        at_till -> BigInt, topped_up -> BigInt, price -> BigInt, share_bp -> Nullable<Integer>, wholesale -> Nullable<BigInt>, gross -> BigInt, share -> BigInt,
        due -> BigInt, spoilage_due -> BigInt, disputed -> Nullable<Text>, spoiled_costed -> BigInt, spoiled_cost -> BigInt, sold_costed -> BigInt,
        sold_cost -> BigInt, said_counted -> Nullable<BigInt>, said_returned -> Nullable<BigInt>, said_spoiled -> Nullable<BigInt>,
        said_topped_up -> Nullable<BigInt>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    consignment_visit_events (id) {
        id -> Id, visit_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    consignment_visit_links (digest) { digest -> Text, visit_id -> Id, created_at -> Utc, expires_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    consigned_sales (id) {
        id -> Id, consignment_id -> Id, pack_id -> Id, kind -> Text, quantity -> BigInt, gross -> BigInt, share -> BigInt, due -> BigInt, happened_at -> Utc,
        business_date -> Date,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    consignment_payments (id) {
        id -> Id, consignment_id -> Id, visit_id -> Nullable<Id>, amount -> BigInt, method -> Text, business_date -> Date, actor_id -> Id,
        on_behalf_of -> Nullable<Id>, paid_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    till_sales (id) {
        id -> Id, enterprise_id -> Id, client_id -> Text, total -> BigInt, method -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, sold_at -> Utc,
        recorded_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    till_lines (sale_id, position) { sale_id -> Id, position -> Integer, pack_id -> Id, owner_id -> Id, quantity -> BigInt, price -> BigInt, total -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    restocks (id) {
        id -> Id, village_id -> Id, maker_id -> Id, warung_id -> Id, basis -> Text, asked_as -> Text, state -> Text, agreement_id -> Nullable<Id>,
        agreement_number -> Nullable<Integer>, payment -> Nullable<Text>, wanted_on -> Nullable<Date>, total -> BigInt, note -> Nullable<Text>, version -> Integer,
        created_at -> Utc, updated_at -> Utc, owed -> BigInt, paid -> BigInt, due_on -> Nullable<Date>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::Id;
    restock_lines (restock_id, position) {
        restock_id -> Id, position -> Integer, pack_id -> Id, price -> BigInt, asked -> BigInt, accepted -> Nullable<BigInt>, received -> Nullable<BigInt>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    restock_events (id) {
        id -> Id, restock_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>,
        at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    restock_payments (id) { id -> Id, restock_id -> Id, amount -> BigInt, method -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, paid_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    par_levels (warung_id, pack_id) { warung_id -> Id, pack_id -> Id, quantity -> BigInt, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, JsonDoc, Utc};
    restock_templates (id) {
        id -> Id, maker_id -> Id, warung_id -> Id, basis -> Text, payment -> Nullable<Text>, days -> JsonDoc, lines -> JsonDoc, active -> Bool, actor_id -> Id,
        on_behalf_of -> Nullable<Id>, created_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::types::{Id, Utc};
    restock_runs (template_id, day) { template_id -> Id, day -> Date, restock_id -> Nullable<Id>, reason -> Nullable<Text>, ran_at -> Utc, }
}

joinable!(sessions -> accounts (account_id));
joinable!(refresh_tokens -> sessions (session_id));
joinable!(tracking_tokens -> sessions (session_id));
joinable!(phone_proofs -> accounts (account_id));
joinable!(enterprises -> villages (village_id));
joinable!(enterprise_events -> enterprises (enterprise_id));
joinable!(members -> enterprises (enterprise_id));
joinable!(members -> accounts (account_id));
joinable!(invitations -> enterprises (enterprise_id));
joinable!(products -> enterprises (enterprise_id));
joinable!(media_variants -> media (media_id));
joinable!(products -> villages (village_id));
joinable!(products -> categories (category_code));
joinable!(product_events -> products (product_id));
joinable!(packs -> products (product_id));
joinable!(moderations -> products (product_id));
joinable!(complaints -> products (product_id));
joinable!(batches -> packs (pack_id));
joinable!(prices -> packs (pack_id));
joinable!(stock_items -> packs (pack_id));
joinable!(stock_lots -> batches (batch_id));
joinable!(stock_movements -> packs (pack_id));
joinable!(stocktake_lines -> stocktakes (stocktake_id));
joinable!(stocktake_lines -> packs (pack_id));
joinable!(orders -> order_groups (group_id));
joinable!(orders -> enterprises (seller_id));
joinable!(order_lines -> orders (order_id));
joinable!(order_events -> orders (order_id));
joinable!(bills -> orders (order_id));
joinable!(payments -> orders (order_id));
joinable!(preorder_windows -> packs (pack_id));
joinable!(refunds -> orders (order_id));
joinable!(order_changes -> orders (order_id));
joinable!(order_change_lines -> order_changes (change_id));
joinable!(claims -> orders (order_id));
joinable!(claim_events -> claims (claim_id));
joinable!(postings -> journal_entries (entry_id));
joinable!(supply_items -> materials (material_id));
joinable!(material_stocks -> materials (material_id));
joinable!(supplier_order_lines -> supplier_orders (order_id));
joinable!(joint_members -> joint_buys (buy_id));
joinable!(recipe_lines -> materials (material_id));
joinable!(supply_prices -> supply_items (item_id));
joinable!(agreement_versions -> agreements (agreement_id));
joinable!(entry_digests -> journal_entries (entry_id));
joinable!(unsealed_entries -> journal_entries (entry_id));
joinable!(journal_seals -> journal_entries (entry_id));
joinable!(journal_seals -> villages (village_id));
joinable!(consignment_note_lines -> consignment_notes (note_id));
joinable!(consignment_notes -> consignments (consignment_id));
joinable!(consignment_note_lines -> packs (pack_id));
joinable!(consignment_visit_lines -> consignment_visits (visit_id));
joinable!(consignment_visit_lines -> packs (pack_id));
joinable!(consigned_goods -> packs (pack_id));
joinable!(till_lines -> till_sales (sale_id));
joinable!(till_lines -> packs (pack_id));
joinable!(restock_lines -> packs (pack_id));
joinable!(restock_lines -> restocks (restock_id));
joinable!(par_levels -> packs (pack_id));

/// Which tables may stand in one query. Only those that do are named: each pair costs the compiler time, and all pairs of all
/// tables were a quarter of it.
macro_rules! joined {
    ($($table:ident with $($other:ident)+;)+) => {$($(allow_tables_to_appear_in_same_query!($table, $other);)+)+};
}

joined! {
    villages with accounts enterprises payment_details media products packs complaints batches stock_items orders unsealed_entries journal_seals agreements obligations breaches materials supplier_orders recipes claims;
    accounts with sessions phone_proofs enterprises members payment_details media products packs complaints batches orders jobs agreements obligations breaches materials supplier_orders recipes claims;
    sessions with refresh_tokens tracking_tokens enterprises members;
    enterprises with enterprise_events members invitations payment_details media products packs complaints batches stock_items orders order_lines bills book_grants jobs agreements agreement_periods obligations breaches materials supplier_orders recipes claims;
    members with products orders jobs claims;
    categories with products;
    payment_details with media packs complaints batches orders jobs agreements obligations breaches materials supplier_orders recipes claims;
    media with media_variants packs complaints batches orders jobs agreements obligations breaches materials supplier_orders recipes claims;
    products with product_events packs moderations complaints batches lapse_warnings stock_items preorder_windows consignment_note_lines consignment_visit_lines till_lines restock_lines;
    packs with complaints batches lapse_warnings prices stock_items stock_movements stocktake_lines orders preorder_windows agreements obligations breaches materials supplier_orders recipes claims consigned_goods consignment_note_lines consignment_visit_lines till_lines restock_lines par_levels;
    complaints with batches orders agreements obligations breaches materials supplier_orders recipes claims;
    batches with lapse_warnings stock_lots stock_movements orders agreements obligations breaches materials supplier_orders recipes claims;
    prices with stock_items;
    stocktakes with stocktake_lines;
    order_groups with orders;
    orders with order_lines order_events bills refunds payments order_changes jobs agreements obligations breaches materials supplier_orders recipes claims;
    order_lines with claims;
    order_changes with order_change_lines;
    journal_entries with postings entry_digests unsealed_entries journal_seals;
    entry_digests with unsealed_entries;
    jobs with agreements obligations supplier_orders claims;
    agreements with agreement_versions obligations breaches materials supplier_orders recipes claims;
    obligations with breaches materials supplier_orders recipes claims;
    breaches with materials supplier_orders recipes claims;
    materials with supply_items material_stocks supplier_orders recipes recipe_lines claims;
    supply_items with supply_prices;
    supplier_orders with supplier_order_lines recipes claims;
    joint_buys with joint_members joint_wants;
    joint_members with joint_wants;
    recipes with claims;
    claims with claim_events;
    consignments with consignment_notes consignment_note_lines;
    consignment_notes with consignment_note_lines;
    consignment_visits with consignment_visit_lines;
    till_sales with till_lines;
    restocks with restock_lines;
}
