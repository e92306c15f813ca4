//! The office reads everything and nothing calls it: letters to people, and later audit and reports.

pub mod notifications;
pub mod partner_letters;
pub mod owner_letters;
pub mod product_news;
