-- The agreed day on which a restock is to be brought; it is owed once the maker accepts. Those that are older owe it since they were asked for.
ALTER TABLE restocks ADD COLUMN due_on date;
-- What a till sold in the last days.
CREATE INDEX ix_till_sales_sold_at ON till_sales (enterprise_id, sold_at);
