ALTER TABLE refunds DROP COLUMN by_bank;
