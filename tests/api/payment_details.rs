//! How an enterprise takes money: read off a code, changed by its owner, told to its owners.

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma};
use kit::db::{Failure, Never};
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;
use people::payment_details::{self, Method};
use qrcode::{Color, QrCode};
use serde_json::{Value, json};

use crate::mail::Postbox;
use crate::pictures::jpeg;
use crate::support::http::File;
use crate::support::{Answer, Client, TestApp, Wishes};

/// A static code: Opak Bu Wati in Garut, ID1020012345678.
pub const CODE: &str = "00020101021126620016ID.CO.BANKKU.WWW011893600014000000000102090000000010303UMI51440014ID.CO.QRIS.WWW0215ID10200123456780303UMI5204541153033605802ID5912OPAK BU WATI6005GARUT6105441636304492A";

/// A photo of a QR code that says `text`: grey on lighter grey, and not quite sharp.
fn photo_of(text: &str) -> Vec<u8> {
    let code = QrCode::new(text).expect("fits");
    let (side, modules, scale) = (u32::try_from(code.width()).expect("small"), code.to_colors(), 9);
    let whole = (side + 12) * scale;
    let picture = GrayImage::from_fn(whole, whole, |x, y| {
        let (column, row) = ((x / scale).wrapping_sub(6), (y / scale).wrapping_sub(6));
        let inside = column < side && row < side;
        let dark = inside && modules[(row * side + column) as usize] == Color::Dark;
        Luma([if dark { 40 } else { 215 }])
    });
    let mut file = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 60)).expect("a JPEG");
    file
}

fn read(client: &Client, bytes: &[u8]) -> Answer {
    client.upload("/v1/qris/read", &[], &File { name: "qris.jpg", kind: "image/jpeg", bytes })
}

fn refused(answer: &Answer) -> String {
    answer.expect_problem(400, "invalid_input");
    answer.json["errors"][0]["detail"].as_str().expect("a detail").to_owned()
}

fn bank() -> Value {
    json!({ "bank": "BRI", "number": "0012-3456-7890", "holder": "Wati Suryati" })
}

#[test]
fn a_printed_code_is_read_off_a_photo() {
    let app = TestApp::start();
    let wati = app.buyer("Wati");
    let seen = read(&wati.client, &photo_of(CODE)).expect(200);
    assert_eq!(seen["code"], CODE);
    assert_eq!(
        (&seen["merchant_name"], &seen["merchant_city"], &seen["nmid"], &seen["asks_for_amount"]),
        (&json!("OPAK BU WATI"), &json!("GARUT"), &json!("ID1020012345678"), &json!(false))
    );
    assert!(seen["svg"].as_str().expect("a picture").contains("<svg"));

    let damaged = CODE.replace("WATI", "WATU");
    assert!(refused(&read(&wati.client, &photo_of(&damaged))).contains("rusak"));
    assert!(refused(&read(&wati.client, &photo_of("https://desa.example"))).contains("bukan kode pembayaran"));
    assert!(refused(&read(&wati.client, &jpeg(300, 300))).contains("Tidak ada kode QR"));
    let asking = CODE.parse::<kit::qris::Qris>().expect("a code").asking_for(Rupiah::new(5_000).expect("an amount"));
    assert!(refused(&read(&wati.client, &photo_of(&asking.to_string()))).contains("satu pembayaran"));
    assert!(refused(&read(&wati.client, b"GIF89a")).contains("bukan foto"));
    read(&app.client, &photo_of(CODE)).expect_problem(401, "not_signed_in");
}

