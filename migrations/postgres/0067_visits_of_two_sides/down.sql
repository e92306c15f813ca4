DELETE FROM consignment_payments WHERE amount < 0;
ALTER TABLE consignment_payments DROP CONSTRAINT ck_consignment_payments_amount;
ALTER TABLE consignment_payments ADD CONSTRAINT ck_consignment_payments_amount CHECK (amount > 0);
ALTER TABLE consignment_visit_lines
    DROP COLUMN said_topped_up,
    DROP COLUMN said_spoiled,
    DROP COLUMN said_returned,
    DROP COLUMN said_counted;
ALTER TABLE consignment_visits
    DROP COLUMN said_paid,
    DROP COLUMN paid_disputed,
    DROP COLUMN method,
    DROP COLUMN claimed,
    DROP COLUMN told;
ALTER TABLE consignment_visits DROP CONSTRAINT uq_consignment_visits_consignment_id_recorded_by_client_id;
ALTER TABLE consignment_visits ADD CONSTRAINT uq_consignment_visits_consignment_id_client_id UNIQUE (consignment_id, client_id);
