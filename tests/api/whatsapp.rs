//! Chats to open, with the message already written.

use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::people::cart;
use crate::support::{Shop, TestApp};

fn chat(app: &TestApp, product: &str) -> Value {
    app.client.get(&format!("/v1/products/{product}/whatsapp")).expect(200)
}

fn show_number(shop: &Shop) {
    let path = format!("/v1/enterprises/{}", shop.id);
    let etag = shop.owner.client.get(&path).header("etag").to_owned();
    shop.owner.client.patch(&path, &etag, json!({ "phone_public": true })).expect(200);
}

#[test]
fn a_product_has_a_chat_with_the_number_that_may_be_shown() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let product = app.product(&village, &shop, "Opak Ketan", 14_000, 10);
    assert_eq!(chat(&app, &product), json!({ "url": null, "recipient": null, "reason": "number_kept" }));

    let settings = format!("/v1/villages/{}/settings", village.id);
    village.admin.client.patch(&settings, "\"1\"", json!({ "hotline": "0812-9999-0000" })).expect(200);
    let hotline = chat(&app, &product);
    assert_eq!((&hotline["recipient"], &hotline["reason"]), (&json!("village"), &json!(null)));
    let expected = format!(
        "https://wa.me/6281299990000?text=Halo%20Opak%20Bu%20Wati%2C%20saya%20tertarik%20dengan%20Opak%20Ketan%20%28Rp14.000%29.%20Apakah%20masih%20ada\
         %3F%0A%0Ahttps%3A%2F%2Fpasar.desa.example%2Fv1%2Fproducts%2F{product}"
    );
    assert_eq!(hotline["url"], expected);

    show_number(&shop);
    let own = chat(&app, &product);
    assert_eq!(own["recipient"], "seller");
    let digits = format!("62{}", shop.owner.phone.trim_start_matches('0'));
    assert!(own["url"].as_str().expect("a link").starts_with(&format!("https://wa.me/{digits}?text=Halo")), "{own}");

    let draft = app.draft(&shop, "Opak Baru", 9_000, 5);
    app.client.get(&format!("/v1/products/{draft}/whatsapp")).expect_problem(404, "not_found");
}

#[test]
fn a_village_speaks_with_its_own_words_and_language() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let product = app.product(&village, &shop, "Opak Ketan", 14_000, 10);
    show_number(&shop);
    let admin = &village.admin.client;
    let path = format!("/v1/villages/{}/message-templates/product", village.id);
    let put = |tag: &str, text: Value| admin.send("PUT", &path, Some(json!({ "text": text })), &[("If-Match", tag)]);
    let said = |app: &TestApp| chat(app, &product)["url"].as_str().expect("a link").split_once("?text=").expect("a text").1.to_owned();

    let usual = admin.get(&path);
    assert_eq!(usual.header("etag"), "\"0\"");
    let usual = usual.expect(200);
    assert_eq!((&usual["own"], &usual["variables"]), (&json!(false), &json!(["name", "shop", "price", "url"])));

    let own = put("\"0\"", json!("Sampurasun {{ shop }}: {{ name }}")).expect(200);
    assert_eq!((&own["own"], &own["text"]), (&json!(true), &json!("Sampurasun {{ shop }}: {{ name }}")));
    assert_eq!(said(&app), "Sampurasun%20Opak%20Bu%20Wati%3A%20Opak%20Ketan");
    put("\"0\"", json!("x")).expect_problem(412, "stale");
    admin.send("PUT", &path, Some(json!({ "text": null })), &[]).expect_problem(428, "if_match_missing");

    put("\"1\"", Value::Null).expect(200);
    let settings = format!("/v1/villages/{}/settings", village.id);
    admin.patch(&settings, "\"1\"", json!({ "language": "su" })).expect(200);
    assert!(said(&app).contains("abdi%20kabita"), "{}", said(&app));
}

