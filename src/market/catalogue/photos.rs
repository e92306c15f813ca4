//! The photos of a product. A photo is attached when it is first named, by who uploaded it, also where the change that names
//! it waits for the village: what is attached to nothing is removed after a day, and a change may wait longer.

use super::content::Photos;
use super::model::ProductId;
use super::service::{Outcome, ProductError};
use crate::kit::auth::AccountId;
use crate::kit::db::{DbError, Tx};
use crate::market::media::{self, Attachment, Purpose};
use crate::people::enterprises::EnterpriseId;

/// Attaches what is not attached yet; `who` uploaded it.
///
/// # Errors
/// [`ProductError::Photo`].
pub(super) fn attach(tx: &mut Tx<'_>, who: AccountId, product: ProductId, seller: EnterpriseId, photos: &Photos) -> Outcome<()> {
    let subject = product.to_string();
    let to = Attachment { subject: &subject, enterprise: seller, buyer: None };
    for photo in photos.ids() {
        let attached = media::service::attach(tx, who, *photo, Purpose::ProductPhoto, &to);
        attached.map_err(|failure| failure.map(ProductError::Photo))?;
    }
    Ok(())
}

/// Detaches what is among `known` and not among those that `stay`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub(super) fn let_go(tx: &mut Tx<'_>, product: ProductId, known: &Photos, stay: &Photos) -> Result<(), DbError> {
    let subject = product.to_string();
    for photo in known.ids().iter().filter(|photo| !stay.ids().contains(photo)) {
        media::service::detach(tx, *photo, &subject)?;
    }
    Ok(())
}
