//! Photos: taken in, shown, attached and removed.

use std::io::Cursor;

use chrono::Duration;
use image::GenericImageView;
use kit::auth::AccountId;
use kit::db::{Failure, Never};
use people::media::service::{self, AttachError};
use people::media::{Attachment, MediaId, Purpose};
use serde_json::{Value, json};

use crate::pictures::{exif, harmless, hostile, jpeg, png, with_segment};
use crate::support::http::File;
use crate::support::people::product_body;
use crate::support::{Person, Shop, TestApp, Wishes};

fn id(answer: &Value) -> String {
    answer["id"].as_str().expect("an id").to_owned()
}

impl TestApp {
    /// Attaches a photo as a feature would.
    pub fn attach(
        &self,
        media: &str,
        who: &Person,
        purpose: Purpose,
        subject: &'static str,
        shop: &Shop,
        buyer: Option<&Person>,
    ) -> Result<(), AttachError> {
        let (media, who): (MediaId, AccountId) = (media.parse().expect("an id"), who.account_id.parse().expect("an id"));
        let (enterprise, buyer) = (shop.id.parse().expect("an id"), buyer.map(|buyer| buyer.account_id.parse().expect("an id")));
        let attached = self.wait(self.app.db.write(move |tx| {
            let to = Attachment { subject, enterprise, buyer };
            service::attach(tx, who, media, purpose, &to)
        }));
        attached.map_err(|failure| match failure {
            Failure::Refused(refusal) => refusal,
            Failure::Db(error) => panic!("{error}"),
        })
    }

    fn detach(&self, media: &str, subject: &'static str) {
        let media: MediaId = media.parse().expect("an id");
        self.wait(self.app.db.write(move |tx| Ok::<_, Failure<Never>>(service::detach(tx, media, subject)?))).expect("detached");
    }
}

