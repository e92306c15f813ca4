//! Photos and what they are for.

use diesel::prelude::*;

use crate::enterprises::EnterpriseId;
use crate::permissions::Action;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::objects::Digest;
use kit::{typed_id, word_enum};

typed_id!(
    /// A photo.
    MediaId, "med"
);

word_enum! {
    /// What a photo is for.
    Purpose as "MediaPurpose" {
        /// Shows a product; public.
        ProductPhoto = "product_photo",
        /// Shows that money was sent.
        PaymentProof = "payment_proof",
        /// Shows what was wrong with what was delivered.
        ClaimPhoto = "claim_photo",
        /// A page of a cash book kept on paper.
        CashBook = "cash_book",
    }
}

impl Purpose {
    /// What one must be allowed to do to see it; `None` for what everyone may see.
    #[must_use]
    pub const fn asks_for(self) -> Option<Action> {
        match self {
            Self::ProductPhoto => None,
            Self::PaymentProof => Some(Action::ViewOrder),
            Self::ClaimPhoto => Some(Action::ViewEvidence),
            Self::CashBook => Some(Action::ViewBooks),
        }
    }

    /// Whether everyone may see it.
    #[must_use]
    pub const fn is_public(self) -> bool {
        self.asks_for().is_none()
    }
}

word_enum! {
    /// The width a photo is made for, in pixels. It may be narrower, where it came narrower, and is at most three times as high.
    Size as "MediaSize" {
        /// For lists.
        Small = "320",
        /// For a telephone.
        Medium = "640",
        /// To look at closely.
        Large = "1080",
    }
}

impl Size {
    /// From the largest to the smallest, as they are made.
    pub const MADE: [Self; 3] = [Self::Large, Self::Medium, Self::Small];

    /// The width in pixels.
    #[must_use]
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Small => 320,
            Self::Medium => 640,
            Self::Large => 1080,
        }
    }
}

/// A photo as it stands.
#[derive(Clone, Debug, Queryable)]
pub struct Media {
    pub id: MediaId,
    /// Who uploaded it.
    pub owner: AccountId,
    pub purpose: Purpose,
    /// What it is attached to.
    pub subject: Option<String>,
    pub enterprise: Option<EnterpriseId>,
    pub buyer: Option<AccountId>,
    pub created_at: Timestamp,
}

/// One of the three JPEGs of a photo.
#[derive(Clone, Debug, Queryable)]
pub struct Variant {
    pub size: Size,
    pub digest: Digest,
    pub width: i32,
    pub height: i32,
    pub bytes: i64,
}

/// A photo as it is entered.
#[derive(Clone, Debug)]
pub struct NewMedia {
    pub owner: AccountId,
    pub purpose: Purpose,
    /// Of the file as it was uploaded.
    pub source: Digest,
    pub variants: Vec<Variant>,
}

/// The thing a photo belongs to, and whom that concerns.
#[derive(Clone, Copy, Debug)]
pub struct Attachment<'a> {
    /// The id of the thing, as the API shows it: `prd_…`, `ord_…`.
    pub subject: &'a str,
    /// Whose thing it is: the seller, or whose books.
    pub enterprise: EnterpriseId,
    /// Who bought it, where that is an account.
    pub buyer: Option<AccountId>,
}
