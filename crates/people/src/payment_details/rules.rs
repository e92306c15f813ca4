//! What goes with which way to pay, and which change its owners must hear of.

use super::model::{Details, ForBuyer, Method};
use kit::money::Rupiah;

/// Why details cannot stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incomplete {
    /// Nobody could pay.
    NoMethod,
    /// Transfers without an account.
    NoAccount,
    /// QRIS without a code.
    NoCode,
    /// The code asks for an amount: it was made for one payment.
    CodeNotStatic,
}

/// Whether `details` can stand.
///
/// # Errors
/// [`Incomplete`] says what is missing.
pub fn check(details: &Details) -> Result<(), Incomplete> {
    let missing = details.methods.iter().find_map(|method| match method {
        Method::CashOnDelivery | Method::CashAtPickup => None,
        Method::BankTransfer => details.bank.is_none().then_some(Incomplete::NoAccount),
        Method::Qris => details.qris.is_none().then_some(Incomplete::NoCode),
    });
    let dynamic = details.qris.as_ref().is_some_and(|code| !code.is_static());
    match missing {
        Some(missing) => Err(missing),
        None if details.methods.is_empty() => Err(Incomplete::NoMethod),
        None if dynamic => Err(Incomplete::CodeNotStatic),
        None => Ok(()),
    }
}

/// Whether money would go elsewhere: to another account, or by another code.
#[must_use]
pub fn redirects(before: &Details, after: &Details) -> bool {
    before.bank != after.bank || before.qris != after.qris
}

/// What a buyer who pays `amount` by `method` is shown; with the amount in the code only where the village `fills` it in, since some banks'
/// programs refuse a printed code that was changed.
#[must_use]
pub fn shown(details: &Details, method: Method, amount: Rupiah, fills: bool) -> ForBuyer {
    let code = |code: &kit::qris::Qris| if fills { code.asking_for(amount) } else { code.clone() };
    match method {
        Method::CashOnDelivery | Method::CashAtPickup => ForBuyer { bank: None, code: None },
        Method::BankTransfer => ForBuyer { bank: details.bank.clone(), code: None },
        Method::Qris => ForBuyer { bank: None, code: details.qris.as_ref().map(code) },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::model::BankAccount;
    use super::*;

    const CODE: &str = "00020101021126620016ID.CO.BANKKU.WWW011893600014000000000102090000000010303UMI51440014ID.CO.QRIS.WWW0215ID10200123456780303UMI5204541153033605802ID5912OPAK BU WATI6005GARUT6105441636304492A";

    fn bank(number: &str) -> BankAccount {
        BankAccount {
            bank: "BRI".parse().expect("a bank"),
            number: number.parse().expect("a number"),
            holder: "Wati".parse().expect("a name"),
        }
    }

    #[test]
    fn a_way_needs_what_it_takes() {
        let with = |method| Details { methods: BTreeSet::from([method]), bank: None, qris: None };
        assert_eq!(check(&Details::usual()), Ok(()));
        assert_eq!(check(&Details { methods: BTreeSet::new(), ..Details::usual() }), Err(Incomplete::NoMethod));
        assert_eq!(check(&with(Method::BankTransfer)), Err(Incomplete::NoAccount));
        assert_eq!(check(&Details { bank: Some(bank("12345")), ..with(Method::BankTransfer) }), Ok(()));
        assert_eq!(check(&with(Method::Qris)), Err(Incomplete::NoCode));
        let code: kit::qris::Qris = CODE.parse().expect("a code");
        assert_eq!(check(&Details { qris: Some(code.clone()), ..with(Method::Qris) }), Ok(()));
        let asking = code.asking_for(Rupiah::new(5_000).expect("an amount"));
        assert_eq!(check(&Details { qris: Some(asking), ..with(Method::Qris) }), Err(Incomplete::CodeNotStatic));
    }

    #[test]
    fn owners_hear_of_another_account_and_not_of_another_way() {
        let before = Details { bank: Some(bank("12345")), ..Details::usual() };
        let way = Details { methods: BTreeSet::from([Method::BankTransfer]), ..before.clone() };
        assert!(!redirects(&before, &way));
        assert!(redirects(&before, &Details { bank: Some(bank("54321")), ..before.clone() }));
        assert!(redirects(&before, &Details::usual()), "an account that is gone");
    }

    #[test]
    fn a_buyer_sees_what_her_way_takes_and_no_more() {
        let details = Details { bank: Some(bank("12345")), qris: CODE.parse().ok(), ..Details::usual() };
        let amount = Rupiah::new(5_000).expect("an amount");
        let cash = shown(&details, Method::CashAtPickup, amount, true);
        assert!(cash.bank.is_none() && cash.code.is_none());
        let transfer = shown(&details, Method::BankTransfer, amount, true);
        assert!(transfer.bank.is_some() && transfer.code.is_none());
        let printed = shown(&details, Method::Qris, amount, false).code.expect("a code");
        let filled = shown(&details, Method::Qris, amount, true).code.expect("a code");
        assert!(printed.is_static() && !filled.is_static());
    }
}