#[test]
fn a_photo_becomes_three_jpegs_that_anyone_may_keep() {
    let app = TestApp::start();
    let wati = app.buyer("Wati");
    let answer = wati.client.photo("product_photo", &jpeg(1600, 900));
    let location = answer.header("location").to_owned();
    let photo = answer.expect(201);
    assert_eq!(location, format!("/v1/media/{}/1080", id(&photo)));
    let sizes: Vec<(&str, i64, i64)> = photo["variants"]
        .as_array()
        .expect("variants")
        .iter()
        .map(|v| (v["size"].as_str().expect("a size"), v["width"].as_i64().expect("a width"), v["height"].as_i64().expect("a height")))
        .collect();
    assert_eq!(sizes, [("320", 320, 180), ("640", 640, 360), ("1080", 1080, 608)]);
    assert_eq!(app.objects(), 3);

    let shown = app.client.get(&location);
    assert_eq!(shown.status, 200);
    assert_eq!(shown.header("content-type"), "image/jpeg");
    assert_eq!(shown.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert_eq!(shown.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(json!(shown.bytes.len()), photo["variants"][2]["bytes"]);
    assert_eq!(image::load(Cursor::new(&shown.bytes), image::ImageFormat::Jpeg).expect("a JPEG").dimensions(), (1080, 608));
    let again = app.client.send("GET", &location, None, &[("If-None-Match", shown.header("etag"))]);
    assert_eq!((again.status, again.bytes.len(), again.header("etag")), (304, 0, shown.header("etag")));
    assert_eq!(app.client.send("GET", &location, None, &[("If-None-Match", "\"other\"")]).status, 200);
    app.client.get(&location.replace("1080", "2000")).expect_problem(400, "invalid_input");
    app.client.get(&format!("/v1/media/{}/320", MediaId::new())).expect_problem(404, "not_found");
}

#[test]
fn a_small_picture_is_never_enlarged_and_a_png_is_taken_too() {
    let app = TestApp::start();
    let wati = app.buyer("Wati");
    let file = png(200, 100);
    let photo =
        wati.client.upload("/v1/media", &[("purpose", "product_photo")], &File { name: "", kind: "image/png", bytes: &file }).expect(201);
    for variant in photo["variants"].as_array().expect("variants") {
        assert_eq!((&variant["width"], &variant["height"]), (&json!(200), &json!(100)));
    }
    assert_eq!(app.objects(), 1, "three variants that are equal are one object");
}

#[test]
fn a_photo_stands_upright_and_tells_nothing_of_where_it_was_taken() {
    let app = TestApp::start();
    let wati = app.buyer("Wati");
    // Held on its side, so that the left half as stored, red, is the upper half as seen.
    let file = with_segment(&jpeg(400, 200), 0xE1, &exif(6));
    assert!(file.windows(4).any(|piece| piece == b"GPS-"));
    let photo = wati.client.photo("product_photo", &file).expect(201);
    for variant in photo["variants"].as_array().expect("variants") {
        let shown = app.client.get(variant["url"].as_str().expect("an address")).bytes;
        for trace in [&b"Exif"[..], b"GPS-", b"107.7890"] {
            assert!(!shown.windows(trace.len()).any(|piece| piece == trace), "{}", String::from_utf8_lossy(trace));
        }
        let seen = image::load(Cursor::new(&shown), image::ImageFormat::Jpeg).expect("a JPEG").into_rgb8();
        let (width, height) = seen.dimensions();
        assert!(height == width * 2, "{width} × {height}");
        let (above, below) = (seen.get_pixel(width / 2, height / 8).0, seen.get_pixel(width / 2, height - height / 8).0);
        assert!(above[0] > 128 && above[2] < 128 && below[2] > 128 && below[0] < 128, "{above:?} above {below:?}");
    }
}

#[test]
fn hostile_files_are_refused_in_the_readers_language() {
    let app = TestApp::start();
    let wati = app.buyer("Wati");
    for file in hostile() {
        let sent = File { name: file.name, kind: file.kind, bytes: &file.bytes };
        let answer = wati.client.upload("/v1/media", &[("purpose", "product_photo")], &sent);
        if file.refusal == "picture_too_large" {
            answer.expect_problem(413, "too_large");
            continue;
        }
        answer.expect_problem(400, "invalid_input");
        let detail = answer.json["errors"][0]["detail"].as_str().expect("a detail");
        assert_eq!(answer.json["errors"][0]["field"], "file", "{}", file.what);
        assert!(!detail.is_empty() && !detail.starts_with("picture_"), "{}: {detail}", file.what);
    }
    for (what, name, bytes) in harmless() {
        let taken = wati.client.upload("/v1/media", &[("purpose", "product_photo")], &File { name, kind: "", bytes: &bytes });
        assert!(matches!(taken.status, 200 | 201), "{what}: {}", taken.text);
    }
}

#[test]
fn a_form_is_read_strictly() {
    let app = TestApp::start();
    let wati = app.buyer("Wati");
    let bytes = jpeg(32, 24);
    let file = File { name: "foto.jpg", kind: "image/jpeg", bytes: &bytes };
    let send = |fields: &[(&str, &str)]| wati.client.upload("/v1/media", fields, &file);
    send(&[]).expect_problem(400, "invalid_input");
    send(&[("purpose", "selfie")]).expect_problem(400, "invalid_input");
    send(&[("purpose", "cash_book"), ("purpose", "cash_book")]).expect_problem(400, "invalid_input");
    send(&[("purpose", "cash_book"), ("note", "x")]).expect_problem(400, "invalid_input");
    wati.client.send("POST", "/v1/media", Some(json!({})), &[]).expect_problem(415, "not_multipart");
    let broken =
        wati.client.send_raw("POST", "/v1/media", Some("--edge\r\n".to_owned()), &[("Content-Type", "multipart/form-data; boundary=edge")]);
    assert_eq!(broken.status, 400, "{}", broken.text);
    app.client.upload("/v1/media", &[("purpose", "cash_book")], &file).expect_problem(401, "not_signed_in");
}

#[test]
fn sending_it_again_is_the_same_photo_until_it_is_attached() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let (owner, file) = (&shop.owner, jpeg(64, 48));
    let first = id(&owner.client.photo("product_photo", &file).expect(201));
    assert_eq!(id(&owner.client.photo("product_photo", &file).expect(200)), first);
    assert_ne!(id(&owner.client.photo("cash_book", &file).expect(201)), first, "another purpose is another photo");
    assert_ne!(id(&app.buyer("Sari").client.photo("product_photo", &file).expect(201)), first, "another account too");
    app.attach(&first, owner, Purpose::ProductPhoto, "prd_1", &shop, None).expect("attached");
    assert_ne!(id(&owner.client.photo("product_photo", &file).expect(201)), first, "so that two products can have it");
    assert_eq!(app.objects(), 1);
}

#[test]
fn only_its_uploader_attaches_a_photo_and_only_once() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let (owner, other) = (&shop.owner, app.buyer("Orang lain"));
    let photo = id(&owner.client.photo("product_photo", &jpeg(64, 48)).expect(201));
    let attach = |who: &Person, purpose, subject| app.attach(&photo, who, purpose, subject, &shop, None);
    assert_eq!(attach(&other, Purpose::ProductPhoto, "prd_1"), Err(AttachError::NoSuchPhoto));
    assert_eq!(attach(owner, Purpose::PaymentProof, "prd_1"), Err(AttachError::OtherPurpose));
    assert_eq!(attach(owner, Purpose::ProductPhoto, "prd_1"), Ok(()));
    assert_eq!(attach(owner, Purpose::ProductPhoto, "prd_1"), Ok(()), "there already");
    assert_eq!(attach(&other, Purpose::ProductPhoto, "prd_1"), Ok(()), "an edit by another member names what stays");
    assert_eq!(attach(owner, Purpose::ProductPhoto, "prd_2"), Err(AttachError::InUse));
    owner.client.delete(&format!("/v1/media/{photo}")).expect_problem(409, "media_in_use");
    assert_eq!(app.attach(&MediaId::new().to_string(), owner, Purpose::ProductPhoto, "prd_1", &shop, None), Err(AttachError::NoSuchPhoto));
}

