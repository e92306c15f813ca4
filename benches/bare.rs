//! A bare actix server that answers every request with the bytes of one file: the ceiling that `./bench`
//! measures the real one against.
//!
//! usage: bare PORT STATUS FILE

#![expect(clippy::expect_used, reason = "a measuring tool that cannot start says so")]

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("usage: bare PORT STATUS FILE");
    let port: u16 = next().parse().expect("a port");
    let status: StatusCode = next().parse().expect("a status");
    let bytes = web::Bytes::from(std::fs::read(next())?);
    let answer = move || {
        let bytes = bytes.clone();
        web::to(move || {
            let bytes = bytes.clone();
            async move { HttpResponse::build(status).content_type("application/json").body(bytes) }
        })
    };
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || App::new().default_service(answer())).workers(2).bind(("127.0.0.1", port))?.run().await
    })
}
