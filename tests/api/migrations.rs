//! Both folders hold the same migrations, and both engines end with the schema the program believes in.

use std::collections::BTreeMap;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use kit::clock::Clock;
use kit::db::{Conn, Db, DbConfig, Engine, Failure, Never};

use crate::support::{TestDb, engine};

fn names(engine: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn both_folders_hold_the_same_migrations() {
    assert_eq!(names("sqlite"), names("postgres"));
    for engine in ["sqlite", "postgres"] {
        for name in names(engine) {
            for file in ["up.sql", "down.sql"] {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine).join(&name).join(file);
                assert!(std::fs::metadata(&path).is_ok_and(|file| file.len() > 0), "{}", path.display());
            }
        }
    }
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    required: bool,
}

fn live_columns(conn: &mut Conn) -> Vec<Column> {
    let sql = match engine() {
        Engine::Sqlite => {
            "SELECT m.name AS of, c.name AS name, lower(c.type) AS kind, c.\"notnull\" AS required FROM sqlite_master m \
             JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'product_search%' AND m.name NOT LIKE 'sqlite_%' \
             AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY 1, c.cid"
        }
        Engine::Postgres => {
            "SELECT table_name::text AS of, column_name::text AS name, \
             CASE data_type WHEN 'timestamp with time zone' THEN 'timestamptz' ELSE data_type::text END AS kind, \
             is_nullable = 'NO' AS required FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' ORDER BY 1, ordinal_position"
        }
    };
    diesel::sql_query(sql).load(conn).expect("the catalogue of tables")
}

/// Reads `schema.rs` the way the compiler does: tables with their columns, types and whether they may be null.
fn believed() -> BTreeMap<String, Vec<(String, String, bool)>> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/kit/src/schema.rs")).expect("schema.rs");
    let mut tables = BTreeMap::new();
    for block in text.split("table! {").skip(1) {
        let head = block.lines().find(|line| line.contains(") {")).expect("a table");
        let name = head.trim().split(' ').next().expect("a name").to_owned();
        let body = block.split_once(") {").expect("columns").1.split('}').next().expect("columns").replace('\n', " ");
        let columns = body.split(',').filter_map(|column| column.trim().split_once(" -> ")).map(|(column, kind)| {
            let inner = kind.trim().strip_prefix("Nullable<").map(|kind| kind.trim_end_matches('>'));
            (column.trim().to_owned(), inner.unwrap_or(kind.trim()).to_owned(), inner.is_none())
        });
        tables.insert(name, columns.collect());
    }
    tables
}

fn kind_here(kind: &str) -> &'static str {
    let (sqlite, postgres) = match kind {
        "Id" => ("text", "uuid"),
        "Utc" => ("text", "timestamptz"),
        "JsonDoc" => ("text", "jsonb"),
        "Text" => ("text", "text"),
        "Integer" => ("integer", "integer"),
        "BigInt" => ("bigint", "bigint"),
        "Bool" => ("boolean", "boolean"),
        "Date" => ("date", "date"),
        other => panic!("a type this test does not know: {other}"),
    };
    if engine() == Engine::Sqlite { sqlite } else { postgres }
}

fn open(database: &TestDb) -> Db {
    let config = DbConfig { url: database.url(), replica_url: None, pool_size: 1, queue_depth: 8 };
    Db::open(&config, Clock::System).expect("open")
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(future)
}

#[test]
fn the_live_schema_is_the_one_the_program_believes_in() {
    let database = TestDb::create();
    let db = open(&database);
    let columns = wait(db.read(|conn| Ok::<_, Failure<Never>>(live_columns(conn)))).expect("read");
    let mut live: BTreeMap<String, Vec<(String, String, bool)>> = BTreeMap::new();
    for column in columns {
        live.entry(column.of).or_default().push((column.name, column.kind, column.required));
    }
    let believed: BTreeMap<String, Vec<(String, String, bool)>> = believed()
        .into_iter()
        .map(|(table, columns)| {
            (table, columns.into_iter().map(|(name, kind, required)| (name, kind_here(&kind).to_owned(), required)).collect())
        })
        .collect();
    assert_eq!(live.keys().collect::<Vec<_>>(), believed.keys().collect::<Vec<_>>());
    for (table, columns) in &believed {
        assert_eq!(&live[table], columns, "{table}");
    }
}

