//! Candidates for a search, gathered by each engine's own trigram index. Which of them are shown,
//! and in which order, is decided by [`kit::search`].

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::model::{Filter, Product};
use super::store::{Boxed, only_public, where_it_fits};
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Engine};
use kit::search::Query;

/// Candidates looked at for one search, and so the most that one search can find.
const MOST_CANDIDATES: usize = 500;

/// Products that answer `query`, best first.
pub(super) fn find(conn: &mut Conn, query: &Query, filter: &Filter, now: Timestamp) -> Result<Vec<Product>, DbError> {
    let candidates = candidates(conn.engine(), query);
    let rows: Vec<Product> = where_it_fits(candidates, filter, now).load(conn)?;
    let mut found: Vec<(f64, Product)> =
        rows.into_iter().filter_map(|row| Some((query.likeness(&row.search_name, &row.search_rest)?, row))).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.id.cmp(&a.1.id)));
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

fn candidates(engine: Engine, query: &Query) -> Boxed<'static> {
    let trigrams = query.trigrams();
    if trigrams.is_empty() {
        return with_short_word(query);
    }
    let condition = match engine {
        Engine::Sqlite => sql::<Bool>(
            "products.id IN (SELECT r.product_id FROM product_search JOIN product_search_rows r ON r.row_number = product_search.rowid \
             JOIN products p ON p.id = r.product_id AND p.state = 'published' WHERE product_search MATCH ",
        )
        .bind::<Text, _>(fts5(&trigrams))
        .sql(&format!(" ORDER BY product_search.rank LIMIT {MOST_CANDIDATES})")),
        Engine::Postgres => {
            sql::<Bool>("products.id IN (SELECT p.id FROM unnest(string_to_array(").bind::<Text, _>(trigrams.join(" ")).sql(&format!(
                ", ' ')) AS t (trigram) JOIN products p ON (p.search_name || ' ' || p.search_rest) LIKE '%' || t.trigram || '%' \
                 WHERE p.state = 'published' \
                 GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT {MOST_CANDIDATES})"
            ))
        }
    };
    only_public().filter(condition)
}

/// No trigram fits into a word of two letters; it must stand in the name as it is.
fn with_short_word(query: &Query) -> Boxed<'static> {
    let condition = sql::<Bool>("' ' || products.search_name || ' ' LIKE ").bind::<Text, _>(format!("% {} %", query.text()));
    only_public().filter(condition).limit(i64::try_from(MOST_CANDIDATES).unwrap_or(i64::MAX))
}

/// Any of the trigrams, each quoted: they are letters and digits alone.
fn fts5(trigrams: &[String]) -> String {
    trigrams.iter().map(|trigram| format!("\"{trigram}\"")).collect::<Vec<_>>().join(" OR ")
}
