//! `pasar demo`: the village of the study, made by the services its people would use.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::Duration;

use super::CliError;
use crate::app::App;
use crate::config::Config;
use books::ledger::Holder;
use kit::auth::{AccountId, Identity};
use kit::clock::Clock;
use kit::db::{Failure, Tx};
use kit::jobs;
use market::catalogue::content::{Content, Photos};
use market::catalogue::model::NewProduct;
use market::catalogue::{self, rules::Move as ProductMove};
use market::orders::model::{Cart, CartLine, Delivery};
use market::orders::paying::Received;
use market::orders::{self, rules::Move as OrderMove};
use market::packs::PackId;
use market::packs::model::NewPack;
use market::packs::rules::PriceList;
use market::payments::Method;
use people::accounts::model::{Device, Registered};
use people::enterprises::model::NewEnterprise;
use people::enterprises::{self, EnterpriseId, Kind, rules::Move as EnterpriseMove};
use people::permissions::Action;
use people::{accounts, payment_details, villages};

/// Everyone in the demo signs in with this.
const PASSWORD: &str = "pasar-demo";
/// Written first: what stands beside it was made by a demo.
const MINE: &str = "demo.folder";
/// Written last, so that a half-made village is never served.
const READY: &str = "demo.ready";

/// Key, telephone number, name, and the enterprise she leads.
type Someone = (&'static str, &'static str, &'static str, Option<(Kind, &'static str, &'static str)>);
const PEOPLE: [Someone; 10] = [
    ("admin", "0812-1000-0001", "Admin Desa Balewangi", None),
    (
        "keripik",
        "0812-1000-0002",
        "Pemilik Keripik Cisurupan",
        Some((
            Kind::HomeIndustry,
            "Keripik Singkong Cisurupan",
            "Keripik singkong, pisang, dan ubi dari kebun sendiri di kaki Gunung Papandayan.",
        )),
    ),
    (
        "dodol",
        "0812-1000-0003",
        "Pemilik Dodol Balewangi",
        Some((Kind::HomeIndustry, "Dodol & Wajit Balewangi", "Dodol, wajit, dan kue manis khas Garut, dimasak di atas tungku kayu.")),
    ),
    (
        "rengginang",
        "0812-1000-0004",
        "Pemilik Rengginang Mekar",
        Some((Kind::HomeIndustry, "Rengginang Mekar", "Rengginang, opak, dan sambal rumahan, dijemur di bawah matahari.")),
    ),
    (
        "singkong",
        "0812-1000-0005",
        "Pemasok Singkong Papandayan",
        Some((Kind::Supplier, "Pemasok Singkong Papandayan", "Singkong, ubi, dan pisang segar langsung dari petani.")),
    ),
    (
        "bahan",
        "0812-1000-0006",
        "Pemasok Bahan Kue Cisurupan",
        Some((Kind::Supplier, "Toko Bahan Kue Cisurupan", "Tepung, gula, minyak, dan kemasan.")),
    ),
    (
        "pojok",
        "0812-1000-0007",
        "Pemilik Warung Pojok",
        Some((Kind::Warung, "Warung Pojok Balai Desa", "Warung di samping balai desa, buka pagi sampai magrib.")),
    ),
    (
        "simpang",
        "0812-1000-0008",
        "Pemilik Warung Simpang",
        Some((Kind::Warung, "Warung Simpang Cikajang", "Warung di jalur wisata Papandayan.")),
    ),
    ("bandung", "0812-1000-0009", "Pembeli di Bandung", None),
    ("jakarta", "0812-1000-0010", "Pembeli di Jakarta", None),
];

/// Days ago, buyer, method, and what she ordered of whom (number of the product in its seller's list).
type Purchase = (i64, &'static str, Method, &'static [(&'static str, usize, i64)]);
const HISTORY: [Purchase; 6] = [
    (61, "bandung", Method::CashOnDelivery, &[("keripik", 0, 5), ("keripik", 2, 3)]),
    (47, "jakarta", Method::BankTransfer, &[("dodol", 0, 4), ("rengginang", 1, 6)]),
    (33, "bandung", Method::CashOnDelivery, &[("rengginang", 0, 10)]),
    (18, "jakarta", Method::BankTransfer, &[("keripik", 1, 8), ("dodol", 3, 2)]),
    (9, "bandung", Method::CashOnDelivery, &[("dodol", 1, 5)]),
    (2, "jakarta", Method::BankTransfer, &[("keripik", 0, 12), ("rengginang", 4, 3)]),
];
const OLDEST_DAYS: i64 = 75;
/// Taken on, to be paid by transfer, and never paid.
const UNPAID: Purchase = (1, "jakarta", Method::BankTransfer, &[("dodol", 4, 2)]);
/// So long after the demo has begun to serve, its time to be paid is over.
const UNPAID_EXPIRES_AFTER: Duration = Duration::seconds(20);

pub(super) async fn demo(config: Config, reset: bool) -> Result<(), CliError> {
    let (mine, ready) = (config.data_dir.join(MINE), config.data_dir.join(READY));
    if reset || !ready.exists() {
        empty(&config.data_dir)?;
        crate::app::create_private(&config.data_dir)?;
        std::fs::write(&mine, "")?;
        seed(config.clone()).await?;
        std::fs::write(&ready, "")?;
    }
    let listener = super::serve::listen(&config)?;
    let app = App::new(config.clone(), Clock::System)?;
    println!("Desa Balewangi (32.05.20.2007). Sign in with password `{PASSWORD}`:");
    for (_, phone, name, _) in PEOPLE {
        println!("  {phone}  {name}");
    }
    super::serve::run(&app, listener, true).await
}

/// Empties a folder that a demo marked as its own, and touches no other: a real village's folder looks much the same.
fn empty(folder: &Path) -> Result<(), CliError> {
    let mut entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries.collect::<Result<Vec<_>, _>>()?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let ours = |name: &str| name.starts_with("pasar.db") || [MINE, READY, "signing.key"].contains(&name);
    let foreign =
        entries.iter().find(|entry| !ours(&entry.file_name().to_string_lossy())).map(|entry| entry.file_name().display().to_string());
    let unmarked = !entries.is_empty() && !folder.join(MINE).exists();
    if let Some(what) = foreign.or_else(|| unmarked.then(|| "a village".to_owned())) {
        return Err(CliError::Other(format!(
            "{} holds {what}, which no demo made; choose another folder with --data-dir",
            folder.display()
        )));
    }
    // The mark goes last, so that a folder half emptied is still a demo's.
    entries.sort_by_key(|entry| entry.file_name() == MINE);
    for entry in entries {
        std::fs::remove_file(entry.path())?;
    }
    Ok(())
}

/// Makes the village in a past that a clock of its own walks through.
async fn seed(config: Config) -> Result<(), CliError> {
    let now = Clock::System.now();
    let clock = Clock::manual(now.after(Duration::days(-OLDEST_DAYS)));
    let app = App::new(config, clock.clone())?;
    let in_use = app.db.read(|conn| Ok::<_, Failure<Unexpected>>(accounts::service::any(conn)?)).await;
    if failed(in_use)? {
        return Err(CliError::Other("this database is in use; a demo makes its village in an empty one only".to_owned()));
    }
    let password = app.passwords.hash(PASSWORD.to_owned().into()).await.map_err(|problem| CliError::Other(problem.to_string()))?;
    let village = failed(app.db.write(move |tx| settle(tx, &password)).await)?;
    for (days, buyer, method, goods) in HISTORY {
        clock.advance(now.after(Duration::days(-days)).since(clock.now()));
        let (buyer, cart) = (village.people[buyer], village.cart(method, goods)?);
        let sellers: BTreeMap<EnterpriseId, AccountId> =
            goods.iter().map(|(key, ..)| (village.enterprises[key], village.people[key])).collect();
        failed(app.db.write(move |tx| trade(tx, buyer, &cart, &sellers)).await)?;
    }
    let (days, buyer, method, goods) = UNPAID;
    clock.advance(now.after(Duration::days(-days) + UNPAID_EXPIRES_AFTER).since(clock.now()));
    let (buyer, cart, seller) = (village.people[buyer], village.cart(method, goods)?, village.people[goods[0].0]);
    failed(app.db.write(move |tx| take_on(tx, buyer, &cart, seller)).await)?;
    clock.advance(now.since(clock.now()));
    while jobs::run_due(&app.db, &app.doer()).await.map_err(|error| CliError::Other(error.to_string()))? > 0 {}
    Ok(())
}

fn failed<T>(outcome: Result<T, Failure<Unexpected>>) -> Result<T, CliError> {
    outcome.map_err(|failure| match failure {
        Failure::Refused(Unexpected(what)) => CliError::Other(format!("the demo village could not be made: {what}")),
        Failure::Db(error) => crate::app::StartError::Db(error).into(),
    })
}

/// Something a service refused that it should not have.
#[derive(Debug)]
struct Unexpected(String);
impl kit::db::Refusal for Unexpected {}

trait Expect<T> {
    fn expected(self) -> Result<T, Failure<Unexpected>>;
}

impl<T, E: std::fmt::Debug> Expect<T> for Result<T, Failure<E>> {
    fn expected(self) -> Result<T, Failure<Unexpected>> {
        self.map_err(|failure| failure.map(|refusal| Unexpected(format!("{refusal:?}"))))
    }
}

fn understood<T: std::str::FromStr>(text: &str) -> Result<T, Failure<Unexpected>> {
    text.parse().map_err(|_| Failure::Refused(Unexpected(text.to_owned())))
}

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, Failure<Unexpected>> {
    serde_json::from_value(value).map_err(|error| Failure::Refused(Unexpected(error.to_string())))
}

struct Village {
    people: BTreeMap<&'static str, AccountId>,
    enterprises: BTreeMap<&'static str, EnterpriseId>,
    packs: BTreeMap<&'static str, Vec<PackId>>,
}

impl Village {
    fn cart(&self, payment: Method, goods: &[(&'static str, usize, i64)]) -> Result<Cart, CliError> {
        let line = |(seller, index, quantity): &(&str, usize, i64)| {
            let quantity = serde_json::from_value((*quantity).into()).map_err(|error| CliError::Other(error.to_string()))?;
            Ok(CartLine { pack_id: self.packs[seller][*index], quantity, preorder_id: None })
        };
        let lines = goods.iter().map(line).collect::<Result<_, CliError>>()?;
        Ok(Cart { lines, delivery: Delivery::Pickup, note: None, payment, expected_total: None })
    }
}

/// People, enterprises and products, each by the act its owner and the village office would make.
fn settle(tx: &mut Tx<'_>, password: &str) -> Result<Village, Failure<Unexpected>> {
    let (mut people, mut identities) = (BTreeMap::new(), BTreeMap::new());
    for (key, phone, name, _) in PEOPLE {
        let person = Registered {
            phone: understood(phone)?,
            email: None,
            name: understood(name)?,
            password_hash: password.to_owned(),
            language: kit::i18n::Language::Indonesian,
        };
        let account = register(tx, &person, key == "admin")?;
        people.insert(key, account);
        identities.insert(key, signed_in(tx, account)?);
    }
    let admin = identities["admin"];
    let village = read(serde_json::json!({
        "code": "32.05.20.2007", "name": "Balewangi", "district": "Cisurupan", "regency": "Garut", "province": "Jawa Barat", "post_code": "44163",
    }))?;
    let village = accounts::service::found_village(tx, admin.account, &village).expected()?;
    let mut enterprises = BTreeMap::new();
    let mut packs: BTreeMap<&'static str, Vec<PackId>> = BTreeMap::new();
    for (key, phone, _, enterprise) in PEOPLE {
        let Some((kind, name, about)) = enterprise else { continue };
        let id = open(tx, identities[key], admin, village.id, kind, name, about, phone)?;
        enterprises.insert(key, id);
        packs.insert(key, Vec::new());
        take_transfers(tx, identities[key], id, name)?;
    }
    let mut rows = csv::Reader::from_reader(include_bytes!("demo_products.csv").as_slice());
    for row in rows.deserialize() {
        let row: ProductRow = row.map_err(|error| Failure::Refused(Unexpected(error.to_string())))?;
        let (key, owner) = identities.get_key_value(row.seller.as_str()).ok_or_else(|| Failure::Refused(Unexpected(row.seller.clone())))?;
        let id = list(tx, *owner, admin, enterprises[key], &row)?;
        packs.entry(key).or_default().push(id);
    }
    Ok(Village { people, enterprises, packs })
}

fn register(tx: &mut Tx<'_>, person: &Registered, operator: bool) -> Result<AccountId, Failure<Unexpected>> {
    if operator {
        return Ok(accounts::service::create_operator(tx, person)?);
    }
    accounts::service::register(tx, person)?;
    accounts::service::find_by_phone(tx, &person.phone)?.ok_or_else(|| Failure::Refused(Unexpected("registered and not found".to_owned())))
}

fn signed_in(tx: &mut Tx<'_>, account: AccountId) -> Result<Identity, Failure<Unexpected>> {
    let device = Device { id: understood("the demo's own device")?, label: "demo".to_owned() };
    let token = kit::auth::token::random_secret().map_err(|error| Failure::Refused(Unexpected(error.to_string())))?;
    let opened = accounts::service::open_session(tx, account, &device, &token)?;
    Ok(Identity { account, session: opened.session, guest: false })
}

#[expect(clippy::too_many_arguments, reason = "one row of the table above")]
fn open(
    tx: &mut Tx<'_>,
    owner: Identity,
    admin: Identity,
    village: villages::VillageId,
    kind: Kind,
    name: &str,
    about: &str,
    phone: &str,
) -> Result<EnterpriseId, Failure<Unexpected>> {
    let new = NewEnterprise {
        village,
        kind,
        name: understood(name)?,
        about: Some(understood(about)?),
        phone: Some(understood(phone)?),
        phone_public: true,
    };
    let id = enterprises::service::open(tx, owner, &new).expected()?.id;
    enterprises::service::advance(tx, owner, id, EnterpriseMove::Submit, Action::EditEnterprise, None).expected()?;
    enterprises::service::advance(tx, admin, id, EnterpriseMove::Approve, Action::ReviewEnterprise, None).expected()?;
    Ok(id)
}

/// She takes cash and transfers.
fn take_transfers(tx: &mut Tx<'_>, owner: Identity, enterprise: EnterpriseId, name: &str) -> Result<(), Failure<Unexpected>> {
    let details = read(serde_json::json!({
        "methods": ["cash_on_delivery", "cash_at_pickup", "bank_transfer"],
        "bank": { "bank": "BRI", "number": "0123 01 000000 50 1", "holder": name },
        "qris": null,
    }))?;
    payment_details::service::put(tx, owner, enterprise, 0, &details).expected()?;
    Ok(())
}

#[derive(serde::Deserialize)]
struct ProductRow {
    seller: String,
    category: String,
    name: String,
    description: String,
    unit: String,
    net: Option<i64>,
    net_unit: Option<String>,
    price: i64,
    warung_price: Option<i64>,
    stock: i64,
    pirt: Option<String>,
}

impl ProductRow {
    fn pack(&self) -> Result<NewPack, Failure<Unexpected>> {
        let net =
            self.net.zip(self.net_unit.as_deref()).map(|(quantity, unit)| read(serde_json::json!({ "quantity": quantity, "unit": unit })));
        let warung = self.warung_price.map(|price| read(price.into())).transpose()?;
        let prices = PriceList::new(read(self.price.into())?, warung, &[]);
        Ok(NewPack {
            unit: read(self.unit.as_str().into())?,
            net: net.transpose()?,
            prices: prices.map_err(|bad| Failure::Refused(Unexpected(format!("{bad:?}"))))?,
            on_hand: read(self.stock.into())?,
        })
    }
}

fn list(
    tx: &mut Tx<'_>,
    owner: Identity,
    admin: Identity,
    enterprise: EnterpriseId,
    row: &ProductRow,
) -> Result<PackId, Failure<Unexpected>> {
    let content = Content {
        category: understood(&row.category)?,
        name: understood(&row.name)?,
        description: understood(&row.description)?,
        ingredients: None,
        allergens: BTreeSet::new(),
        storage: None,
        shelf_life_days: None,
        pirt: row.pirt.as_deref().map(understood).transpose()?,
        halal: None,
        photos: Photos::default(),
    };
    let new = NewProduct { content, pack: row.pack()? };
    let listing = catalogue::service::create(tx, owner, enterprise, &new).expected()?;
    let id = listing.product.id;
    catalogue::service::advance(tx, owner, id, ProductMove::Submit, Action::WriteProduct, None).expected()?;
    catalogue::service::advance(tx, admin, id, ProductMove::Publish, Action::ModerateProduct, None).expected()?;
    listing.packs.first().map(|pack| pack.row.id).ok_or_else(|| Failure::Refused(Unexpected("a product without a pack".to_owned())))
}

/// One purchase from the cart to the books, each step by whoever makes it.
fn trade(tx: &mut Tx<'_>, buyer: AccountId, cart: &Cart, sellers: &BTreeMap<EnterpriseId, AccountId>) -> Result<(), Failure<Unexpected>> {
    let buyer = signed_in(tx, buyer)?;
    let (_, placed) = orders::placing::place(tx, buyer, cart).expected()?;
    for order in placed.into_iter().map(|whole| whole.order) {
        let seller = signed_in(tx, sellers[&order.seller_id])?;
        let mut step = |event, action| orders::service::advance(tx, seller, order.id, event, action, None).expected();
        step(OrderMove::Accept, Action::FulfilOrder)?;
        step(OrderMove::Prepare, Action::FulfilOrder)?;
        step(OrderMove::MarkReady, Action::FulfilOrder)?;
        step(OrderMove::HandOver, Action::FulfilOrder)?;
        if cart.payment == Method::BankTransfer {
            let claimed = orders::paying::claim(tx, buyer, order.id, None, None).expected()?;
            for payment in claimed.payments {
                orders::paying::confirm(tx, seller, payment.id, None, Holder::Seller).expected()?;
            }
        } else {
            let cash = Received { amount: None, method: None, holder: Holder::Seller };
            orders::paying::receive(tx, seller, order.id, cash).expected()?;
        }
        orders::service::advance(tx, seller, order.id, OrderMove::Complete, Action::EndOrder, None).expected()?;
    }
    Ok(())
}

/// A purchase that its seller takes on, and no more.
fn take_on(tx: &mut Tx<'_>, buyer: AccountId, cart: &Cart, seller: AccountId) -> Result<(), Failure<Unexpected>> {
    let (buyer, seller) = (signed_in(tx, buyer)?, signed_in(tx, seller)?);
    let (_, placed) = orders::placing::place(tx, buyer, cart).expected()?;
    for order in placed {
        orders::service::advance(tx, seller, order.order.id, OrderMove::Accept, Action::FulfilOrder, None).expected()?;
    }
    Ok(())
}
