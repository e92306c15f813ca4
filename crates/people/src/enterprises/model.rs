//! Enterprises and their members.

use diesel::prelude::*;

use crate::permissions::Resource;
use crate::villages::VillageId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::phone::Phone;
use kit::{plain_text, typed_id, word_enum};

typed_id!(
    /// An enterprise.
    EnterpriseId, "ent"
);
plain_text!(
    /// The name over the door.
    EnterpriseName, max 80
);
plain_text!(
    /// What an enterprise tells about itself.
    About, max 1000, lines true
);

word_enum! {
    /// What an enterprise is in the network.
    Kind as "EnterpriseKind" {
        /// Makes food at home.
        HomeIndustry = "home_industry",
        /// A small shop.
        Warung = "warung",
        /// Sells raw material.
        Supplier = "supplier",
        /// The village's administration.
        VillageOffice = "village_office",
        /// A cooperative, a bank, or a civil society organisation.
        Partner = "partner",
    }
}

word_enum! {
    /// How far an enterprise has come.
    State as "EnterpriseState" {
        /// Entered by the village office, nobody invited yet.
        Pending = "pending",
        /// Its owner has an invitation.
        Invited = "invited",
        /// Its owner is filling it in.
        Onboarding = "onboarding",
        /// The village office is to look at it.
        ReadyForReview = "ready_for_review",
        /// It may trade.
        Approved = "approved",
        /// It was turned down.
        Rejected = "rejected",
        /// It may not trade for now.
        Suspended = "suspended",
    }
}

word_enum! {
    /// What a member may do.
    Role as "MemberRole" {
        /// Everything.
        Owner = "owner",
        /// The daily work, not the books.
        Staff = "staff",
    }
}

/// An enterprise as it stands.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = kit::schema::enterprises)]
pub struct Enterprise {
    pub id: EnterpriseId,
    pub village_id: VillageId,
    pub kind: Kind,
    pub name: String,
    pub about: Option<String>,
    pub phone: Option<Phone>,
    pub phone_public: bool,
    pub assisted: bool,
    pub state: State,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Whether the village lets her confirm changes of her products herself.
    pub trusted: bool,
}

impl Enterprise {
    /// Whether it sells, and so may be shown to buyers while it trades.
    #[must_use]
    pub fn sells(&self) -> bool {
        match self.kind {
            Kind::HomeIndustry | Kind::Warung | Kind::Supplier => true,
            Kind::VillageOffice | Kind::Partner => false,
        }
    }

    /// Whether it has a public page: it sells, and may trade.
    #[must_use]
    pub fn is_seller(&self) -> bool {
        self.state == State::Approved && self.sells()
    }

    /// The enterprise as permission sees it.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource { village: Some(self.village_id), enterprise: Some(self.id), buyer: None, assisted: self.assisted }
    }
}

/// An enterprise as it is entered.
#[derive(Clone, Debug)]
pub struct NewEnterprise {
    pub village: VillageId,
    pub kind: Kind,
    pub name: EnterpriseName,
    pub about: Option<About>,
    pub phone: Option<Phone>,
    pub phone_public: bool,
}

/// A member with what others in the enterprise may see of her.
#[derive(Clone, Debug, Queryable)]
pub struct Member {
    pub account: AccountId,
    pub name: String,
    pub role: Role,
    pub since: Timestamp,
}

/// One move of an enterprise's state.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub from: State,
    pub to: State,
    pub actor: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    pub at: Timestamp,
    /// What it made of the village's trust, if it was about that.
    pub trusted: Option<bool>,
}
