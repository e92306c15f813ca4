//! Moves: from which state to which a thing went, by whose hand, for whom and why.
//!
//! 1. Every move of a state is a row that is never changed; what moves things keeps it in a table of its own.
//! 2. A thing that clocks and links move too has rows without an actor.

use diesel::prelude::*;

use crate::enterprises::EnterpriseId;
use kit::clock::Timestamp;

/// One move as it is kept. `A` is who acted: an account, or an `Option` of one where it need not have been a person.
#[derive(Clone, Debug, Queryable)]
pub struct Moved<S, A> {
    pub from: S,
    pub to: S,
    pub actor: A,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    pub at: Timestamp,
}

/// Names the views of a thing's moves: of one, and of all that are shown.
#[macro_export]
macro_rules! moves_view {
    (
        $(#[$meta:meta])* $view:ident { $state:ty, $(#[$actor_meta:meta])* $actor:ty }
        $(#[$list_meta:meta])* $list:ident
    ) => {
        $(#[$meta])*
        #[derive(serde::Serialize, utoipa::ToSchema)]
        pub struct $view {
            from: $state,
            to: $state,
            $(#[$actor_meta])*
            actor_id: $actor,
            /// The enterprise for which the village's office acted.
            on_behalf_of: Option<$crate::enterprises::EnterpriseId>,
            reason: Option<String>,
            at: ::kit::clock::Timestamp,
        }

        $(#[$list_meta])*
        #[derive(serde::Serialize, utoipa::ToSchema)]
        pub struct $list {
            items: Vec<$view>,
        }

        impl From<Vec<$crate::moves::Moved<$state, $actor>>> for $list {
            fn from(moves: Vec<$crate::moves::Moved<$state, $actor>>) -> Self {
                let view = |$crate::moves::Moved { from, to, actor: actor_id, on_behalf_of, reason, at }| {
                    $view { from, to, actor_id, on_behalf_of, reason, at }
                };
                Self { items: moves.into_iter().map(view).collect() }
            }
        }
    };
}
