//! The tables of photos.

use diesel::prelude::*;

use super::model::{Attachment, Media, MediaId, NewMedia, Purpose, Size, Variant};
use kit::auth::AccountId;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::objects::Digest;
use kit::schema::{media, media_removals, media_variants, upload_counts};

columns!(
    Columns, COLUMNS:
    media::id,
    media::owner_id,
    media::purpose,
    media::subject,
    media::enterprise_id,
    media::buyer_id,
    media::created_at,
);

columns!(
    VariantColumns, VARIANT_COLUMNS:
    media_variants::size,
    media_variants::digest,
    media_variants::width,
    media_variants::height,
    media_variants::bytes,
);

pub(super) fn get(conn: &mut Conn, id: MediaId) -> Result<Media, DbError> {
    Ok(media::table.find(id).select(COLUMNS).first(conn)?)
}

/// The unattached photo made of the same file for the same purpose by the same account.
pub(super) fn same(conn: &mut Conn, owner: AccountId, purpose: Purpose, source: &Digest) -> Result<Option<Media>, DbError> {
    let same = media::owner_id.eq(owner).and(media::source_digest.eq(source)).and(media::purpose.eq(purpose));
    let found = media::table.filter(same.and(media::subject.is_null())).order(media::id).select(COLUMNS).first(conn);
    Ok(found.optional()?)
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewMedia) -> Result<MediaId, DbError> {
    let (id, now) = (MediaId::new(), tx.now());
    diesel::insert_into(media::table)
        .values((
            media::id.eq(id),
            media::owner_id.eq(new.owner),
            media::purpose.eq(new.purpose),
            media::source_digest.eq(&new.source),
            media::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    for variant in &new.variants {
        diesel::insert_into(media_variants::table)
            .values((
                media_variants::media_id.eq(id),
                media_variants::size.eq(variant.size),
                media_variants::digest.eq(&variant.digest),
                media_variants::width.eq(variant.width),
                media_variants::height.eq(variant.height),
                media_variants::bytes.eq(variant.bytes),
            ))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

/// From the smallest to the largest.
pub(super) fn variants(conn: &mut Conn, id: MediaId) -> Result<Vec<Variant>, DbError> {
    let rows = media_variants::table.filter(media_variants::media_id.eq(id));
    let mut variants: Vec<Variant> = rows.select(VARIANT_COLUMNS).load(conn)?;
    variants.sort_by_key(|variant| variant.size);
    Ok(variants)
}

/// What a photo is and where one of its sizes lies, in one query.
pub(super) fn with_variant(conn: &mut Conn, id: MediaId, size: Size) -> Result<(Media, Digest), DbError> {
    let row = media_variants::table.inner_join(media::table).filter(media_variants::media_id.eq(id).and(media_variants::size.eq(size)));
    Ok(row.select((COLUMNS, media_variants::digest)).first(conn)?)
}

/// Attaches a photo that is attached to nothing; answers whether it was.
pub(super) fn attach(tx: &mut Tx<'_>, id: MediaId, to: &Attachment<'_>) -> Result<bool, DbError> {
    let free = media::table.filter(media::id.eq(id).and(media::subject.is_null()));
    let attached = diesel::update(free)
        .set((media::subject.eq(to.subject), media::enterprise_id.eq(to.enterprise), media::buyer_id.eq(to.buyer)))
        .execute(&mut **tx)?;
    Ok(attached == 1)
}

/// Detaches a photo from `subject`; answers whether it was attached there.
pub(super) fn detach(tx: &mut Tx<'_>, id: MediaId, subject: &str) -> Result<bool, DbError> {
    let nothing = (
        media::subject.eq(None::<String>),
        media::enterprise_id.eq(None::<crate::enterprises::EnterpriseId>),
        media::buyer_id.eq(None::<AccountId>),
    );
    let there = media::table.filter(media::id.eq(id).and(media::subject.eq(subject)));
    Ok(diesel::update(there).set(nothing).execute(&mut **tx)? == 1)
}

/// Gives an account what guests uploaded and bought.
pub(super) fn adopt(tx: &mut Tx<'_>, guests: &[AccountId], account: AccountId) -> Result<(), DbError> {
    let bought = media::table.filter(media::buyer_id.eq_any(guests));
    diesel::update(bought).set(media::buyer_id.eq(account)).execute(&mut **tx)?;
    let uploaded = media::table.filter(media::owner_id.eq_any(guests));
    diesel::update(uploaded).set(media::owner_id.eq(account)).execute(&mut **tx)?;
    Ok(())
}

/// Removes a photo that is attached to nothing; answers the digests it used, or nothing when it is attached or gone.
pub(super) fn remove(tx: &mut Tx<'_>, id: MediaId) -> Result<Vec<Digest>, DbError> {
    let free = media::table.filter(media::id.eq(id).and(media::subject.is_null()));
    if !diesel::select(diesel::dsl::exists(free.select(media::id))).get_result::<bool>(&mut **tx)? {
        return Ok(Vec::new());
    }
    let mine = media_variants::table.filter(media_variants::media_id.eq(id));
    let digests = mine.select(media_variants::digest).distinct().load(&mut **tx)?;
    diesel::delete(media_variants::table.filter(media_variants::media_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(media::table.filter(media::id.eq(id))).execute(&mut **tx)?;
    Ok(digests)
}

pub(super) fn is_used(conn: &mut Conn, digest: &Digest) -> Result<bool, DbError> {
    let users = media_variants::table.filter(media_variants::digest.eq(digest)).select(media_variants::digest);
    Ok(diesel::select(diesel::dsl::exists(users)).get_result(conn)?)
}

/// Writes down that an object is being removed: until it is gone, no photo may come to use it.
pub(super) fn begin_removal(tx: &mut Tx<'_>, digest: &Digest) -> Result<(), DbError> {
    let now = tx.now();
    if !removing(tx, std::slice::from_ref(digest))? {
        let removal = (media_removals::digest.eq(digest), media_removals::begun_at.eq(now));
        diesel::insert_into(media_removals::table).values(removal).execute(&mut **tx)?;
    }
    Ok(())
}

pub(super) fn end_removal(tx: &mut Tx<'_>, digest: &Digest) -> Result<(), DbError> {
    diesel::delete(media_removals::table.filter(media_removals::digest.eq(digest))).execute(&mut **tx)?;
    Ok(())
}

/// Whether one of these objects is being removed just now.
pub(super) fn removing(conn: &mut Conn, digests: &[Digest]) -> Result<bool, DbError> {
    let begun = media_removals::table.filter(media_removals::digest.eq_any(digests)).select(media_removals::digest);
    Ok(diesel::select(diesel::dsl::exists(begun)).get_result(conn)?)
}

/// Counts one more upload of this day; answers whether it is within `most`.
pub(super) fn count(tx: &mut Tx<'_>, account: AccountId, most: i32) -> Result<bool, DbError> {
    let today = tx.now().business_date();
    let this = upload_counts::table.find(account);
    let counted: Option<(chrono::NaiveDate, i32)> =
        this.select((upload_counts::day, upload_counts::uploads)).first(&mut **tx).optional()?;
    let Some((day, so_far)) = counted else {
        let first = (upload_counts::account_id.eq(account), upload_counts::day.eq(today), upload_counts::uploads.eq(1));
        diesel::insert_into(upload_counts::table).values(first).execute(&mut **tx)?;
        return Ok(most >= 1);
    };
    let so_far = if day == today { so_far } else { 0 };
    if so_far >= most {
        return Ok(false);
    }
    diesel::update(upload_counts::table.filter(upload_counts::account_id.eq(account)))
        .set((upload_counts::day.eq(today), upload_counts::uploads.eq(so_far + 1)))
        .execute(&mut **tx)?;
    Ok(true)
}
