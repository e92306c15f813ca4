//! Every table, once for both engines. A test compares it with the live schemas.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    villages (id) { id -> Id, code -> Text, name -> Text, district -> Text, regency -> Text, province -> Text, post_code -> Nullable<Text>, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    accounts (id) { id -> Id, phone -> Text, email -> Nullable<Text>, name -> Text, password_hash -> Text, language -> Text, operator -> Bool, created_at -> Utc, version -> Integer, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    sessions (id) { id -> Id, account_id -> Id, device -> Text, label -> Text, created_at -> Utc, last_seen_at -> Utc, expires_at -> Utc, revoked_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    refresh_tokens (digest) { digest -> Text, session_id -> Id, issued_at -> Utc, used_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::Utc;
    setup_tokens (digest) { digest -> Text, created_at -> Utc, used_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    enterprises (id) { id -> Id, village_id -> Id, kind -> Text, name -> Text, about -> Nullable<Text>, phone -> Nullable<Text>, phone_public -> Bool, assisted -> Bool, state -> Text, version -> Integer, created_at -> Utc, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    enterprise_events (id) { id -> Id, enterprise_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    members (enterprise_id, account_id) { enterprise_id -> Id, account_id -> Id, role -> Text, since -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    invitations (digest) { digest -> Text, enterprise_id -> Id, created_at -> Utc, expires_at -> Utc, used_at -> Nullable<Utc>, }
}
table! {
    use diesel::sql_types::*;
    categories (code) { code -> Text, name_id -> Text, name_su -> Text, name_en -> Text, position -> Integer, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, JsonDoc, Utc};
    products (id) {
        id -> Id, village_id -> Id, enterprise_id -> Id, category_code -> Text, name -> Text, description -> Text, unit -> Text, price -> BigInt,
        photos -> JsonDoc, pirt_number -> Nullable<Text>, pirt_expires_year -> Nullable<Integer>, halal_number -> Nullable<Text>, halal_scheme -> Nullable<Text>, halal_until -> Nullable<Date>,
        state -> Text, search_name -> Text, search_rest -> Text, version -> Integer, created_at -> Utc, updated_at -> Utc, published_at -> Nullable<Utc>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    product_events (id) { id -> Id, product_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Id, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    stock_items (product_id) { product_id -> Id, on_hand -> BigInt, reserved -> BigInt, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    order_groups (id) { id -> Id, buyer_id -> Id, total -> BigInt, placed_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    orders (id) {
        id -> Id, group_id -> Id, number -> Text, village_id -> Id, seller_id -> Id, buyer_id -> Id, buyer_name -> Text, buyer_phone -> Text,
        fulfilment -> Text, address -> Nullable<Text>, note -> Nullable<Text>, channel -> Text, total -> BigInt, state -> Text, version -> Integer, placed_at -> Utc, updated_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::Id;
    order_lines (order_id, position) { order_id -> Id, position -> Integer, product_id -> Id, name -> Text, unit -> Text, unit_price -> BigInt, quantity -> BigInt, total -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    order_events (id) { id -> Id, order_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    payments (order_id) { order_id -> Id, method -> Text, amount -> BigInt, state -> Text, refund -> Text, updated_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    payment_events (id) { id -> Id, order_id -> Id, from_state -> Text, to_state -> Text, actor_id -> Nullable<Id>, on_behalf_of -> Nullable<Id>, reason -> Nullable<Text>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    journal_entries (id) { id -> Id, enterprise_id -> Id, reference -> Text, movement -> Text, happened_at -> Utc, business_date -> Date, month -> Text, recorded_at -> Utc, reverses_id -> Nullable<Id>, village_id -> Id, evidence -> Text, mirror_id -> Nullable<Id>, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::Id;
    postings (entry_id, position) { entry_id -> Id, position -> Integer, enterprise_id -> Id, account -> Text, amount -> BigInt, month -> Text, partner_id -> Nullable<Id>, evidence -> Text, business_date -> Date, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    closed_months (enterprise_id, month) { enterprise_id -> Id, month -> Text, closed_by -> Id, on_behalf_of -> Nullable<Id>, closed_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    book_keys (id) { id -> Id, enterprise_id -> Id, secret -> Text, made_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::Id;
    entry_digests (entry_id) { entry_id -> Id, key_id -> Id, commitment -> Text, digest -> Text, }
}
table! {
    use crate::kit::db::types::Id;
    unsealed_entries (village_id, entry_id) { village_id -> Id, entry_id -> Id, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    journal_seals (village_id, number) { village_id -> Id, number -> BigInt, entry_id -> Id, hash -> Text, sealed_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    balance_marks (enterprise_id, day) { enterprise_id -> Id, day -> Date, marked_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::Id;
    balance_mark_lines (enterprise_id, day, position) { enterprise_id -> Id, day -> Date, position -> Integer, account -> Text, partner_id -> Nullable<Id>, debit -> BigInt, credit -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    cash_rows (id) {
        id -> Id, enterprise_id -> Id, entry_id -> Id, client_id -> Nullable<Text>, kind -> Text, amount -> BigInt, paid -> Text, channel -> Nullable<Text>,
        source -> Nullable<Text>, partner_id -> Nullable<Id>, day -> Date, note -> Nullable<Text>, evidence -> Text, recorded_by -> Id, on_behalf_of -> Nullable<Id>,
        recorded_at -> Utc, reversal_id -> Nullable<Id>, reversed_by -> Nullable<Id>, reversal_reason -> Nullable<Text>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    cash_counts (id) {
        id -> Id, enterprise_id -> Id, holder -> Text, counted -> BigInt, expected -> BigInt, entry_id -> Nullable<Id>, reason -> Nullable<Text>,
        counted_by -> Id, on_behalf_of -> Nullable<Id>, counted_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, JsonDoc, Utc};
    cash_templates (id) { id -> Id, enterprise_id -> Id, name -> Text, cash_row -> JsonDoc, made_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, JsonDoc, Utc};
    income_baselines (id) {
        id -> Id, enterprise_id -> Id, month -> Text, net -> BigInt, turnover_band -> Integer, permits -> JsonDoc, internet_uses -> Integer, evidence -> Text,
        surveyed_by -> Id, on_behalf_of -> Nullable<Id>, surveyed_at -> Utc,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    book_grants (id) {
        id -> Id, enterprise_id -> Id, reader_id -> Id, first_month -> Text, last_month -> Text, purpose -> Text, granted_by -> Id, on_behalf_of -> Nullable<Id>,
        granted_at -> Utc, withdrawn_at -> Nullable<Utc>, withdrawn_by -> Nullable<Id>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    book_grant_uses (id) { id -> Id, grant_id -> Id, account_id -> Id, month -> Text, used_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    partner_verdicts (id) { id -> Id, enterprise_id -> Id, entry_id -> Id, verdict -> Text, reason -> Nullable<Text>, actor_id -> Id, on_behalf_of -> Nullable<Id>, at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, Utc};
    idempotency_keys (account_id, key) { account_id -> Id, key -> Text, fingerprint -> Text, status -> Integer, location -> Nullable<Text>, version -> Nullable<Integer>, body -> Text, created_at -> Utc, }
}
table! {
    use diesel::sql_types::*;
    use crate::kit::db::types::{Id, JsonDoc, Utc};
    jobs (id) { id -> Id, kind -> Text, payload -> JsonDoc, state -> Text, attempts -> Integer, run_at -> Utc, last_error -> Nullable<Text>, created_at -> Utc, }
}

joinable!(sessions -> accounts (account_id));
joinable!(refresh_tokens -> sessions (session_id));
joinable!(enterprises -> villages (village_id));
joinable!(enterprise_events -> enterprises (enterprise_id));
joinable!(members -> enterprises (enterprise_id));
joinable!(members -> accounts (account_id));
joinable!(invitations -> enterprises (enterprise_id));
joinable!(products -> enterprises (enterprise_id));
joinable!(products -> villages (village_id));
joinable!(products -> categories (category_code));
joinable!(product_events -> products (product_id));
joinable!(stock_items -> products (product_id));
joinable!(orders -> order_groups (group_id));
joinable!(orders -> enterprises (seller_id));
joinable!(order_lines -> orders (order_id));
joinable!(order_events -> orders (order_id));
joinable!(payments -> orders (order_id));
joinable!(postings -> journal_entries (entry_id));
joinable!(entry_digests -> journal_entries (entry_id));
joinable!(unsealed_entries -> journal_entries (entry_id));
joinable!(journal_seals -> journal_entries (entry_id));
joinable!(journal_seals -> villages (village_id));

allow_tables_to_appear_in_same_query!(
    accounts,
    balance_mark_lines,
    balance_marks,
    book_grant_uses,
    book_grants,
    book_keys,
    cash_counts,
    cash_rows,
    cash_templates,
    categories,
    closed_months,
    enterprise_events,
    enterprises,
    entry_digests,
    idempotency_keys,
    income_baselines,
    invitations,
    jobs,
    journal_entries,
    journal_seals,
    members,
    order_events,
    order_groups,
    order_lines,
    orders,
    partner_verdicts,
    payment_events,
    payments,
    postings,
    product_events,
    products,
    refresh_tokens,
    sessions,
    setup_tokens,
    stock_items,
    unsealed_entries,
    villages,
);
