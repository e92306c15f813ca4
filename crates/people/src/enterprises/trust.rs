//! A village's trust in a seller: whether she confirms changes of her products herself.

use actix_web::post;

use super::http::{EnterpriseView, moved};
use super::model::EnterpriseId;
use super::service;
use kit::act;
use kit::auth::Actor;
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Posted, Problem, Reply};

act!(
    /// Lets a seller confirm changes of her products herself.
    trust, "enterprises", "/enterprises/{id}/trust", "trust_enterprise", EnterpriseId, EnterpriseView,
    |tx, who, id, reason| service::trust(tx, who, id, true, reason).map(moved)
);
act!(
    /// Has the village look at a seller's changes again.
    distrust, "enterprises", "/enterprises/{id}/distrust", "distrust_enterprise", EnterpriseId, EnterpriseView,
    |tx, who, id, reason| service::trust(tx, who, id, false, reason).map(moved)
);
