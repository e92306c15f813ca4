DROP INDEX ix_cash_rows_partner;
