//! When a seller is there, and by when she answers and hands over.

use std::iter::successors;

use chrono::{Datelike, Duration, NaiveDate};

use super::hours::OpenStretch;
use super::model::{Terms, Zone};
use kit::clock::Timestamp;
use kit::money::Rupiah;

/// The day on which she is back, if `day` is one of her holidays.
#[must_use]
pub fn is_on_holiday(terms: &Terms, day: NaiveDate) -> Option<NaiveDate> {
    let holiday = terms.holiday.as_ref().filter(|holiday| (holiday.from..=holiday.until).contains(&day))?;
    holiday.until.succ_opt()
}

/// The first moment at or after `now` at which she is open and not on holiday.
#[must_use]
pub fn next_open(terms: &Terms, now: Timestamp) -> Timestamp {
    let not_away = |day: NaiveDate| is_on_holiday(terms, day).unwrap_or(day);
    // Opening hours are open at least once a week, so this ends within eight days and a holiday.
    successors(Some(not_away(now.business_date())), |day| day.succ_opt().map(not_away))
        .flat_map(|day| stretches(terms, day).iter().map(move |stretch| (day, *stretch)))
        .find(|(day, stretch)| now < Timestamp::in_village(*day, stretch.until.minutes()))
        .map_or(now, |(day, stretch)| now.max(Timestamp::in_village(day, stretch.from.minutes())))
}

/// Whether she is open now.
#[must_use]
pub fn is_open(terms: &Terms, now: Timestamp) -> bool {
    next_open(terms, now) == now
}

fn stretches(terms: &Terms, day: NaiveDate) -> &[OpenStretch] {
    terms.opening.as_ref().map_or(&[OpenStretch::WHOLE_DAY], |week| week.on(day.weekday()))
}

/// By when she answers an order placed at `now`: her time begins when she is next open.
#[must_use]
pub fn answer_by(terms: &Terms, now: Timestamp) -> Timestamp {
    next_open(terms, now).after(Duration::hours(terms.answer_hours))
}

/// By when she hands over what she accepted at `accepted`, or what is ready then: the end of the last day,
/// and if she is not there on that day, of the next on which she is.
#[must_use]
pub fn hand_over_by(terms: &Terms, accepted: Timestamp) -> Timestamp {
    let last_day = accepted.after(Duration::days(terms.hand_over_days)).business_date();
    let there = next_open(terms, Timestamp::in_village(last_day, 0)).business_date();
    Timestamp::in_village(there, 24 * 60)
}

