//! People and the places they belong to: accounts, villages, enterprises, what they show of themselves and their doings, and who
//! may do what.

pub mod accounts;
pub mod enterprises;
pub mod media;
pub mod moves;
pub mod payment_details;
pub mod permissions;
pub mod villages;
