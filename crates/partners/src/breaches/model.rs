//! Breaches and what was said about them.

use diesel::prelude::*;

use crate::agreements::AgreementId;
use crate::obligations::ObligationId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::{plain_text, typed_id, word_enum};
use people::enterprises::EnterpriseId;

typed_id!(
    /// Something that was not kept, as one side says.
    BreachId, "brc"
);
plain_text!(
    /// What someone says about a breach.
    Words, max 1000, lines true
);

word_enum! {
    /// How far a breach has come.
    State as "BreachState" {
        /// One side has noted it.
        Noted = "noted",
        /// The other side has answered.
        Replied = "replied",
        /// The village's office stands between them.
        Mediating = "mediating",
        /// The office has settled it.
        Settled = "settled",
        /// It was taken back.
        Withdrawn = "withdrawn",
    }
}

/// A breach.
#[derive(Clone, Debug, Queryable)]
pub struct Breach {
    pub id: BreachId,
    pub agreement_id: AgreementId,
    pub obligation_id: Option<ObligationId>,
    pub noted_by: EnterpriseId,
    pub note: String,
    pub state: State,
    pub reply: Option<String>,
    pub outcome: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One move of a breach.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub from: State,
    pub to: State,
    pub actor: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub said: Option<String>,
    pub at: Timestamp,
}