#[test]
fn a_proof_is_seen_by_those_whom_it_concerns() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (shop, elsewhere) = (app.home_industry(&village, "Opak Bu Wati"), app.home_industry(&village, "Ranginang Bu Euis"));
    let (buyer, stranger) = (app.buyer("Sari"), app.buyer("Orang lain"));
    let proof = buyer.client.photo("payment_proof", &jpeg(64, 48)).expect(201);
    let path = format!("/v1/private-media/{}/320", id(&proof));
    assert_eq!(proof["variants"][0]["url"], path);
    buyer.client.get(&path.replace("private-media", "media")).expect_problem(404, "not_found");

    shop.owner.client.get(&path).expect_problem(404, "not_found");
    app.attach(&id(&proof), &buyer, Purpose::PaymentProof, "ord_1", &shop, Some(&buyer)).expect("attached");
    for person in [&buyer, &shop.owner] {
        let shown = person.client.get(&path);
        assert_eq!((shown.status, shown.header("content-type")), (200, "image/jpeg"));
        assert_eq!((shown.header("cache-control"), shown.header("etag")), ("private, no-store", ""));
    }
    for person in [&stranger, &elsewhere.owner] {
        person.client.get(&path).expect_problem(404, "not_found");
    }
    village.admin.client.get(&path).expect_problem(403, "forbidden");
    let broken = id(&buyer.client.photo("claim_photo", &jpeg(64, 48)).expect(201));
    app.attach(&broken, &buyer, Purpose::ClaimPhoto, "clm_1", &shop, Some(&buyer)).expect("attached");
    assert_eq!(village.admin.client.get(&format!("/v1/private-media/{broken}/320")).status, 200, "she may have to decide");
    app.client.get(&path).expect_problem(401, "not_signed_in");

    let page = id(&shop.owner.client.photo("cash_book", &jpeg(48, 64)).expect(201));
    app.attach(&page, &shop.owner, Purpose::CashBook, "ent_1", &shop, None).expect("attached");
    let page = format!("/v1/private-media/{page}/320");
    assert_eq!(shop.owner.client.get(&page).status, 200);
    village.admin.client.get(&page).expect_problem(403, "forbidden");
    buyer.client.get(&page).expect_problem(404, "not_found");
}