/// What the goods of an order come to at least, if they are brought to `zone` or fetched.
#[must_use]
pub fn minimum_order(terms: &Terms, zone: Option<&Zone>) -> Rupiah {
    zone.map_or(terms.minimum_order, |zone| zone.minimum_order.max(terms.minimum_order))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::model::{Holiday, ZoneId};
    use super::*;
    use people::enterprises::EnterpriseId;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_chrono(text.parse().expect("an instant"))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn week(days: [Value; 7]) -> Terms {
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = days;
        let hours = json!({
            "monday": monday, "tuesday": tuesday, "wednesday": wednesday, "thursday": thursday, "friday": friday, "saturday": saturday,
            "sunday": sunday,
        });
        Terms { opening: Some(serde_json::from_value(hours).expect("a week")), ..Terms::default() }
    }

    /// Tuesday to Saturday, with an hour at noon; Friday mornings only.
    fn warung() -> Terms {
        let full = json!([{ "from": "07:00", "until": "12:00" }, { "from": "13:00", "until": "17:00" }]);
        let morning = json!([{ "from": "07:00", "until": "11:00" }]);
        week([json!([]), full.clone(), full.clone(), full.clone(), morning, full, json!([])])
    }

    fn away(terms: Terms, from: &str, until: &str) -> Terms {
        Terms { holiday: Some(Holiday::new(day(from), day(until), None).expect("a holiday")), ..terms }
    }

    #[test]
    fn she_is_next_open_within_her_hours() {
        let terms = warung();
        let cases = [
            ("2026-11-24T02:00:00Z", "2026-11-24T02:00:00Z", "Tuesday at nine"),
            ("2026-11-24T05:00:00Z", "2026-11-24T06:00:00Z", "at noon"),
            ("2026-11-24T10:00:00Z", "2026-11-25T00:00:00Z", "at five she has closed"),
            ("2026-11-27T04:00:00Z", "2026-11-28T00:00:00Z", "on Friday at eleven"),
            ("2026-11-28T11:00:00Z", "2026-12-01T00:00:00Z", "on Saturday evening"),
        ];
        for (now, open, when) in cases {
            assert_eq!(next_open(&terms, at(now)), at(open), "{when}");
        }
        assert_eq!(next_open(&Terms::default(), at("2026-11-24T20:00:00Z")), at("2026-11-24T20:00:00Z"), "always");
    }

    #[test]
    fn a_holiday_lies_over_the_hours() {
        let terms = away(warung(), "2026-11-24", "2026-11-29");
        assert_eq!(is_on_holiday(&terms, day("2026-11-23")), None);
        assert_eq!(is_on_holiday(&terms, day("2026-11-24")), Some(day("2026-11-30")));
        assert_eq!(is_on_holiday(&terms, day("2026-11-29")), Some(day("2026-11-30")));
        assert_eq!(is_on_holiday(&terms, day("2026-11-30")), None);
        assert_eq!(next_open(&terms, at("2026-11-24T02:00:00Z")), at("2026-12-01T00:00:00Z"), "the Monday she is back she is closed");
        let always = away(Terms::default(), "2026-11-24", "2026-11-24");
        assert_eq!(next_open(&always, at("2026-11-24T02:00:00Z")), at("2026-11-24T17:00:00Z"));
        assert_eq!(answer_by(&always, at("2026-11-24T02:00:00Z")), at("2026-11-26T17:00:00Z"), "48 hours from her return");
    }

    #[test]
    fn goods_are_handed_over_by_the_end_of_a_day_on_which_she_is_there() {
        assert_eq!(hand_over_by(&Terms::default(), at("2026-11-24T02:00:00Z")), at("2026-12-01T17:00:00Z"));
        let closed_then = Terms { hand_over_days: 6, ..warung() };
        assert_eq!(hand_over_by(&closed_then, at("2026-11-24T02:00:00Z")), at("2026-12-01T17:00:00Z"), "not on a Monday");
        let away_then = away(Terms::default(), "2026-11-30", "2026-12-05");
        assert_eq!(hand_over_by(&away_then, at("2026-11-24T02:00:00Z")), at("2026-12-06T17:00:00Z"));
    }

    #[test]
    fn the_higher_minimum_holds() {
        let rp = |amount| Rupiah::new(amount).expect("in range");
        let terms = Terms { minimum_order: rp(20_000), ..Terms::default() };
        let now = at("2026-11-24T02:00:00Z");
        let zone = |minimum| Zone {
            id: ZoneId::new(),
            enterprise_id: EnterpriseId::new(),
            name: "Cisurupan".to_owned(),
            fee: rp(5_000),
            minimum_order: rp(minimum),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        assert_eq!(minimum_order(&terms, None), rp(20_000));
        assert_eq!(minimum_order(&terms, Some(&zone(0))), rp(20_000));
        assert_eq!(minimum_order(&terms, Some(&zone(50_000))), rp(50_000));
    }

    fn some_day() -> impl Strategy<Value = Value> {
        proptest::collection::btree_set(0u16..=24 * 60, 0..=4).prop_map(|times| {
            let text = |minutes: &u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
            let times: Vec<u16> = times.into_iter().collect();
            times.chunks_exact(2).map(|pair| json!({ "from": text(&pair[0]), "until": text(&pair[1]) })).collect()
        })
    }

    prop_compose! {
        fn some_terms()(
            days in proptest::collection::vec(some_day(), 7),
            always: bool,
            holiday in proptest::option::of((0i64..30, 0i64..60)),
            answer_hours in 1i64..=72,
            hand_over_days in 1i64..=30,
        ) -> Terms {
            let days: [Value; 7] = days.try_into().expect("seven days");
            let open = !always && days.iter().any(|day| day.as_array().is_some_and(|stretches| !stretches.is_empty()));
            let terms = if open { week(days) } else { Terms::default() };
            let holiday = holiday.map(|(begins, lasts)| {
                let from = day("2026-11-20") + Duration::days(begins);
                Holiday::new(from, from + Duration::days(lasts), None).expect("a holiday")
            });
            Terms { answer_hours, hand_over_days, holiday, ..terms }
        }
    }

    fn some_moment() -> impl Strategy<Value = Timestamp> {
        (0i64..60 * 24 * 60).prop_map(|minutes| at("2026-11-18T00:00:00Z").after(Duration::minutes(minutes)))
    }

    proptest! {
        #[test]
        fn the_next_opening_is_the_first_moment_she_is_there(terms in some_terms(), now in some_moment(), between in 0.0f64..1.0) {
            let open = next_open(&terms, now);
            prop_assert!(open >= now);
            prop_assert_eq!(next_open(&terms, open), open);
            prop_assert_eq!(is_on_holiday(&terms, open.business_date()), None);
            // No moment before it is open.
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a sample")]
            let before = now.after(Duration::seconds((open.since(now).num_seconds() as f64 * between) as i64));
            prop_assert!(before == open || !is_open(&terms, before));
            prop_assert_eq!(next_open(&terms, before), open);
        }

        #[test]
        fn she_has_all_her_time_to_answer(terms in some_terms(), now in some_moment(), later in 0i64..10_000) {
            let by = answer_by(&terms, now);
            prop_assert_eq!(by.since(next_open(&terms, now)), Duration::hours(terms.answer_hours));
            prop_assert!(answer_by(&terms, now.after(Duration::minutes(later))) >= by, "who orders later is not answered earlier");
        }

        #[test]
        fn she_hands_over_on_a_day_on_which_she_is_there(terms in some_terms(), accepted in some_moment(), later in 0i64..10_000) {
            let by = hand_over_by(&terms, accepted);
            let last = by.after(-Duration::microseconds(1));
            prop_assert!(by.since(accepted) >= Duration::days(terms.hand_over_days));
            prop_assert_eq!(is_on_holiday(&terms, last.business_date()), None);
            prop_assert!(!stretches(&terms, last.business_date()).is_empty());
            prop_assert!(hand_over_by(&terms, accepted.after(Duration::minutes(later))) >= by);
        }
    }
}
