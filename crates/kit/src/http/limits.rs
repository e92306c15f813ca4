//! How often one network and one account may knock.
//!
//! Token buckets in memory of one node; behind several nodes each counts for itself, so the limits
//! are per node. A network is a /24 of IPv4 or a /56 of IPv6: one household or one village mast.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::problem::Problem;

/// Requests per minute.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of one network, whoever it is.
    pub per_network: NonZeroU32,
    /// Of one signed-in account.
    pub per_account: NonZeroU32,
    /// Of one network at sign-in, registration and set-up.
    pub sign_in_per_network: NonZeroU32,
    /// Sign-in tries for one telephone number.
    pub sign_in_per_phone: NonZeroU32,
}

const TEN: NonZeroU32 = NonZeroU32::new(10).unwrap();

type Buckets = RateLimiter<String, DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// All buckets of this node.
#[derive(Clone)]
pub struct Gate {
    buckets: Arc<[(Door, NonZeroU32, Buckets); 5]>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Network,
    Account,
    SignInNetwork,
    /// One number from one network, so that a stranger cannot lock its owner out.
    SignInPhone,
    /// One number from everywhere, ten times as much.
    SignInPhoneAnywhere,
}

impl Gate {
    /// Full buckets.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let bucket = |door, per_minute| {
            (door, per_minute, RateLimiter::dashmap(Quota::per_minute(per_minute)).with_middleware::<StateInformationMiddleware>())
        };
        Self {
            buckets: Arc::new([
                bucket(Door::Network, limits.per_network),
                bucket(Door::Account, limits.per_account),
                bucket(Door::SignInNetwork, limits.sign_in_per_network),
                bucket(Door::SignInPhone, limits.sign_in_per_phone),
                bucket(Door::SignInPhoneAnywhere, limits.sign_in_per_phone.saturating_mul(TEN)),
            ]),
        }
    }

    /// Takes one token for `key`; answers what is left for the `RateLimit` headers.
    ///
    /// # Errors
    /// 429 with `Retry-After` when the bucket is empty.
    pub fn knock(&self, door: Door, key: &str) -> Result<RateLimit, Problem> {
        let Some((_, limit, buckets)) = self.buckets.iter().find(|(this, ..)| *this == door) else {
            return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"));
        };
        match buckets.check_key(&key.to_owned()) {
            Ok(state) => Ok(RateLimit { limit: limit.get(), remaining: state.remaining_burst_capacity() }),
            Err(wait) => {
                let seconds = wait.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
                let mut problem =
                    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests").retry_after(seconds).arg("seconds", seconds);
                for (name, value) in (RateLimit { limit: limit.get(), remaining: 0 }).headers() {
                    problem = problem.header(name, value);
                }
                Err(problem)
            }
        }
    }

    /// Forgets buckets that are full again.
    pub fn tidy(&self) {
        for (_, _, buckets) in self.buckets.iter() {
            buckets.retain_recent();
        }
    }
}

/// What a caller has left in this minute.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    limit: u32,
    remaining: u32,
}

impl RateLimit {
    /// `RateLimit-Limit` and `RateLimit-Remaining`.
    #[must_use]
    pub fn headers(self) -> [(HeaderName, HeaderValue); 2] {
        [
            (HeaderName::from_static("ratelimit-limit"), HeaderValue::from(self.limit)),
            (HeaderName::from_static("ratelimit-remaining"), HeaderValue::from(self.remaining)),
        ]
    }
}

/// The network an address belongs to.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{:x}::/56", d & 0xff00)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_bucket_and_strangers_do_not() {
        let two = NonZeroU32::new(2).expect("not zero");
        let gate = Gate::new(Limits { per_network: two, per_account: two, sign_in_per_network: two, sign_in_per_phone: two });
        let key = |text: &str| network(text.parse().expect("an address"));
        assert!(gate.knock(Door::Network, &key("203.0.113.7")).is_ok());
        assert!(gate.knock(Door::Network, &key("::ffff:203.0.113.9")).is_ok());
        assert_eq!(gate.knock(Door::Network, &key("203.0.113.8")).map_err(|p| p.code()).err(), Some("too_many_requests"));
        assert!(gate.knock(Door::Network, &key("203.0.114.8")).is_ok());
        assert!(gate.knock(Door::SignInNetwork, &key("203.0.113.8")).is_ok(), "every door counts for itself");
        assert_eq!(key("2001:db8:1:2ff:aaaa::1"), key("2001:db8:1:200::9"));
    }
}
