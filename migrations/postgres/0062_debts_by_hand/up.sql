-- What a pair has written down by hand of what it owes each other.
CREATE INDEX ix_cash_rows_partner ON cash_rows (enterprise_id, partner_id) WHERE partner_id IS NOT NULL;
