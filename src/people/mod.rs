//! People and the places they belong to: accounts, villages, enterprises, and who may do what.

pub mod accounts;
pub mod enterprises;
pub mod payment_details;
pub mod permissions;
pub mod villages;
