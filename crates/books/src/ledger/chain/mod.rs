//! The chain: the proof that what stands in the books is what was recorded.
//!
//! 1. With every entry goes a digest over its money fields and a commitment to whose it is, keyed with a secret
//!    of those books. Neither holds a name, and without the secret nobody can tell whose an entry was.
//! 2. An entry is appended unchained, in the transaction of its act, so that two sales never wait for each
//!    other. The [`sealing`] links what has come into one chain per village, in the order of the entries' ids.
//! 3. [`verify`] proves the chain, every digest, that every entry balances, and that every stored balance equals the
//!    fold of its postings; it names the entry of any byte that was altered.
//! 4. Destroying the secrets of a set of books leaves the chain whole: its commitments can no longer be opened.
//!
//! Why it is built like this is told in `docs/adr/0009-a-chain-without-a-hot-head.md`.

pub mod rules;
pub mod sealing;
mod store;
pub mod verify;

use kit::typed_id;

typed_id!(
    /// The secret of a set of books.
    KeyId, "bky"
);
