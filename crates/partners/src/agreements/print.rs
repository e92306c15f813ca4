//! A version on paper: a page that needs nothing from elsewhere and runs nothing.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, get};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::model::{AgreementId, Version};
use super::reading;
use kit::auth::{Actor, SignedIn};
use kit::db::Db;
use kit::http::Problem;
use kit::http::responses::{Always, OnOne, SignedInOnly};
use kit::http::web;

const STYLE: &str = "@page{size:A4;margin:2cm}body{font:12pt/1.5 serif;max-width:17cm;margin:1cm auto;color:#000;background:#fff}\
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}.sign{display:flex;justify-content:space-between;gap:1cm;margin-top:1.5cm;break-inside:avoid}\
.sign p{width:30%;padding-top:2.5cm;border-bottom:1px solid #000}small{display:block;margin-top:1cm;font:8pt monospace;overflow-wrap:anywhere}";

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, letter| {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
        out
    })
}

fn page(version: &Version) -> String {
    let (text, digest) = (escaped(&version.row.wording), escaped(&version.row.digest));
    let title = text.lines().next().unwrap_or("");
    format!(
        "<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style></head><body><pre>{text}</pre>\
         <div class=\"sign\"><p>Pihak pertama</p><p>Pihak kedua</p><p>Saksi dari desa</p></div><small>SHA-256 {digest}</small></body></html>"
    )
}

/// The page may use its own style and nothing else.
fn policy() -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

/// Shows a version as a page to be printed and signed.
#[utoipa::path(tag = "agreements", operation_id = "print_agreement", params(("id" = AgreementId, Path), ("number" = i32, Path)),
    responses((status = 200, content_type = "text/html", body = String), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/agreements/{id}/versions/{number}/print")]
pub async fn print(actor: Actor<SignedIn>, path: web::Path<(AgreementId, i32)>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let (now, (id, number)) = (db.clock().now(), path.into_inner());
    let (_, version) = db.read(move |conn| reading::version(conn, actor.who, now, id, number)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, policy()))
        .body(page(&version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        assert_eq!(escaped("<img src=x onerror='a'> & \"b\""), "&lt;img src=x onerror=&#39;a&#39;&gt; &amp; &quot;b&quot;");
        assert!(!policy().contains("unsafe"));
    }
}