#[test]
fn an_object_goes_with_the_last_photo_that_uses_it() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let (owner, file) = (&shop.owner, jpeg(1200, 900));
    let attached = id(&owner.client.photo("product_photo", &file).expect(201));
    app.attach(&attached, owner, Purpose::ProductPhoto, "prd_1", &shop, None).expect("attached");
    let loose = id(&owner.client.photo("product_photo", &file).expect(201));
    assert_eq!(app.objects(), 3);

    assert_eq!(app.buyer("Orang lain").client.delete(&format!("/v1/media/{loose}")).status, 404);
    assert_eq!(owner.client.delete(&format!("/v1/media/{loose}")).status, 204);
    app.run_jobs();
    app.client.get(&format!("/v1/media/{loose}/320")).expect_problem(404, "not_found");
    assert_eq!((app.objects(), app.client.get(&format!("/v1/media/{attached}/320")).status), (3, 200), "the other one uses them");

    app.detach(&attached, "prd_2");
    app.run_jobs();
    assert_eq!(app.objects(), 3, "it is not attached there");
    app.detach(&attached, "prd_1");
    app.run_jobs();
    assert_eq!(app.objects(), 0);
    let again = owner.client.photo("product_photo", &file).expect(201);
    assert_eq!((app.objects(), app.client.get(again["variants"][0]["url"].as_str().expect("an address")).status), (3, 200));
}

#[test]
fn what_is_attached_to_nothing_goes_after_a_day() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let owner = &shop.owner;
    let kept = id(&owner.client.photo("product_photo", &jpeg(64, 48)).expect(201));
    app.attach(&kept, owner, Purpose::ProductPhoto, "prd_1", &shop, None).expect("attached");
    let loose = id(&owner.client.photo("product_photo", &jpeg(48, 64)).expect(201));
    app.advance(Duration::hours(23));
    app.run_jobs();
    assert_eq!(app.client.get(&format!("/v1/media/{loose}/320")).status, 200);
    app.advance(Duration::hours(2));
    app.run_jobs();
    assert_eq!(app.client.get(&format!("/v1/media/{loose}/320")).status, 404);
    assert_eq!((app.client.get(&format!("/v1/media/{kept}/320")).status, app.objects()), (200, 1));
}

#[test]
fn an_account_uploads_so_many_a_day() {
    let app = TestApp::with(Wishes { uploads_per_day: Some(2), ..Wishes::default() });
    let wati = app.buyer("Wati");
    wati.client.photo("cash_book", b"no picture").expect_problem(400, "invalid_input");
    wati.client.photo("cash_book", &jpeg(32, 24)).expect(201);
    let refused = wati.client.photo("cash_book", &jpeg(24, 32));
    refused.expect_problem(429, "too_many_uploads");
    app.buyer("Sari").client.photo("cash_book", &jpeg(24, 32)).expect(201);
    app.advance(Duration::hours(24));
    app.awake(&wati).client.photo("cash_book", &jpeg(24, 32)).expect(201);
}

/// Photos of the same picture come and go at the same time: whoever was told of a photo can fetch it.
#[test]
fn a_removal_never_takes_what_has_just_come() {
    let app = TestApp::start();
    let wati = app.buyer("Wati");
    let file = jpeg(64, 48);
    for round in 0..20 {
        let old = id(&wati.client.photo("product_photo", &file).expect(201));
        assert_eq!(wati.client.delete(&format!("/v1/media/{old}")).status, 204);
        let doer = app.app.doer();
        let db = app.app.db.clone();
        std::thread::scope(|scope| {
            let removal = scope.spawn(|| {
                for _ in 0..4 {
                    app.wait(kit::jobs::run_due(&db, &doer)).expect("the queue answers");
                }
            });
            let fresh = app.buyer("Euis").client.photo("product_photo", &file);
            removal.join().expect("done");
            match fresh.status {
                201 => {
                    let path = format!("/v1/media/{}/320", id(&fresh.json));
                    assert_eq!(app.client.get(&path).status, 200, "round {round}");
                }
                503 => {}
                other => panic!("round {round}: {other} {}", fresh.text),
            }
        });
    }
}

