//! The tree of routes, and the OpenAPI document that grows with it: what is not served is not
//! described, and what is served cannot be left out.

use utoipa::Modify;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Info, License, OpenApi, OpenApiBuilder, RefOr, Schema};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use books::{access, cashbook, income, ledger, reconciliation, statements};
use market::{batches, catalogue, claims, complaints, desk, inventory, moderation, orders, packs, preorders, shops, whatsapp};
use partners::{
    agreements, breaches, consignment, joint_buying, materials, notices, obligations, recipes, restock, stalls, supplier_orders, supply,
    till,
};
use people::{accounts, enterprises, media, payment_details, villages};

/// Every operation of the API, feature by feature.
pub fn api(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1")
            .configure(accounts::routes)
            .configure(villages::routes)
            .configure(enterprises::routes)
            .configure(payment_details::routes)
            .configure(media::routes)
            .configure(catalogue::routes)
            .configure(packs::routes)
            .configure(batches::routes)
            .configure(inventory::routes)
            .configure(moderation::routes)
            .configure(complaints::routes)
            .configure(shops::routes)
            .configure(preorders::routes)
            .configure(whatsapp::routes)
            .configure(orders::routes)
            .configure(claims::routes)
            .configure(desk::routes)
            .configure(agreements::routes)
            .configure(obligations::routes)
            .configure(breaches::routes)
            .configure(notices::routes)
            .configure(supply::routes)
            .configure(materials::routes)
            .configure(supplier_orders::routes)
            .configure(joint_buying::routes)
            .configure(recipes::routes)
            .configure(consignment::routes)
            .configure(till::routes)
            .configure(restock::routes)
            .configure(stalls::routes)
            .configure(ledger::routes)
            .configure(cashbook::routes)
            .configure(income::routes)
            .configure(statements::routes)
            .configure(access::routes)
            .configure(reconciliation::routes),
    );
}

/// What the document says of the service as a whole.
#[must_use]
pub fn base() -> OpenApi {
    let info = Info::builder()
        .title("Pasar Kuliner")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A village's food trade: listings, orders and income books. Money is whole rupiah (IDR, exponent 0); times are RFC 3339 in UTC; \
             lists are pages with a cursor; errors are RFC 9457 problems in Indonesian, Sundanese or English by `Accept-Language`.",
        ))
        .license(Some(License::builder().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()))
        .build();
    let mut document = OpenApiBuilder::new().info(info).build();
    Bearer.modify(&mut document);
    document
}

/// Says what a success is, where its operation leaves it to the status.
pub fn describe_successes(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for (status, response) in operations.into_iter().flatten().flat_map(|operation| &mut operation.responses.responses) {
            if let RefOr::T(response) = response
                && response.description.is_empty()
            {
                let success = match status.as_str() {
                    "201" => "Created; its place is in Location",
                    "202" => "Taken in",
                    "204" => "Done",
                    _ => "As it is now",
                };
                success.clone_into(&mut response.description);
            }
        }
    }
}

/// An answer's field is null rather than missing, so every property of an answer is required.
pub fn require_all_of_answers(document: &mut OpenApi) {
    let Some(components) = &mut document.components else { return };
    let answers = components.schemas.iter_mut().filter(|(name, _)| name.ends_with("View") || name.starts_with("Page_"));
    for (_, schema) in answers {
        if let RefOr::T(Schema::Object(object)) = schema {
            object.required = object.properties.keys().cloned().collect();
        }
    }
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
        document.components.get_or_insert_with(Default::default).add_security_scheme("bearer", scheme);
    }
}