#[test]
fn up_down_up_ends_where_up_ends() {
    let database = TestDb::empty();
    let db = open(&database);
    assert_eq!(db.migrate().expect("up").len(), names("sqlite").len());
    assert!(db.migrate().expect("again").is_empty(), "nothing is applied twice");
    let folder = if engine() == Engine::Sqlite { "sqlite" } else { "postgres" };
    let read = |name: &str, file: &str| {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder).join(name).join(file))
            .expect("a migration")
    };
    let describe = |conn: &mut Conn| -> Vec<String> {
        live_columns(conn).into_iter().map(|c| format!("{}.{} {} {}", c.of, c.name, c.kind, c.required)).collect()
    };
    let downs: Vec<String> = names(folder).iter().rev().map(|name| read(name, "down.sql")).collect();
    let ups: Vec<String> = names(folder).iter().map(|name| read(name, "up.sql")).collect();
    wait(db.write(move |tx| {
        let before = describe(tx);
        for down in &downs {
            tx.batch_execute(down)?;
        }
        assert_eq!(describe(tx), Vec::<String>::new(), "down leaves nothing behind");
        for up in &ups {
            tx.batch_execute(up)?;
        }
        assert_eq!(describe(tx), before);
        Ok::<_, Failure<Never>>(())
    }))
    .expect("down and up");
}

/// A migration is known by its number alone: of two with one number the second would never run.
#[test]
fn no_two_migrations_share_a_number() {
    let mut numbers: Vec<String> = names("sqlite").iter().filter_map(|name| Some(name.split_once('_')?.0.to_owned())).collect();
    let all = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), all);
}

/// A unique constraint is told by its columns on SQLite, so its name on PostgreSQL must be made of them.
#[test]
fn unique_constraints_are_named_by_table_and_columns() {
    for name in names("postgres") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres").join(&name).join("up.sql");
        let text = std::fs::read_to_string(path).expect("a migration");
        for table in text.split("CREATE TABLE ").skip(1) {
            let table_name = table.split(' ').next().expect("a name");
            let body = table.split("\n);").next().expect("a body");
            for line in body.lines().filter(|line| line.contains(" UNIQUE")) {
                let constraint = line
                    .split("CONSTRAINT ")
                    .find(|part| part.split(' ').nth(1).is_some_and(|word| word.starts_with("UNIQUE")))
                    .expect("named");
                let columns = match line.split_once("UNIQUE (") {
                    Some((_, list)) => list.split(')').next().expect("columns").replace(", ", "_"),
                    None => line.trim().split(' ').next().expect("a column").to_owned(),
                };
                assert_eq!(constraint.split(' ').next(), Some(format!("uq_{table_name}_{columns}").as_str()), "{line}");
            }
        }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    found: String,
}

/// A product that stood before packs has one afterwards, with its price, its stock and its ordered lines.
#[test]
fn what_was_for_sale_before_packs_is_one_pack() {
    const ID: &str = "0193a000-0000-7000-8000-000000000001";
    const AT: &str = "2026-11-24T02:00:00.000000Z";
    let database = TestDb::empty();
    let db = open(&database);
    let folder = if engine() == Engine::Sqlite { "sqlite" } else { "postgres" };
    let read = |name: &str, file: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        std::fs::read_to_string(folder.join(name).join(file)).expect("a migration")
    };
    let before: Vec<String> = names(folder).iter().take_while(|name| *name < &"0005".to_owned()).map(|name| read(name, "up.sql")).collect();
    let (up, down) = (read("0005_packs", "up.sql"), read("0005_packs", "down.sql"));
    let rows = format!(
        "INSERT INTO villages VALUES ('{ID}', '32.05.20.2007', 'Balewangi', 'Cisurupan', 'Garut', 'Jawa Barat', NULL, '{AT}');
         INSERT INTO accounts VALUES ('{ID}', '+628121', NULL, 'Sari', '-', 'id', FALSE, '{AT}', 1);
         INSERT INTO enterprises VALUES ('{ID}', '{ID}', 'home_industry', 'Keripik', NULL, NULL, FALSE, FALSE, 'approved', 1, '{AT}', '{AT}');
         INSERT INTO products (id, village_id, enterprise_id, category_code, name, description, unit, price, photos, state, search_name, search_rest, version, created_at, updated_at)
             VALUES ('{ID}', '{ID}', '{ID}', 'minuman', 'Bandrek', 'Hangat', 'bottle', 12500, '[]', 'published', 'bandrek', 'hangat', 1, '{AT}', '{AT}');
         INSERT INTO stock_items VALUES ('{ID}', 40, 3, '{AT}');
         INSERT INTO order_groups VALUES ('{ID}', '{ID}', 37500, '{AT}');
         INSERT INTO orders VALUES ('{ID}', '{ID}', 'AAAA-AAAA', '{ID}', '{ID}', '{ID}', 'Sari', '+628121', 'pickup', NULL, NULL, 'online', 37500, 'placed', 1, '{AT}', '{AT}');
         INSERT INTO order_lines VALUES ('{ID}', 1, '{ID}', 'Bandrek', 'bottle', 12500, 3, 37500);"
    );
    let seen = "SELECT k.label || ' ' || r.channel || ' ' || CAST(r.amount AS TEXT) || ' ' || CAST(p.price_from AS TEXT) || ' ' || CAST(s.on_hand - s.reserved AS TEXT) \
                || ' ' || l.pack_label || ' ' || l.price_channel AS found FROM packs k JOIN products p ON p.id = k.product_id JOIN prices r ON r.pack_id = k.id \
                JOIN stock_items s ON s.pack_id = k.id JOIN order_lines l ON l.pack_id = k.id";
    let again = "SELECT p.unit || ' ' || CAST(p.price AS TEXT) || ' ' || CAST(s.reserved AS TEXT) || ' ' || CAST(l.total AS TEXT) AS found \
                 FROM products p JOIN stock_items s ON s.product_id = p.id JOIN order_lines l ON l.product_id = p.id";
    wait(db.write(move |tx| {
        for migration in &before {
            tx.batch_execute(migration)?;
        }
        tx.batch_execute(&rows)?;
        tx.batch_execute(&up)?;
        let found: Vec<Found> = diesel::sql_query(seen).load(&mut **tx)?;
        assert_eq!(found.iter().map(|row| row.found.as_str()).collect::<Vec<_>>(), ["Botol retail 12500 12500 37 Botol retail"]);
        tx.batch_execute(&down)?;
        let found: Vec<Found> = diesel::sql_query(again).load(&mut **tx)?;
        assert_eq!(found.iter().map(|row| row.found.as_str()).collect::<Vec<_>>(), ["pack 12500 3 37500"]);
        Ok::<_, Failure<Never>>(())
    }))
    .expect("carried over");
}

