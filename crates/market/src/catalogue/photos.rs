//! The photos of a product: held from the moment they are named, let go once nothing names them any more.
//!
//! Photos of a change that waits are held too, beside those the public sees.

use super::content::Photos;
use super::model::ProductId;
use super::service::{Outcome, ProductError};
use kit::auth::AccountId;
use kit::db::Tx;
use people::enterprises::EnterpriseId;
use people::media::{Attachment, Purpose, service as media};

/// Holds the photos that are named.
///
/// # Errors
/// [`ProductError::Photo`] when one of them is not hers to use.
pub(super) fn hold(tx: &mut Tx<'_>, who: AccountId, product: ProductId, enterprise: EnterpriseId, named: &Photos) -> Outcome<()> {
    let subject = product.to_string();
    let to = Attachment { subject: &subject, enterprise, buyer: None };
    for id in named.ids() {
        media::attach(tx, who, *id, Purpose::ProductPhoto, &to).map_err(|failure| failure.map(ProductError::Photo))?;
    }
    Ok(())
}

/// Lets go of those that are not kept.
///
/// # Errors
/// [`kit::db::DbError`] when the database fails.
pub fn let_go(tx: &mut Tx<'_>, product: ProductId, these: &Photos, kept: &Photos) -> Outcome<()> {
    let subject = product.to_string();
    for id in these.ids().iter().filter(|id| !kept.ids().contains(id)) {
        media::detach(tx, *id, &subject)?;
    }
    Ok(())
}
