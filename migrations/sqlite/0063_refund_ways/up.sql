-- How much of a refund went back by bank; the rest was given in cash. What was sent before went the way the last money had come.
ALTER TABLE refunds ADD COLUMN by_bank BIGINT NOT NULL DEFAULT 0 CONSTRAINT ck_refunds_by_bank CHECK (by_bank BETWEEN 0 AND amount);
UPDATE refunds SET by_bank = amount
    WHERE state IN ('sent', 'acknowledged', 'disputed')
    AND (SELECT p.method FROM payments p WHERE p.order_id = refunds.order_id AND p.state = 'confirmed' ORDER BY p.id DESC LIMIT 1)
        IN ('bank_transfer', 'qris');