/// Stock that stood before shelves is its maker's, at hers, and its first movement says so.
#[test]
fn what_was_in_stock_before_shelves_is_at_home() {
    const ID: &str = "0193a000-0000-7000-8000-000000000001";
    const AT: &str = "2026-11-24T02:00:00.000000Z";
    let database = TestDb::empty();
    let db = open(&database);
    let folder = if engine() == Engine::Sqlite { "sqlite" } else { "postgres" };
    let read = |name: &str, file: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        std::fs::read_to_string(folder.join(name).join(file)).expect("a migration")
    };
    let before: Vec<String> = names(folder).iter().take_while(|name| *name < &"0040".to_owned()).map(|name| read(name, "up.sql")).collect();
    let (up, down) = (read("0040_stock", "up.sql"), read("0040_stock", "down.sql"));
    let rows = format!(
        "INSERT INTO villages (id, code, name, district, regency, province, created_at) VALUES ('{ID}', '32.05.20.2007', 'Balewangi', 'Cisurupan', 'Garut', 'Jawa Barat', '{AT}');
         INSERT INTO enterprises (id, village_id, kind, name, phone_public, assisted, state, version, created_at, updated_at, trusted)
             VALUES ('{ID}', '{ID}', 'home_industry', 'Keripik', FALSE, FALSE, 'approved', 1, '{AT}', '{AT}', FALSE);
         INSERT INTO products (id, village_id, enterprise_id, category_code, name, description, price_from, photos, state, search_name, search_rest, version, created_at, updated_at, allergens)
             VALUES ('{ID}', '{ID}', '{ID}', 'minuman', 'Bandrek', 'Hangat', 12500, '[]', 'published', 'bandrek', 'hangat', 1, '{AT}', '{AT}', '[]');
         INSERT INTO packs (id, product_id, position, label, unit, active, created_at) VALUES ('{ID}', '{ID}', 1, 'Botol', 'bottle', TRUE, '{AT}');
         INSERT INTO stock_items VALUES ('{ID}', 40, 3, '{AT}');"
    );
    let seen = "SELECT s.site || ' ' || CAST(s.on_hand AS TEXT) || ' ' || CAST(s.reserved AS TEXT) || ' ' || m.movement || ' ' || m.cause || ' ' || \
                CAST(m.on_hand AS TEXT) || ' ' || CAST(m.reserved AS TEXT) || ' ' || CAST(m.business_date AS TEXT) AS found \
                FROM stock_items s JOIN stock_movements m ON m.pack_id = s.pack_id AND m.owner_id = s.holder_id WHERE s.owner_id = s.holder_id";
    let again = "SELECT CAST(on_hand AS TEXT) || ' ' || CAST(reserved AS TEXT) AS found FROM stock_items";
    wait(db.write(move |tx| {
        for migration in &before {
            tx.batch_execute(migration)?;
        }
        tx.batch_execute(&rows)?;
        tx.batch_execute(&up)?;
        let found: Vec<Found> = diesel::sql_query(seen).load(&mut **tx)?;
        assert_eq!(found.iter().map(|row| row.found.as_str()).collect::<Vec<_>>(), ["home 40 3 adjusted opening 40 3 2026-11-24"]);
        tx.batch_execute(&down)?;
        let found: Vec<Found> = diesel::sql_query(again).load(&mut **tx)?;
        assert_eq!(found.iter().map(|row| row.found.as_str()).collect::<Vec<_>>(), ["40 3"]);
        Ok::<_, Failure<Never>>(())
    }))
    .expect("carried over");
}
