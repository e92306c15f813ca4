//! Grants and their uses.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

use kit::auth::AccountId;
use kit::clock::{Month, Timestamp};
use kit::{plain_text, typed_id};
use people::enterprises::EnterpriseId;

typed_id!(
    /// Months of books that were opened to another enterprise.
    GrantId, "grt"
);
typed_id!(
    /// One reading.
    UseId, "use"
);
plain_text!(
    /// What the books are shown for.
    Purpose, max 200
);

/// Which months are opened, to whom, and what for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantBooks {
    /// A cooperative, a bank or another partner.
    pub reader_id: EnterpriseId,
    /// The first month.
    pub from: Month,
    /// The last month; at most 36 months in all.
    pub to: Month,
    pub purpose: Purpose,
}

/// A grant as it stands, with the names of both sides.
#[derive(Clone, Debug, Queryable)]
pub struct Grant {
    pub id: GrantId,
    pub enterprise_id: EnterpriseId,
    pub enterprise_name: String,
    pub reader_id: EnterpriseId,
    pub reader_name: String,
    pub first_month: String,
    pub last_month: String,
    pub purpose: String,
    pub granted_by: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub granted_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
    pub times_read: i64,
    pub last_read_at: Option<Timestamp>,
}

/// A reading.
#[derive(Clone, Debug, Queryable)]
pub struct Use {
    pub id: UseId,
    pub account_id: AccountId,
    pub month: String,
    pub used_at: Timestamp,
}
