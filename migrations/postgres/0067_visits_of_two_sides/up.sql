-- A device names its visits for its own side alone. What a warung says it paid waits for the maker's word.
ALTER TABLE consignment_visits DROP CONSTRAINT uq_consignment_visits_consignment_id_client_id;
ALTER TABLE consignment_visits
    ADD CONSTRAINT uq_consignment_visits_consignment_id_recorded_by_client_id UNIQUE (consignment_id, recorded_by, client_id);
ALTER TABLE consignment_visits
    ADD COLUMN told text,
    ADD COLUMN claimed bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_consignment_visits_claimed CHECK (claimed >= 0 AND (claimed = 0 OR paid = 0)),
    ADD COLUMN method text CONSTRAINT ck_consignment_visits_method CHECK (method IN ('cash', 'transfer')),
    ADD COLUMN paid_disputed text,
    ADD COLUMN said_paid bigint;
ALTER TABLE consignment_visits ALTER COLUMN claimed DROP DEFAULT;
UPDATE consignment_visits SET method = (SELECT method FROM consignment_payments WHERE visit_id = consignment_visits.id);

-- What the other side says was there of a disputed line.
ALTER TABLE consignment_visit_lines
    ADD COLUMN said_counted bigint,
    ADD COLUMN said_returned bigint,
    ADD COLUMN said_spoiled bigint,
    ADD COLUMN said_topped_up bigint;

-- Money that a visit had wrong is taken back.
ALTER TABLE consignment_payments DROP CONSTRAINT ck_consignment_payments_amount;
ALTER TABLE consignment_payments
    ADD CONSTRAINT ck_consignment_payments_amount CHECK (amount > 0 OR (amount < 0 AND visit_id IS NOT NULL));
