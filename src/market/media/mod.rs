//! Pictures.
crate::typed_id!(
    /// A picture.
    MediaId, "med"
);