#[test]
fn an_owner_says_how_she_takes_money() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let (owner, path) = (&shop.owner.client, format!("/v1/enterprises/{}/payment-details", shop.id));
    let put = |tag: &str, body: Value| owner.send("PUT", &path, Some(body), &[("If-Match", tag)]);

    let unsaid = owner.get(&path);
    assert_eq!(unsaid.header("etag"), "\"0\"");
    let unsaid = unsaid.expect(200);
    assert_eq!((&unsaid["methods"], &unsaid["bank"]), (&json!(["cash_on_delivery", "cash_at_pickup"]), &json!(null)));

    for (body, field) in [
        (json!({ "methods": [] }), "methods"),
        (json!({ "methods": ["bank_transfer"] }), "bank"),
        (json!({ "methods": ["qris"] }), "qris"),
        (json!({ "methods": ["cash_at_pickup"], "qris": CODE.replace("WATI", "WATU") }), "qris"),
        (json!({ "methods": ["cash_at_pickup"], "bank": { "bank": "BRI", "number": "12a", "holder": "Wati" } }), "bank.number"),
    ] {
        let answer = put("\"0\"", body);
        answer.expect_problem(400, "invalid_input");
        assert_eq!(answer.json["errors"][0]["field"], field, "{}", answer.text);
    }

    let said = put("\"0\"", json!({ "methods": ["qris", "bank_transfer"], "bank": bank(), "qris": CODE })).expect(200);
    assert_eq!((&said["methods"], &said["bank"]["number"]), (&json!(["bank_transfer", "qris"]), &json!("001234567890")));
    assert_eq!(said["qris"]["merchant_name"], "OPAK BU WATI");
    put("\"0\"", json!({ "methods": ["cash_at_pickup"] })).expect_problem(412, "stale");
    owner.send("PUT", &path, Some(json!({ "methods": ["qris"] })), &[]).expect_problem(428, "if_match_missing");
    put("\"1\"", json!({ "methods": ["cash_at_pickup"], "bank": bank() })).expect(200);

    let history = owner.get(&format!("{path}/history")).expect(200);
    let methods: Vec<&Value> = history["items"].as_array().expect("items").iter().map(|item| &item["methods"]).collect();
    assert_eq!(methods, [&json!(["cash_at_pickup"]), &json!(["bank_transfer", "qris"])]);
    assert_eq!((&history["items"][1]["qris"], &history["items"][1]["actor_id"]), (&json!(CODE), &json!(shop.owner.account_id)));

    let page = app.client.get(&format!("/v1/sellers/{}", shop.id)).expect(200);
    assert_eq!(page["payment_methods"], json!(["cash_at_pickup"]));
    assert!(!page.to_string().contains("001234567890"), "the public page names the ways alone");
    let listed = app.client.get("/v1/sellers").expect(200);
    assert_eq!(listed["items"][0]["payment_methods"], json!(["cash_at_pickup"]));
}

#[test]
fn nobody_else_sees_or_changes_where_money_goes() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let staff = app.buyer("Pembantu");
    let member = json!({ "phone": staff.phone, "role": "staff" });
    shop.owner.client.post(&format!("/v1/enterprises/{}/members", shop.id), member).expect(200);
    let path = format!("/v1/enterprises/{}/payment-details", shop.id);
    let body = || Some(json!({ "methods": ["cash_at_pickup"] }));
    for (person, status, code) in [(&staff, 403, "forbidden"), (&village.admin, 403, "forbidden"), (&app.buyer("Sari"), 404, "not_found")] {
        person.client.get(&path).expect_problem(status, code);
        person.client.get(&format!("{path}/history")).expect_problem(status, code);
        person.client.send("PUT", &path, body(), &[("If-Match", "\"0\"")]).expect_problem(status, code);
    }

    let assisted = json!({ "kind": "home_industry", "name": "Opak Tanpa Telepon" });
    let made = village.admin.client.post(&format!("/v1/villages/{}/enterprises", village.id), assisted).expect(201);
    let path = format!("/v1/enterprises/{}/payment-details", made["id"].as_str().expect("an id"));
    village.admin.client.send("PUT", &path, body(), &[("If-Match", "\"0\"")]).expect(200);
    let history = village.admin.client.get(&format!("{path}/history")).expect(200);
    assert_eq!(history["items"][0]["on_behalf_of"], made["id"], "done for someone without a telephone");
}

