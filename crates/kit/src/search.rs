//! Finding what people mean: one normal form for product texts and queries, and one measure of
//! likeness, so that both engines answer the same.
//!
//! The engines only gather candidates (`pg_trgm` on PostgreSQL, FTS5 trigram on SQLite); the order
//! is decided here.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Spelling variants and Sundanese words with the word they are looked up as.
static VARIANTS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("search_variants.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(variant, canonical)| (variant, canonical.trim()))
        .collect()
});

/// Below this a candidate has nothing to do with the query.
const LEAST_LIKENESS: f64 = 0.30;
/// Words of a description that are compared; what a text says after these does not help to find it.
const MOST_WORDS: usize = 80;

/// Lower case without accents, punctuation or doubled spaces, each word in its usual spelling.
#[must_use]
pub fn normalise(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().map(|word| VARIANTS.get(word).copied().unwrap_or(word)).collect();
    words.join(" ")
}

/// The runs of three characters by which words are compared; a space before a word marks its beginning.
#[must_use]
pub fn trigrams(word: &str) -> HashSet<String> {
    let letters: Vec<char> = format!(" {word} ").chars().collect();
    letters.windows(3).map(|window| window.iter().collect()).collect()
}

/// Those of them that lie wholly within the word.
fn inner_trigrams(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.windows(3).map(|window| window.iter().collect()).collect()
}

/// A query in its normal form, ready to be compared with many texts.
pub struct Query {
    words: Vec<(String, HashSet<String>)>,
}

impl Query {
    /// `None` if nothing searchable is left of `text`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<_> = normalise(text).split(' ').filter(|w| !w.is_empty()).take(8).map(|w| (w.to_owned(), trigrams(w))).collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// The query's words in their normal form.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The runs of three letters inside the words: a text with any of them is a candidate.
    #[must_use]
    pub fn trigrams(&self) -> Vec<String> {
        let mut all: Vec<String> = self.words.iter().flat_map(|(word, _)| inner_trigrams(word)).collect();
        all.sort();
        all.dedup();
        all
    }

    /// How well normalised texts answer the query, from 0 to about 1; `None` if they do not.
    /// The name counts fully, the rest (what it is made of, who makes it) by half.
    #[must_use]
    pub fn likeness(&self, name: &str, rest: &str) -> Option<f64> {
        let name_words: Vec<&str> = name.split(' ').collect();
        let rest_words: Vec<&str> = rest.split(' ').take(MOST_WORDS).collect();
        let mut sum = 0.0;
        let mut weight = 0.0;
        for (word, grams) in &self.words {
            let best_in = |words: &[&str]| words.iter().map(|other| alike(word, grams, other)).fold(0.0, f64::max);
            let best = best_in(&name_words).max(0.5 * best_in(&rest_words));
            // A longer word says more; a number says little.
            let counts =
                if word.chars().all(|c| c.is_ascii_digit()) { 1.0 } else { f64::from(u32::try_from(word.len()).unwrap_or(1)).min(8.0) };
            sum += best * counts;
            weight += counts;
        }
        let covered = sum / weight;
        // Of two names that hold the query, the one with less beside it is meant.
        let beside = f64::from(u32::try_from(name_words.len().saturating_sub(self.words.len())).unwrap_or(0));
        (covered >= LEAST_LIKENESS).then_some(covered - 0.01 * beside)
    }
}

/// The likeness of two words: 1 for the same, high for a beginning, else shared trigrams or edits.
fn alike(word: &str, grams: &HashSet<String>, other: &str) -> f64 {
    if word == other {
        return 1.0;
    }
    if word.len() >= 3 && other.starts_with(word) {
        return 0.9;
    }
    // The engines find a text by the trigrams inside its words; what they cannot find is not alike here either.
    if !inner_trigrams(word).iter().any(|gram| other.contains(gram.as_str())) {
        return 0.0;
    }
    let theirs = trigrams(other);
    let shared = grams.intersection(&theirs).count();
    let all = grams.len() + theirs.len() - shared;
    let by_trigrams = ratio(shared, all);
    let longest = word.chars().count().max(other.chars().count());
    let shortest = word.chars().count().min(other.chars().count());
    // Words of very different length cannot be a few edits apart.
    let distance = if (longest - shortest) * 3 <= longest { edits(word, other) } else { longest };
    let by_edits = if distance * 3 <= longest { 1.0 - ratio(distance, longest) - 0.05 } else { 0.0 };
    let score = by_trigrams.max(by_edits);
    if score < LEAST_LIKENESS { 0.0 } else { score }
}

fn ratio(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap_or(0)) / f64::from(u32::try_from(whole).unwrap_or(1).max(1))
}

/// Levenshtein distance with swaps of neighbours (optimal string alignment).
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet_in_one_form() {
        assert_eq!(normalise("  Kripik SINGKONG, Balado!"), "keripik singkong balado");
        assert_eq!(normalise("Éndog asin"), "telur asin");
        assert_eq!(normalise("250 g"), "250 g");
    }

    #[test]
    fn a_canonical_form_is_never_itself_a_variant() {
        for canonical in VARIANTS.values() {
            assert!(!VARIANTS.contains_key(canonical), "{canonical}");
        }
        assert!(VARIANTS.len() > 50);
    }

    #[test]
    fn edits_count_swaps_as_one() {
        assert_eq!(edits("nastar", "nastar"), 0);
        assert_eq!(edits("nastar", "natsar"), 1);
        assert_eq!(edits("nastr", "nastar"), 1);
        assert_eq!(edits("", "abc"), 3);
    }

    #[test]
    fn the_closer_name_is_liked_more() {
        let query = Query::new("kripik singkong").expect("words");
        let close = query.likeness("keripik singkong balado 250 g", "").expect("alike");
        let far = query.likeness("keripik pisang 250 g", "").expect("somewhat alike");
        assert!(close > far);
        assert!(query.likeness("wedang jahe", "minuman hangat").is_none());
        assert!(Query::new(" ?! ").is_none());
    }
}