#[test]
fn a_template_that_does_not_work_is_refused_and_one_that_does_is_tried_first() {
    let app = TestApp::start();
    let village = app.balewangi();
    let admin = &village.admin.client;
    let path = format!("/v1/villages/{}/message-templates/order", village.id);
    let preview = |text: &str| admin.post(&format!("{path}/preview"), json!({ "text": text }));
    let tried = preview("{{ number }}: {{ lines }} = {{ total }}").expect(200);
    assert!(tried["message"].as_str().expect("a message").starts_with("PK-1124-0001: - 2 × Opak Ketan 250 g (Rp28.000)"), "{tried}");

    for (text, told) in [("{{ price }}", "price"), ("Halo\n{{ number", "baris 2"), (&"x".repeat(1001), "1000")] {
        for answer in [preview(text), admin.send("PUT", &path, Some(json!({ "text": text })), &[("If-Match", "\"0\"")])] {
            answer.expect_problem(400, "invalid_input");
            assert_eq!(answer.json["errors"][0]["field"], "text");
            assert!(answer.json["errors"][0]["detail"].as_str().expect("a detail").contains(told), "{}", answer.text);
        }
    }
    admin.get(&path.replace("order", "greeting")).expect_problem(400, "invalid_input");

    let elsewhere = app.village("32.05.20.2001");
    for person in [&elsewhere.admin, &app.buyer("Sari")] {
        person.client.get(&path).expect_problem(404, "not_found");
        person.client.post(&format!("{path}/preview"), json!({ "text": "x" })).expect_problem(404, "not_found");
        person.client.send("PUT", &path, Some(json!({ "text": "x" })), &[("If-Match", "\"0\"")]).expect_problem(404, "not_found");
    }
}

#[test]
fn an_order_has_a_chat_for_each_of_its_two_sides() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let placed = buyer.client.post("/v1/order-groups", cart(&product, 2)).expect(201)["orders"][0].clone();
    let (order, number) = (placed["id"].as_str().expect("an id"), placed["number"].as_str().expect("a number"));
    let path = format!("/v1/orders/{order}/whatsapp");
    assert_eq!(buyer.client.get(&path).expect(200), json!({ "url": null, "recipient": null, "reason": "number_kept" }));
    assert_eq!(shop.owner.client.get(&path).expect(200), json!({ "url": null, "recipient": null, "reason": "not_accepted" }));
    app.buyer("Orang lain").client.get(&path).expect_problem(404, "not_found");
    show_number(&shop);
    let text = format!(
        "?text=Halo%20Keripik%20Cisurupan%2C%20saya%20mau%20menanyakan%20pesanan%20{number}%3A%0A%0A-%202%20%C3%97%20Keripik%20Singkong%20Balado%20250%20g%20\
         Bungkus%20%28Rp25.000%29%0A%0ATotal%3A%20Rp25.000%0AStatus%20pesanan%3A%20https%3A%2F%2Fpasar.desa.example%2Fv1%2Ftracking%2F{number}%0A%0A\
         Terima%20kasih."
    );
    let digits = |phone: &str| format!("https://wa.me/62{}", phone.trim_start_matches('0'));
    let url = format!("{}{text}", digits(&shop.owner.phone));
    assert_eq!(buyer.client.get(&path).expect(200), json!({ "url": url, "recipient": "seller", "reason": null }));
    shop.owner.step(order, "accept");
    let hers = format!("Halo%20Keripik%20Cisurupan%2C%20saya%20mau%20menanyakan%20pesanan%20{number}");
    let text = text.replace(&hers, &format!("Halo%2C%20kami%20Keripik%20Cisurupan%2C%20mengenai%20pesanan%20Anda%20{number}"));
    let url = format!("{}{text}", digits(&buyer.phone));
    assert_eq!(shop.owner.client.get(&path).expect(200), json!({ "url": url, "recipient": "buyer", "reason": null }));
    village.admin.client.get(&path).expect_problem(403, "forbidden");
}
