//! The market: what is for sale and what it looks like, how much of it there is, how its sellers sell, who bought it, and how it was paid.

pub mod batches;
pub mod catalogue;
pub mod claims;
pub mod complaints;
pub mod costs;
pub mod desk;
pub mod inventory;
pub mod moderation;
pub mod orders;
pub mod packs;
pub mod payments;
pub mod preorders;
pub mod shops;
pub mod whatsapp;
