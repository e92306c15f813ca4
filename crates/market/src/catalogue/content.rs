//! What a moderator looks at in a product: its texts, photos and claims; and how they change.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::badges::{Halal, HalalNumber, HalalScheme, PirtNumber};
use super::model::{CategoryCode, Description, ProductName};
use kit::db::types::Document;
use kit::http::input::Patch;
use kit::{bounded, plain_text, word_enum};
use people::media::MediaId;

plain_text!(
    /// What it is made of, the most first.
    Ingredients, max 1000, lines true
);
bounded!(
    /// For how many days after production it is good: 1 to 3,650.
    ShelfLifeDays, 1..=3_650, "shelf_life_out_of_range"
);

word_enum! {
    /// How it is to be kept.
    Storage {
        /// At room temperature, dry.
        Room = "room",
        /// In a refrigerator.
        Chilled = "chilled",
        /// Frozen.
        Frozen = "frozen",
    }
}

word_enum! {
    /// What some people must not eat; a label has to tell it (BPOM regulation 31/2018).
    Allergen {
        /// Cereals with gluten.
        Gluten = "gluten",
        /// Shrimps and crabs.
        Crustacean = "crustacean",
        /// Eggs.
        Egg = "egg",
        /// Fish.
        Fish = "fish",
        /// Peanuts.
        Peanut = "peanut",
        /// Soy beans, tempe and tofu too.
        Soy = "soy",
        /// Milk.
        Milk = "milk",
        /// Cashews, almonds and other tree nuts.
        TreeNut = "tree_nut",
        /// Sulphites of 10 mg/kg and more.
        Sulphite = "sulphite",
    }
}

/// Pictures in their order, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Vec<MediaId>, max_items = 8)]
pub struct Photos(Vec<MediaId>);

impl Photos {
    /// The most of one product.
    pub const MOST: usize = 8;

    /// The pictures in their order.
    #[must_use]
    pub fn ids(&self) -> &[MediaId] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Photos {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ids = Vec::<MediaId>::deserialize(deserializer)?;
        if ids.len() > Self::MOST {
            return Err(serde::de::Error::custom(format!("too_many_photos({})", Self::MOST)));
        }
        let each_once = ids.iter().collect::<BTreeSet<_>>().len() == ids.len();
        if each_once { Ok(Self(ids)) } else { Err(serde::de::Error::custom("photo_twice")) }
    }
}

/// What a moderator looks at, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Content {
    pub category: CategoryCode,
    pub name: ProductName,
    pub description: Description,
    pub ingredients: Option<Ingredients>,
    pub allergens: BTreeSet<Allergen>,
    pub storage: Option<Storage>,
    pub shelf_life_days: Option<ShelfLifeDays>,
    pub pirt: Option<PirtNumber>,
    pub halal: Option<Halal>,
    pub photos: Photos,
}

/// A change of it; what is missing stays, `null` takes away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EditProduct)]
pub struct Change {
    pub category: Option<CategoryCode>,
    pub name: Option<ProductName>,
    pub description: Option<Description>,
    #[serde(default)]
    #[schema(value_type = Option<Ingredients>)]
    pub ingredients: Patch<Ingredients>,
    /// All of them; none is `[]`.
    pub allergens: Option<BTreeSet<Allergen>>,
    #[serde(default)]
    #[schema(value_type = Option<Storage>)]
    pub storage: Patch<Storage>,
    #[serde(default)]
    #[schema(value_type = Option<ShelfLifeDays>)]
    pub shelf_life_days: Patch<ShelfLifeDays>,
    #[serde(default)]
    #[schema(value_type = Option<PirtNumber>)]
    pub pirt: Patch<PirtNumber>,
    #[serde(default)]
    #[schema(value_type = Option<Halal>)]
    pub halal: Patch<Halal>,
    /// All of them in their order; none is `[]`.
    pub photos: Option<Photos>,
}

/// One field before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub field: String,
    pub before: Value,
    pub after: Value,
}

impl Content {
    /// What it is after `change`.
    #[must_use]
    pub fn after(&self, change: &Change) -> Self {
        let mut new = self.clone();
        let Change { category, name, description, ingredients, allergens, storage, shelf_life_days, pirt, halal, photos } = change.clone();
        new.category = category.unwrap_or(new.category);
        new.name = name.unwrap_or(new.name);
        new.description = description.unwrap_or(new.description);
        ingredients.apply(&mut new.ingredients);
        new.allergens = allergens.unwrap_or(new.allergens);
        storage.apply(&mut new.storage);
        shelf_life_days.apply(&mut new.shelf_life_days);
        pirt.apply(&mut new.pirt);
        halal.apply(&mut new.halal);
        new.photos = photos.unwrap_or(new.photos);
        new
    }

