//! Letters, spoken over SMTP to a real listener on loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::orders::{Stall, stall};
use crate::support::{TestApp, Wishes};

/// A mail server that keeps what it is given, or refuses it.
pub struct Postbox {
    pub url: String,
    letters: Arc<Mutex<Vec<String>>>,
    refuse: Arc<Mutex<bool>>,
}

impl Postbox {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("bound"));
        let (letters, refuse) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(false)));
        let (kept, refusing) = (Arc::clone(&letters), Arc::clone(&refuse));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, refusing) = (Arc::clone(&kept), Arc::clone(&refusing));
                std::thread::spawn(move || converse(stream, &kept, &refusing));
            }
        });
        Self { url, letters, refuse }
    }

    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("the letters").clone()
    }
}

fn converse(stream: TcpStream, kept: &Mutex<Vec<String>>, refusing: &Mutex<bool>) {
    let mut out = stream.try_clone().expect("a stream");
    let mut say = |line: &str| out.write_all(format!("{line}\r\n").as_bytes()).is_ok();
    let mut lines = BufReader::new(stream).lines();
    say("220 desa.example ESMTP");
    let mut envelope = String::new();
    while let Some(Ok(line)) = lines.next() {
        let verb = line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
        let went_on = match verb.as_str() {
            "EHLO" | "HELO" => say("250 desa.example"),
            "RCPT" if *refusing.lock().expect("the switch") => say("451 come back later"),
            "MAIL" | "RCPT" => {
                envelope.push_str(&line);
                envelope.push('\n');
                say("250 ok")
            }
            "DATA" => {
                say("354 go on");
                let body: Vec<String> = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect();
                kept.lock().expect("the letters").push(format!("{}{}", std::mem::take(&mut envelope), body.join("\n")));
                say("250 kept")
            }
            "QUIT" => {
                say("221 bye");
                return;
            }
            _ => say("250 ok"),
        };
        if !went_on {
            return;
        }
    }
}

#[test]
fn the_seller_hears_of_an_order_and_the_buyer_of_its_acceptance() {
    let postbox = Postbox::open();
    let app = TestApp::with(Wishes { smtp_url: Some(postbox.url.clone()), ..Wishes::default() });
    let Stall { product, buyer, shop, .. } = stall(&app);
    let order = buyer.orders(&product, 3);
    assert!(postbox.letters().is_empty(), "nothing leaves the house inside the transaction");
    app.run_jobs();
    let letters = postbox.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].contains(&format!("RCPT TO:<{}@desa.example>", shop.owner.phone)), "{}", letters[0]);
    shop.owner.step(&order, "accept");
    app.run_jobs();
    let letters = postbox.letters();
    assert_eq!(letters.len(), 2);
    assert!(letters[1].contains(&format!("RCPT TO:<{}@desa.example>", buyer.phone)));
    let number = buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["number"].as_str().expect("a number").to_owned();
    assert!(letters.iter().all(|letter| letter.contains(&number)));
}

#[test]
fn a_letter_that_cannot_be_delivered_comes_back_later_and_is_not_lost() {
    let postbox = Postbox::open();
    let app = TestApp::with(Wishes { smtp_url: Some(postbox.url.clone()), ..Wishes::default() });
    let Stall { product, buyer, .. } = stall(&app);
    *postbox.refuse.lock().expect("the switch") = true;
    buyer.orders(&product, 1);
    app.run_jobs();
    assert!(postbox.letters().is_empty());
    *postbox.refuse.lock().expect("the switch") = false;
    app.run_jobs();
    assert!(postbox.letters().is_empty(), "it waits its time");
    app.advance(chrono::Duration::seconds(11));
    app.run_jobs();
    assert_eq!(postbox.letters().len(), 1);
}

#[test]
fn a_worker_that_died_leaves_its_job_to_another() {
    let postbox = Postbox::open();
    let app = TestApp::with(Wishes { smtp_url: Some(postbox.url.clone()), ..Wishes::default() });
    let Stall { product, buyer, .. } = stall(&app);
    buyer.orders(&product, 1);
    let taken: Arc<Mutex<usize>> = Arc::default();
    let counted = Arc::clone(&taken);
    let dying: kit::jobs::Doer = Arc::new(move |_| {
        *counted.lock().expect("the count") += 1;
        Box::pin(std::future::pending())
    });
    let _ = app.wait(async {
        let work = kit::jobs::run_due(&app.app.db, &dying);
        tokio::time::timeout(std::time::Duration::from_secs(2), work).await
    });
    assert_eq!(*taken.lock().expect("the count"), 1);
    assert_eq!(app.run_jobs(), 0, "leased");
    app.advance(chrono::Duration::seconds(121));
    app.run_jobs();
    assert_eq!(postbox.letters().len(), 1);
}

#[test]
fn a_job_that_never_succeeds_is_dead_and_seen() {
    let app = TestApp::start();
    let failing: kit::jobs::Doer = Arc::new(|_| Box::pin(async { Err("no".to_owned()) }));
    app.wait(app.app.db.write(|tx| {
        let made = kit::jobs::enqueue(tx, "order_expire", serde_json::json!({}));
        Ok::<_, kit::db::Failure<kit::db::Never>>(made?)
    }))
    .expect("queued");
    let mut tries = 0;
    for _ in 0..20 {
        tries += app.wait(kit::jobs::run_due(&app.app.db, &failing)).expect("the queue answers");
        app.advance(chrono::Duration::hours(7));
    }
    assert_eq!(tries, 8);
    app.wait(app.app.db.write(|tx| {
        use diesel::prelude::*;
        use kit::schema::jobs as t;
        let dead: i64 = t::table.filter(t::state.eq("dead").and(t::last_error.eq("no"))).count().get_result(&mut **tx)?;
        assert_eq!(dead, 1);
        diesel::delete(t::table).execute(&mut **tx)?;
        Ok::<_, kit::db::Failure<kit::db::Never>>(())
    }))
    .expect("cleared away");
}
