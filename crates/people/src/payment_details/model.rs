//! Ways to pay and what they take.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use diesel::deserialize::Queryable;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::enterprises::EnterpriseId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::db::types::Document;
use kit::qris::Qris;
use kit::{plain_text, word_enum};

word_enum! {
    /// A way to pay, which an enterprise may accept or not.
    Method as "PaymentMethod" {
        /// In cash when it is brought.
        CashOnDelivery = "cash_on_delivery",
        /// In cash when it is fetched.
        CashAtPickup = "cash_at_pickup",
        /// To the seller's bank account.
        BankTransfer = "bank_transfer",
        /// By the seller's QRIS code.
        Qris = "qris",
    }
}

impl Method {
    /// Whether it is to be paid before the goods are made ready, so that time for it can run out.
    #[must_use]
    pub const fn is_prepaid(self) -> bool {
        match self {
            Self::BankTransfer | Self::Qris => true,
            Self::CashOnDelivery | Self::CashAtPickup => false,
        }
    }
}

plain_text!(
    /// A bank as people call it.
    BankName, max 60
);
plain_text!(
    /// In whose name an account is.
    AccountHolder, max 80
);

/// The number of a bank account: 5 to 20 digits. `Debug` shows only the last three: numbers stay out of logs.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AccountNumber(String);

impl AccountNumber {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no account number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("account_number_invalid")]
pub struct BadAccountNumber;

impl FromStr for AccountNumber {
    type Err = BadAccountNumber;

    /// Spaces, dots and hyphens are how people write it and are left out.
    fn from_str(text: &str) -> Result<Self, BadAccountNumber> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
        let right = (5..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if right { Ok(Self(digits)) } else { Err(BadAccountNumber) }
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…{}", self.0.get(self.0.len().saturating_sub(3)..).unwrap_or(""))
    }
}

impl<'de> Deserialize<'de> for AccountNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for AccountNumber {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9 .-]{5,40}$"))
            .description(Some("5 to 20 digits; answered without spaces, dots and hyphens."))
            .into()
    }
}
impl ToSchema for AccountNumber {}

/// A bank account to which money goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankAccount {
    pub bank: BankName,
    pub number: AccountNumber,
    pub holder: AccountHolder,
}

/// How an enterprise takes money, as it is entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    pub methods: BTreeSet<Method>,
    pub bank: Option<BankAccount>,
    /// Its printed code, without an amount.
    pub qris: Option<Qris>,
}

impl Details {
    /// What holds where nothing has been said.
    #[must_use]
    pub fn usual() -> Self {
        Self { methods: BTreeSet::from([Method::CashOnDelivery, Method::CashAtPickup]), bank: None, qris: None }
    }
}

/// How an enterprise takes money, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentDetails {
    pub details: Details,
    /// 0 where nothing has been said.
    pub version: i32,
    pub updated_at: Option<Timestamp>,
}

impl PaymentDetails {
    /// Whether it takes money in this way.
    #[must_use]
    pub fn accepts(&self, method: Method) -> bool {
        self.details.methods.contains(&method)
    }
}

/// What a buyer needs to pay her order.
#[derive(Clone, Debug)]
pub struct ForBuyer {
    /// For a transfer.
    pub bank: Option<BankAccount>,
    /// For QRIS: the code to show, with the amount where the village fills it in.
    pub code: Option<Qris>,
}

/// One change of the details.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub details: Document,
    pub actor: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_number_is_its_digits() {
        assert_eq!("0012-3456 7890".parse::<AccountNumber>().as_ref().map(AccountNumber::as_str), Ok("001234567890"), "zeros stay");
        for text in ["1234", "12345x", "", "123456789012345678901"] {
            assert_eq!(text.parse::<AccountNumber>(), Err(BadAccountNumber), "{text}");
        }
        assert_eq!(format!("{:?}", "0012345678".parse::<AccountNumber>().expect("a number")), "…678");
    }
}
