-- What the goods of an order that left had cost to make, as far as it is known.
ALTER TABLE bills ADD COLUMN cost bigint NOT NULL DEFAULT 0 CONSTRAINT ck_bills_cost CHECK (cost >= 0);