    /// The fields by their names in the API.
    fn fields(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            // Nothing in it can fail to become JSON.
            Ok(_) | Err(_) => Map::new(),
        }
    }

    /// Where `self` and `new` differ.
    #[must_use]
    pub fn differences(&self, new: &Self) -> Vec<Difference> {
        let after = new.fields();
        let changed = self.fields().into_iter().filter_map(|(field, before)| {
            let after = after.get(&field).filter(|after| **after != before)?.clone();
            Some(Difference { field, before, after })
        });
        changed.collect()
    }
}

impl Change {
    /// The change that makes these differences.
    ///
    /// # Errors
    /// When a field or a value is not one of a product's.
    pub fn of(differences: &[Difference]) -> Result<Self, serde_json::Error> {
        serde_json::from_value(Value::Object(differences.iter().map(|one| (one.field.clone(), one.after.clone())).collect()))
    }
}

/// The columns it is stored in.
#[derive(Queryable)]
pub struct Row {
    category: CategoryCode,
    name: ProductName,
    description: Description,
    ingredients: Option<Ingredients>,
    allergens: Document,
    storage: Option<Storage>,
    shelf_life_days: Option<i32>,
    photos: Document,
    pirt_number: Option<String>,
    halal_number: Option<String>,
    halal_scheme: Option<HalalScheme>,
    halal_until: Option<NaiveDate>,
}

/// Reads a value that was valid when it was written.
fn kept<T: serde::de::DeserializeOwned>(value: impl Into<Value>) -> Option<T> {
    serde_json::from_value(value.into()).ok()
}

impl From<Row> for Content {
    fn from(row: Row) -> Self {
        let number: Option<HalalNumber> = row.halal_number.and_then(kept);
        Self {
            category: row.category,
            name: row.name,
            description: row.description,
            ingredients: row.ingredients,
            allergens: kept(row.allergens.0).unwrap_or_default(),
            storage: row.storage,
            shelf_life_days: row.shelf_life_days.and_then(kept),
            pirt: row.pirt_number.and_then(kept),
            halal: number.zip(row.halal_scheme).map(|(number, scheme)| Halal { number, scheme, until: row.halal_until }),
            photos: kept(row.photos.0).unwrap_or_default(),
        }
    }
}

/// A product for tests: with a permit and little else.
#[cfg(test)]
pub(super) fn bandrek() -> Content {
    Content {
        category: "minuman".parse().expect("a code"),
        name: "Bandrek".parse().expect("a name"),
        description: "Hangat".parse().expect("a text"),
        ingredients: None,
        allergens: BTreeSet::new(),
        storage: None,
        shelf_life_days: None,
        pirt: "2063205010001-29".parse().ok(),
        halal: None,
        photos: Photos::default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn missing_stays_null_takes_away_and_a_value_sets() {
        let change: Change = serde_json::from_value(json!({ "name": "Bandrek Jahe", "pirt": null, "storage": "room" })).expect("a change");
        let after = bandrek().after(&change);
        assert_eq!((after.name.as_str(), after.description.as_str()), ("Bandrek Jahe", "Hangat"));
        assert_eq!((after.pirt.is_some(), after.storage), (false, Some(Storage::Room)));
    }

    #[test]
    fn a_difference_is_told_field_by_field_and_reads_as_a_change() {
        let change = json!({ "name": "Bandrek Jahe", "pirt": null, "description": "Hangat", "halal": null });
        let change: Change = serde_json::from_value(change).expect("a change");
        let (before, after) = (bandrek(), bandrek().after(&change));
        let differences = before.differences(&after);
        let mut fields: Vec<&str> = differences.iter().map(|one| one.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["name", "pirt"], "what stays the same is no difference");
        let pirt = differences.iter().find(|one| one.field == "pirt").expect("changed");
        assert_eq!((&pirt.before, &pirt.after), (&json!("2063205010001-29"), &Value::Null));
        assert_eq!(before.after(&Change::of(&differences).expect("a change")), after);
        assert!(before.differences(&before).is_empty());
    }

    #[test]
    fn photos_are_few_and_each_once() {
        let (one, other) = (MediaId::new(), MediaId::new());
        assert_eq!(kept::<Photos>(json!([other, one])).expect("two").ids(), [other, one], "in the order given");
        assert!(kept::<Photos>(json!([one, one])).is_none());
        assert!(kept::<Photos>(json!((0..9).map(|_| MediaId::new()).collect::<Vec<_>>())).is_none());
    }
}
