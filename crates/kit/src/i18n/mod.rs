//! The message catalogue: Indonesian first, Sundanese and English beside it.
//!
//! Texts live in `id.yml`, `su.yml` and `en.yml` in this folder; a test proves that the three hold
//! the same keys. A placeholder is written `%{name}`.

use crate::word_enum;

word_enum! {
    /// A language the catalogue speaks.
    Language {
        /// Indonesian, the default.
        Indonesian = "id",
        /// Sundanese.
        Sundanese = "su",
        /// English.
        English = "en",
    }
}

impl Language {
    /// The best language for an `Accept-Language` header; Indonesian when nothing fits.
    #[must_use]
    pub fn accepted(header: Option<&str>) -> Self {
        let mut best = (Self::Indonesian, 0.0_f32);
        for part in header.unwrap_or("").split(',') {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next().unwrap_or("").to_ascii_lowercase();
            let quality = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            let primary = tag.split('-').next().unwrap_or("");
            // `in` is the old code of Indonesian that Android still sends.
            let language = Self::ALL.iter().copied().find(|l| l.word() == primary || (primary == "in" && *l == Self::Indonesian));
            if let Some(language) = language.filter(|_| quality > best.1) {
                best = (language, quality);
            }
        }
        best.0
    }
}

/// The text for `key` with its placeholders filled, or `None` if the catalogue has no such key.
#[must_use]
pub fn find(language: Language, key: &str, args: &[(&str, &str)]) -> Option<String> {
    let text = crate::_rust_i18n_try_translate(language.word(), key)?;
    let names: Vec<&str> = args.iter().map(|(name, _)| *name).collect();
    let values: Vec<String> = args.iter().map(|(_, value)| (*value).to_owned()).collect();
    Some(rust_i18n::replace_patterns(&text, &names, &values))
}

/// The text for `key`; the key itself if the catalogue lacks it, so that nothing is ever blank.
#[must_use]
pub fn say(language: Language, key: &str, args: &[(&str, &str)]) -> String {
    find(language, key, args).unwrap_or_else(|| key.to_owned())
}

/// What chrono says of a text that is no day or moment.
const NO_DAY: [&str; 6] = [
    "input is out of range",
    "no possible date and time matching input",
    "input is not enough for unique date and time",
    "input contains invalid characters",
    "premature end of input",
    "trailing input",
];

/// What is wrong with one value of the input. Our own value types answer `code` or `code(argument)`;
/// the parser's English sentences are mapped to codes here, and none of them reaches a person.
#[must_use]
pub fn say_field(language: Language, message: &str) -> String {
    let expected = || message.rsplit_once(", expected ").map_or("", |(_, expected)| expected);
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or("").to_owned();
    let (code, argument) = if message.starts_with("missing field") {
        ("missing", quoted(message))
    } else if message.starts_with("unknown field") {
        ("unknown", quoted(message))
    } else if message.starts_with("unknown variant") {
        ("unknown_variant", expected().trim_start_matches("one of ").replace('`', "").replace(" or ", ", "))
    } else if message.starts_with("duplicate field") {
        ("duplicate", quoted(message))
    } else if message.starts_with("invalid type") || message.starts_with("invalid value") || message.starts_with("invalid length") {
        ("wrong_type", say(language, type_key(expected()), &[]))
    } else if message.starts_with("expected value") {
        ("wrong_type", say(language, "type.choice", &[]))
    } else if message.contains("invalid digit")
        || message.contains("integer")
        || message.contains("number too")
        || message.contains(" to a i")
    {
        ("wrong_type", say(language, "type.number", &[]))
    } else if NO_DAY.contains(&message) {
        ("wrong_type", say(language, "type.day", &[]))
    } else if message.starts_with("provided string was not") {
        ("wrong_type", say(language, "type.flag", &[]))
    } else if let Some((code, argument)) = message.strip_suffix(')').and_then(|m| m.split_once('(')) {
        (code, argument.to_owned())
    } else {
        (message, String::new())
    };
    let told = find(language, &format!("field.{code}"), &[("n", &argument)]);
    told.or_else(|| find(language, "field.unreadable", &[])).unwrap_or_else(|| message.to_owned())
}

