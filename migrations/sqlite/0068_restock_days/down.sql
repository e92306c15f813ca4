DROP INDEX ix_till_sales_sold_at;
ALTER TABLE restocks DROP COLUMN due_on;
