//! The edge of the house: what comes in, what goes out, and every reason to say no.

pub mod edge;
pub mod etag;
pub mod idempotency;
pub mod input;
pub mod limits;
pub mod page;
pub mod problem;
pub mod reader;
pub mod responses;
pub mod strict;
pub mod upload;
pub mod web;

pub use idempotency::{InFlight, Posted, PostedText, Reply};
pub use input::{NoBody, Valid};
pub use page::{Limit, Page};
pub use problem::Problem;
pub use reader::Reader;
