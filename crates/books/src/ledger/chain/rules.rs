//! What is hashed, and how one hash leads to the next.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use kit::http::idempotency::hex;

/// What the first seal of a village follows.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Changes when the fields or their order change, so that an old entry is never judged by a new form.
const FORM: &str = "pasar-ledger-1";

/// An entry as it stands in the database, every field as its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub entry: String,
    pub village: String,
    pub enterprise: String,
    pub reference: String,
    pub movement: String,
    pub evidence: String,
    pub happened_at: String,
    pub business_date: String,
    pub month: String,
    pub recorded_at: String,
    /// Empty where it takes nothing back.
    pub reverses: String,
    /// Empty where it stands in one set of books alone.
    pub mirror: String,
    pub sides: Vec<Side>,
}

/// A posting of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    pub position: String,
    pub enterprise: String,
    pub account: String,
    /// Empty where the account is not kept per partner.
    pub partner: String,
    pub amount: String,
    pub evidence: String,
    pub business_date: String,
    pub month: String,
}

/// Says which books and which partners an entry is about, to whoever holds the secret and to nobody else.
#[must_use]
pub fn commitment(secret: &str, content: &Content) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    let mut take = |field: &str| {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field.as_bytes());
    };
    for field in [FORM, &content.entry, &content.enterprise, &content.reference] {
        take(field);
    }
    for side in &content.sides {
        take(&side.enterprise);
        take(&side.partner);
    }
    hex(&mac.finalize().into_bytes())
}

/// The digest of an entry's money fields and its commitment.
#[must_use]
pub fn digest(key: &str, commitment: &str, content: &Content) -> String {
    let Content { entry, village, movement, evidence, happened_at, business_date, month, recorded_at, reverses, mirror, .. } = content;
    let mut hash = Sha256::new();
    let mut take = |field: &str| {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    };
    for field in
        [FORM, key, commitment, entry, village, movement, evidence, happened_at, business_date, month, recorded_at, reverses, mirror]
    {
        take(field);
    }
    for side in &content.sides {
        for field in [&side.position, &side.account, &side.amount, &side.evidence, &side.business_date, &side.month] {
            take(field);
        }
    }
    hex(&hash.finalize())
}

/// A closing of a month, every field as its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    pub enterprise: String,
    pub month: String,
    pub closed_by: String,
    /// Empty where she closed her own.
    pub on_behalf_of: String,
    pub closed_at: String,
}

/// The digest of a closing: a month that were another would open what was closed.
#[must_use]
pub fn closing(of: &Closing) -> String {
    let mut hash = Sha256::new();
    for field in [FORM, "closing", &of.enterprise, &of.month, &of.closed_by, &of.on_behalf_of, &of.closed_at] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    hex(&hash.finalize())
}

/// The hash of a seal: it holds the one before, so that nothing can be put in, taken out or moved.
#[must_use]
pub fn link(before: &str, number: i64, entry: &str, digest: &str) -> String {
    let mut hash = Sha256::new();
    for field in [FORM, before, &number.to_string(), entry, digest] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    hex(&hash.finalize())
}

/// Whether the postings of an entry sum to zero.
#[must_use]
pub fn balances(content: &Content) -> bool {
    let amounts: Option<Vec<i128>> = content.sides.iter().map(|side| side.amount.parse().ok()).collect();
    amounts.is_some_and(|amounts| amounts.len() >= 2 && amounts.iter().sum::<i128>() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        let side = |position: &str, account: &str, amount: &str| Side {
            position: position.to_owned(),
            enterprise: "e".to_owned(),
            account: account.to_owned(),
            partner: "p".to_owned(),
            amount: amount.to_owned(),
            evidence: "system".to_owned(),
            business_date: "2026-11-24".to_owned(),
            month: "2026-11".to_owned(),
        };
        Content {
            entry: "j".to_owned(),
            village: "v".to_owned(),
            enterprise: "e".to_owned(),
            reference: "r".to_owned(),
            movement: "sale".to_owned(),
            evidence: "system".to_owned(),
            happened_at: "2026-11-24T02:00:00.000000Z".to_owned(),
            business_date: "2026-11-24".to_owned(),
            month: "2026-11".to_owned(),
            recorded_at: "2026-11-24T02:00:00.000000Z".to_owned(),
            reverses: String::new(),
            mirror: String::new(),
            sides: vec![side("0", "cash:seller", "500"), side("1", "sales:online", "-500")],
        }
    }

    fn every_field(content: &mut Content) -> Vec<&mut String> {
        let Content {
            entry,
            village,
            enterprise,
            reference,
            movement,
            evidence,
            happened_at,
            business_date,
            month,
            recorded_at,
            reverses,
            mirror,
            sides,
        } = content;
        let mut fields = vec![
            entry,
            village,
            enterprise,
            reference,
            movement,
            evidence,
            happened_at,
            business_date,
            month,
            recorded_at,
            reverses,
            mirror,
        ];
        for side in sides {
            let Side { position, enterprise, account, partner, amount, evidence, business_date, month } = side;
            fields.extend([position, enterprise, account, partner, amount, evidence, business_date, month]);
        }
        fields
    }

    #[test]
    fn every_field_of_an_entry_is_in_its_digest() {
        let told = |content: &Content| digest("k", &commitment("secret", content), content);
        let right = told(&content());
        let fields = every_field(&mut content()).len();
        for field in 0..fields {
            let mut altered = content();
            every_field(&mut altered)[field].push('1');
            assert_ne!(told(&altered), right, "field {field}");
        }
        assert_ne!(digest("k", &commitment("other", &content()), &content()), right);
        assert_ne!(digest("l", &commitment("secret", &content()), &content()), right);
    }

    #[test]
    fn a_link_holds_all_that_came_before() {
        let first = link(BEGINNING, 1, "a", "d");
        assert_ne!(link(&first, 2, "b", "d"), link(&link(BEGINNING, 1, "a", "e"), 2, "b", "d"));
        assert_ne!(first, link(BEGINNING, 2, "a", "d"));
    }

    #[test]
    fn an_entry_balances_or_not() {
        assert!(balances(&content()));
        let mut altered = content();
        altered.sides[0].amount = "501".to_owned();
        assert!(!balances(&altered));
        altered.sides[0].amount = "5x0".to_owned();
        assert!(!balances(&altered));
    }
}