/// A guest proves a payment too, and what she showed stays hers when she has an account.
#[test]
fn a_guest_uploads_and_her_account_takes_it_over() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let opened = app.client.send("POST", "/v1/auth/guest", Some(json!({ "phone": "081299999997", "name": "Tamu" })), &[]).expect(201);
    let guest = app.client.signed_in(opened["access_token"].as_str().expect("a token"));
    let proof = id(&guest.photo("payment_proof", &jpeg(64, 48)).expect(201));
    let path = format!("/v1/private-media/{proof}/320");
    assert_eq!(guest.get(&path).status, 200);

    let account = app.buyer("Tamu");
    let (owner, buyer): (AccountId, AccountId) =
        (opened["account_id"].as_str().expect("an id").parse().expect("an id"), account.account_id.parse().expect("an id"));
    let (media, enterprise) = (proof.parse().expect("an id"), shop.id.parse().expect("an id"));
    let moved = app.wait(app.app.db.write(move |tx| {
        let to = Attachment { subject: "ord_1", enterprise, buyer: Some(owner) };
        service::attach(tx, owner, media, Purpose::PaymentProof, &to)?;
        Ok::<_, Failure<AttachError>>(service::adopt(tx, &[owner], buyer)?)
    }));
    moved.expect("taken over");
    assert_eq!(account.client.get(&path).status, 200);
    assert_eq!(guest.get(&path).status, 404);
    assert_eq!(shop.owner.client.get(&path).status, 200);
}

#[test]
fn the_photos_of_a_product_come_and_go_with_its_content() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bu Wati");
    let upload = |who: &Person, side: u32| id(&who.client.photo("product_photo", &jpeg(side, 24)).expect(201));
    let (front, back, foreign) = (upload(&shop.owner, 40), upload(&shop.owner, 48), upload(&app.buyer("Orang lain"), 56));
    let mut body = product_body("Opak Ketan", 14_000, 10);
    body["photos"] = json!([foreign]);
    let create = format!("/v1/enterprises/{}/products", shop.id);
    shop.owner.client.post(&create, body.clone()).expect_problem(400, "invalid_input");
    body["photos"] = json!([front]);
    let made = shop.owner.client.post(&create, body).expect(201);
    let product = format!("/v1/products/{}", id(&made));
    let url = made["photos"][0]["variants"][2]["url"].as_str().expect("a place").to_owned();
    assert_eq!((url.as_str(), app.client.get(&url).status), (format!("/v1/media/{front}/1080").as_str(), 200));
    shop.owner.client.delete(&format!("/v1/media/{front}")).expect_problem(409, "media_in_use");

    let edit = |photos: Value| {
        let etag = shop.owner.client.get(&product).header("etag").to_owned();
        shop.owner.client.patch(&product, &etag, json!({ "photos": photos }))
    };
    edit(json!([foreign])).expect_problem(400, "invalid_input");
    shop.owner.client.post(&format!("{product}/submit"), json!({})).expect(200);
    village.admin.client.post(&format!("{product}/publish"), json!({})).expect(200);
    let waiting = edit(json!([back])).expect(200)["waiting"]["id"].as_str().expect("an id").to_owned();
    app.advance(Duration::days(2));
    app.run_jobs();
    let shown = |product: &str| app.client.get(product).expect(200)["photos"][0]["id"].clone();
    assert_eq!((shown(&product), app.client.get(&url).status), (json!(front), 200), "the change waits");
    assert_eq!(app.client.get(&format!("/v1/media/{back}/320")).status, 200, "what a change names is kept while it waits");
    app.awake(&village.admin).client.post(&format!("/v1/moderations/{waiting}/confirm"), json!({})).expect(200);
    app.run_jobs();
    assert_eq!((shown(&product), app.client.get(&url).status), (json!(back), 404), "what was taken away is gone");
}
