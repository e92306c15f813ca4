//! Restocks as they are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{AskedAs, Basis, Line, NotMade, Payment, RestockId, Run, State, Template, TemplateId, Whole};
use super::suggesting::{Suggested, Suggestion};
use crate::agreements::AgreementId;
use crate::agreements::terms::Days;
use crate::parties::PartyView;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use market::packs::PackId;
use people::enterprises::EnterpriseId;
use people::moves_view;

/// A line with its three quantities.
#[derive(Serialize, ToSchema)]
pub struct RestockLineView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    /// What one costs, or sells for where it is consigned.
    price: Rupiah,
    asked: i64,
    accepted: Option<i64>,
    received: Option<i64>,
}

impl From<Line> for RestockLineView {
    fn from(line: Line) -> Self {
        let Line { restock_id: _, pack_id, product_name, pack_label, price, asked, accepted, received } = line;
        Self { pack_id, product_name, pack_label, price, asked, accepted, received }
    }
}

/// What a warung asks a maker for.
#[derive(Serialize, ToSchema)]
pub struct RestockView {
    id: RestockId,
    maker: PartyView,
    warung: PartyView,
    basis: Basis,
    asked_as: AskedAs,
    state: State,
    /// The agreement it goes by, where there is one.
    agreement_id: Option<AgreementId>,
    agreement_version: Option<i32>,
    payment: Option<Payment>,
    lines: Vec<RestockLineView>,
    /// What all that was asked for costs, or sells for where it is consigned.
    total: Rupiah,
    /// What outright goods that came cost together, and what of it is paid.
    owed: Rupiah,
    paid: Rupiah,
    /// What the warung says that she paid when they came; it is owed until the maker writes it down.
    claimed: Rupiah,
    #[schema(value_type = Option<String>, format = Date)]
    wanted_on: Option<NaiveDate>,
    /// The agreed day on which it is to be brought, on the wanted one or after it; owed once the maker has accepted.
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<NaiveDate>,
    note: Option<String>,
    created_at: Timestamp,
}

impl From<Whole> for RestockView {
    fn from(Whole { restock, lines, names }: Whole) -> Self {
        Self {
            id: restock.id,
            maker: names.party(restock.maker_id),
            warung: names.party(restock.warung_id),
            basis: restock.basis,
            asked_as: restock.asked_as,
            state: restock.state,
            agreement_id: restock.agreement_id,
            agreement_version: restock.agreement_number,
            payment: restock.payment,
            lines: lines.into_iter().map(RestockLineView::from).collect(),
            total: restock.total,
            owed: restock.owed,
            paid: restock.paid,
            claimed: restock.claimed(),
            due_on: restock.due_on,
            wanted_on: restock.wanted_on,
            note: restock.note,
            created_at: restock.created_at,
        }
    }
}

moves_view!(
    /// One move of a restock.
    RestockEventView { State,
        /// Null when it was the clock.
        Option<AccountId> }
    /// The moves of a restock, oldest first.
    RestockHistoryView
);

/// How many of a pack should always stand at a warung.
#[derive(Serialize, ToSchema)]
pub struct ParLevelView {
    pack_id: PackId,
    quantity: i64,
}

/// What should always stand at a warung.
#[derive(Serialize, ToSchema)]
pub struct ParLevelsView {
    items: Vec<ParLevelView>,
}

impl From<Vec<(PackId, i64)>> for ParLevelsView {
    fn from(levels: Vec<(PackId, i64)>) -> Self {
        Self { items: levels.into_iter().map(|(pack_id, quantity)| ParLevelView { pack_id, quantity }).collect() }
    }
}

/// What is suggested of one pack.
#[derive(Serialize, ToSchema)]
pub struct SuggestedLineView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    /// What was sold in the days looked at.
    sold: i64,
    /// What stands there now, consigned and own.
    on_hand: i64,
    /// What will be sold until the next visit: sold ÷ days × days to go, rounded up.
    needed: i64,
    /// What may still come: asked for, promised or offered.
    coming: i64,
    /// What is needed, not there and not coming.
    suggested: i64,
}

impl From<Suggested> for SuggestedLineView {
    fn from(Suggested { pack: pack_id, product_name, pack_label, sold, on_hand, needed, coming }: Suggested) -> Self {
        Self { pack_id, product_name, pack_label, sold, on_hand, needed, coming, suggested: (needed - on_hand - coming).max(0) }
    }
}

/// What a warung will need until the maker comes, and what that is based on.
#[derive(Serialize, ToSchema)]
pub struct RestockSuggestionView {
    /// The first and the last day whose sales were looked at.
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    days: i64,
    /// How many visits there have been.
    visits: i32,
    #[schema(value_type = String, format = Date)]
    next_visit_on: NaiveDate,
    days_to_next_visit: i64,
    lines: Vec<SuggestedLineView>,
}

impl From<Suggestion> for RestockSuggestionView {
    fn from(suggestion: Suggestion) -> Self {
        Self {
            from: suggestion.first,
            to: suggestion.last,
            days: suggestion.days,
            visits: suggestion.visits,
            next_visit_on: suggestion.next_visit_on,
            days_to_next_visit: suggestion.days_to_go,
            lines: suggestion.lines.into_iter().map(SuggestedLineView::from).collect(),
        }
    }
}

/// So many of a pack in a standing reorder.
#[derive(Serialize, ToSchema)]
pub struct TemplateLineView {
    pack_id: PackId,
    quantity: i64,
}

/// A reorder that is made by itself on days of the week.
#[derive(Serialize, ToSchema)]
pub struct RestockTemplateView {
    id: TemplateId,
    maker_id: EnterpriseId,
    warung_id: EnterpriseId,
    basis: Basis,
    payment: Option<Payment>,
    days: Days,
    lines: Vec<TemplateLineView>,
    active: bool,
    created_at: Timestamp,
}

impl From<Template> for RestockTemplateView {
    fn from(template: Template) -> Self {
        let line = |line: super::model::KeptLine| TemplateLineView { pack_id: line.pack_id, quantity: line.quantity };
        Self {
            id: template.id,
            maker_id: template.maker_id,
            warung_id: template.warung_id,
            basis: template.basis,
            payment: template.payment,
            days: template.days,
            lines: template.lines.into_iter().map(line).collect(),
            active: template.active,
            created_at: template.created_at,
        }
    }
}

/// What became of a standing reorder on one of its days.
#[derive(Serialize, ToSchema)]
pub struct RestockRunView {
    #[schema(value_type = String, format = Date)]
    day: NaiveDate,
    restock_id: Option<RestockId>,
    /// Why there is none.
    reason: Option<NotMade>,
    ran_at: Timestamp,
}

impl From<Run> for RestockRunView {
    fn from(Run { day, restock: restock_id, reason, ran_at }: Run) -> Self {
        Self { day, restock_id, reason, ran_at }
    }
}
