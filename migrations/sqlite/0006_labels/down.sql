DROP TABLE lapse_warnings;
DROP TABLE batches;
DROP INDEX ix_products_pirt_expires_year;
DROP INDEX ix_products_halal_until;
ALTER TABLE products DROP COLUMN shelf_life_days;
ALTER TABLE products DROP COLUMN storage;
ALTER TABLE products DROP COLUMN allergens;
ALTER TABLE products DROP COLUMN ingredients;
