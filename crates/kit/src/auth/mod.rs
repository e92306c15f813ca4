//! Who is asking. What she may do is decided in `people/permissions`, beside the act.

pub mod password;
pub mod token;

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};

use self::token::Tokens;
use super::http::Problem;
use super::http::limits::{Door, Gate};
use crate::typed_id;

typed_id!(
    /// A person who can sign in.
    AccountId, "acc"
);
typed_id!(
    /// One sign-in on one device, through all its refresh tokens.
    SessionId, "ses"
);

/// Who a valid access token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The sign-in this token came from.
    pub session: SessionId,
    /// Known by a number and a tracking token only: she may buy, and nothing else.
    pub guest: bool,
}

/// How far a route opens before the act itself is judged.
pub trait Policy: 'static {
    /// What the handler learns about the caller.
    type Who;

    /// # Errors
    /// 401 when the route asks for more than the caller brought.
    fn admit(identity: Option<Identity>) -> Result<Self::Who, Problem>;
}

/// Open to everyone; spelled out so that no route is public by omission.
pub struct Anyone;
/// Needs a valid access token of someone with an account.
pub struct SignedIn;
/// Needs a valid access token; a guest's will do. For what buyers do with their own orders.
pub struct Buying;

impl Policy for Anyone {
    type Who = Option<Identity>;

    fn admit(identity: Option<Identity>) -> Result<Self::Who, Problem> {
        Ok(identity)
    }
}

impl Policy for SignedIn {
    type Who = Identity;

    fn admit(identity: Option<Identity>) -> Result<Self::Who, Problem> {
        let identity = Buying::admit(identity)?;
        if identity.guest { Err(Problem::new(StatusCode::FORBIDDEN, "guests_only_buy")) } else { Ok(identity) }
    }
}

impl Policy for Buying {
    type Who = Identity;

    fn admit(identity: Option<Identity>) -> Result<Self::Who, Problem> {
        identity.ok_or_else(|| Problem::unauthorized("not_signed_in"))
    }
}

/// The caller, as far as policy `P` wants to know. Every handler takes one.
pub struct Actor<P: Policy> {
    /// Who it is.
    pub who: P::Who,
    policy: PhantomData<P>,
}

impl<P: Policy> FromRequest for Actor<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(req).and_then(P::admit).map(|who| Self { who, policy: PhantomData }))
    }
}

fn identify(req: &HttpRequest) -> Result<Option<Identity>, Problem> {
    let Some(header) = req.headers().get(AUTHORIZATION) else { return Ok(None) };
    let invalid = || Problem::unauthorized("token_invalid");
    let (scheme, token) = header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(invalid)?;
    let tokens = req.app_data::<web::Data<Tokens>>().ok_or_else(invalid)?;
    let identity =
        Some(token).filter(|_| scheme.eq_ignore_ascii_case("bearer")).and_then(|token| tokens.read(token)).ok_or_else(invalid)?;
    if let Some(gate) = req.app_data::<web::Data<Gate>>() {
        gate.knock(Door::Account, &identity.account.to_string())?;
    }
    Ok(Some(identity))
}