/// The word for what the parser says it expected.
fn type_key(expected: &str) -> &'static str {
    let kinds = [
        ("type.number", &["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f64", "usize", "integer", "an integer", "a nonzero"][..]),
        ("type.text", &["a string", "a borrowed string", "a str", "a char", "string", "identifier"]),
        ("type.list", &["a sequence", "an array", "a tuple", "tuple", "fewer elements", "a list"]),
        ("type.flag", &["a boolean"]),
        ("type.day", &["a formatted date"]),
        ("type.choice", &["enum", "variant", "string or map"]),
        ("type.object", &["struct", "map", "a map"]),
    ];
    // The longest word that fits: `string or map` is no `string`.
    let fits =
        kinds.iter().flat_map(|(key, words)| words.iter().map(move |word| (*key, *word))).filter(|(_, word)| expected.starts_with(word));
    fits.max_by_key(|(_, word)| word.len()).map_or("type.other", |(key, _)| key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(yaml: &str) -> BTreeSet<String> {
        let mut path: Vec<&str> = Vec::new();
        let mut keys = BTreeSet::new();
        for line in yaml.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
            let depth = (line.len() - line.trim_start().len()) / 2;
            let Some((key, value)) = line.trim().split_once(':') else { continue };
            path.truncate(depth);
            path.push(key);
            if !value.trim().is_empty() {
                keys.insert(path.join("."));
            }
        }
        keys
    }

    #[test]
    fn the_three_languages_hold_the_same_keys() {
        let indonesian = keys(include_str!("id.yml"));
        assert!(indonesian.len() > 50);
        assert_eq!(indonesian, keys(include_str!("su.yml")), "Sundanese");
        assert_eq!(indonesian, keys(include_str!("en.yml")), "English");
    }

    #[test]
    fn the_best_accepted_language_wins() {
        assert_eq!(Language::accepted(None), Language::Indonesian);
        assert_eq!(Language::accepted(Some("fr")), Language::Indonesian);
        assert_eq!(Language::accepted(Some("en-US,en;q=0.9")), Language::English);
        assert_eq!(Language::accepted(Some("en;q=0.5, su")), Language::Sundanese);
        assert_eq!(Language::accepted(Some("in-ID, en;q=0.8")), Language::Indonesian);
    }

    #[test]
    fn a_field_error_is_told_in_the_readers_language() {
        assert!(say_field(Language::Indonesian, "text_too_long(80)").contains("80"));
        assert!(say_field(Language::English, "missing field `price`").contains("price"));
        assert_eq!(say_field(Language::English, "something else"), say(Language::English, "field.unreadable", &[]));
        for text in ["besok", "2026", "2026-13-01", "2026-02-30", "2026-11-27 pagi"] {
            let error = text.parse::<chrono::NaiveDate>().expect_err("no day").to_string();
            assert!(say_field(Language::Indonesian, &error).contains("2026-11-27"), "{text}: {error}");
        }
    }
    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "only parsed")]
    struct Everything {
        number: i64,
        small: u8,
        text: String,
        letter: char,
        flag: bool,
        list: Vec<i32>,
        pair: (i32, i32),
        day: chrono::NaiveDate,
        choice: Language,
        inner: Inner,
        tagged: Tagged,
        map: std::collections::BTreeMap<String, i32>,
        some: std::num::NonZeroU32,
    }

    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "only parsed")]
    struct Inner {
        x: i32,
    }

    #[derive(serde::Deserialize)]
    #[serde(tag = "kind")]
    #[expect(dead_code, reason = "only parsed")]
    enum Tagged {
        A { x: i32 },
    }

    /// Whatever is written in whichever field: no word of the parser reaches a person.
    #[test]
    fn no_word_of_the_parser_reaches_a_person() {
        let right = serde_json::json!({
            "number": 1, "small": 1, "text": "x", "letter": "x", "flag": true, "list": [1], "pair": [1, 2], "day": "2026-11-27",
            "choice": "id", "inner": { "x": 1 }, "tagged": { "kind": "A", "x": 1 }, "map": { "x": 1 }, "some": 1,
        });
        serde_json::from_value::<Everything>(right.clone()).map(|_| ()).expect("all of it is right");
        let wrong = [
            serde_json::json!(null),
            true.into(),
            7.into(),
            (-1).into(),
            1.5.into(),
            1e300.into(),
            u64::MAX.into(),
            "".into(),
            "besok".into(),
            serde_json::json!([]),
            serde_json::json!(["x"]),
            serde_json::json!([1, 2, 3]),
            serde_json::json!({}),
            serde_json::json!({ "x": "y" }),
            serde_json::json!({ "kind": "B" }),
            serde_json::json!({ "kind": "A", "x": [] }),
        ];
        let foreign = ["expected", "invalid", "struct", "i64", "u8", "sequence", "boolean", "string", "integer", "`", "variant", "EOF"];
        let mut refused = 0;
        for field in right.as_object().expect("an object").keys() {
            for value in &wrong {
                let mut body = right.clone();
                body[field] = value.clone();
                let Err(error) = serde_json::from_str::<Everything>(&body.to_string()) else { continue };
                refused += 1;
                let message = error.to_string();
                let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text);
                for language in [Language::Indonesian, Language::Sundanese] {
                    let told = say_field(language, message);
                    assert!(!foreign.iter().any(|word| told.contains(word)), "{field}: {value}: {message}: {told}");
                }
            }
        }
        assert!(refused > 150, "{refused}");
    }
}
