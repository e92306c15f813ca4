-- The day a visit counts in both books, where one of them had closed its month.
ALTER TABLE consignment_visits ADD COLUMN entered_on DATE;
-- What the goods had cost that went bad, and those that were sold and not told by the till, as far as it is known.
ALTER TABLE consignment_visit_lines ADD COLUMN spoiled_costed BIGINT NOT NULL DEFAULT 0
    CONSTRAINT ck_consignment_visit_lines_spoiled_costed CHECK (spoiled_costed >= 0);
ALTER TABLE consignment_visit_lines ADD COLUMN spoiled_cost BIGINT NOT NULL DEFAULT 0
    CONSTRAINT ck_consignment_visit_lines_spoiled_cost CHECK (spoiled_cost >= 0);
ALTER TABLE consignment_visit_lines ADD COLUMN sold_costed BIGINT NOT NULL DEFAULT 0
    CONSTRAINT ck_consignment_visit_lines_sold_costed CHECK (sold_costed >= 0);
ALTER TABLE consignment_visit_lines ADD COLUMN sold_cost BIGINT NOT NULL DEFAULT 0
    CONSTRAINT ck_consignment_visit_lines_sold_cost CHECK (sold_cost >= 0);