#[test]
fn every_owner_hears_of_another_account() {
    let postbox = Postbox::open();
    let app = TestApp::with(Wishes { smtp_url: Some(postbox.url.clone()), ..Wishes::default() });
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let second = app.buyer("Euis");
    let member = json!({ "phone": second.phone, "role": "owner" });
    shop.owner.client.post(&format!("/v1/enterprises/{}/members", shop.id), member).expect(200);
    let path = format!("/v1/enterprises/{}/payment-details", shop.id);
    let put = |tag: &str, body: Value| second.client.send("PUT", &path, Some(body), &[("If-Match", tag)]).expect(200);
    put("\"0\"", json!({ "methods": ["bank_transfer"], "bank": bank() }));
    app.run_jobs();
    let letters = postbox.letters();
    assert_eq!(letters.len(), 2);
    for phone in [&shop.owner.phone, &second.phone] {
        assert!(letters.iter().any(|letter| letter.contains(&format!("{phone}@desa.example"))), "{phone}");
    }
    assert!(letters.iter().all(|letter| letter.contains("Euis") && !letter.contains("001234567890")));
    put("\"1\"", json!({ "methods": ["bank_transfer", "cash_at_pickup"], "bank": bank() }));
    app.run_jobs();
    assert_eq!(postbox.letters().len(), 2, "another way is no other account");
}

#[test]
fn a_buyer_is_shown_what_her_way_to_pay_takes() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let path = format!("/v1/enterprises/{}/payment-details", shop.id);
    let body = json!({ "methods": ["qris", "bank_transfer"], "bank": bank(), "qris": CODE });
    shop.owner.client.send("PUT", &path, Some(body), &[("If-Match", "\"0\"")]).expect(200);
    let enterprise: EnterpriseId = shop.id.parse().expect("an id");
    let shown = |method| {
        let amount = Rupiah::new(37_521).expect("an amount");
        let look = app.app.db.read(move |conn| Ok::<_, Failure<Never>>(payment_details::for_buyer(conn, enterprise, method, amount)?));
        app.wait(look).expect("details")
    };
    assert!(shown(Method::BankTransfer).bank.is_some() && shown(Method::CashAtPickup).bank.is_none());
    assert_eq!(shown(Method::Qris).code.expect("a code").to_string(), CODE);
    let settings = format!("/v1/villages/{}/settings", village.id);
    village.admin.client.patch(&settings, "\"1\"", json!({ "qris_amount_filling": true })).expect(200);
    let filled = shown(Method::Qris).code.expect("a code").to_string();
    assert!(filled.contains("540537521") && filled != CODE, "{filled}");
}

#[test]
fn an_order_by_qris_shows_whose_code_it_is_and_is_paid_when_the_seller_says_so() {
    let app = TestApp::start();
    let crate::orders::Stall { shop, product, buyer, .. } = crate::orders::stall(&app);
    let path = format!("/v1/enterprises/{}/payment-details", shop.id);
    shop.owner.client.send("PUT", &path, Some(json!({ "methods": ["qris"], "qris": CODE })), &[("If-Match", "\"0\"")]).expect(200);
    let mut body = crate::support::people::cart(&product, 2);
    body["payment"] = "qris".into();
    let order = buyer.client.post("/v1/order-groups", body).expect(201)["orders"][0]["id"].as_str().expect("an id").to_owned();
    let instructions = format!("/v1/orders/{order}/payment-instructions");
    buyer.client.get(&instructions).expect_problem(409, "payment_not_due");
    assert_eq!(shop.owner.step(&order, "accept")["bill"]["digits"], 0, "a code needs none");
    let how = buyer.client.get(&instructions).expect(200);
    assert_eq!((&how["method"], &how["amount"]), (&json!("qris"), &json!(25_000)));
    let code = &how["to"]["qris"];
    assert_eq!((&code["merchant_name"], &code["nmid"]), (&json!("OPAK BU WATI"), &json!("ID1020012345678")));
    assert_eq!((&code["code"], &code["asks_for_amount"]), (&json!(CODE), &json!(false)), "filling in the amount is off");
    let payment = crate::orders::claimed(&buyer, &order);
    assert_eq!(shop.owner.client.get(&format!("/v1/orders/{order}")).expect(200)["bill"]["status"], "claimed");
    shop.owner.client.post(&format!("/v1/payments/{payment}/confirm"), json!({})).expect(200);
    assert_eq!(crate::order_changes::balance(&shop, "bank"), 25_000);
    shop.owner.steps(&order, &["prepare", "ready", "hand-over", "complete"]);
}
