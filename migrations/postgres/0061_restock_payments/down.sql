DROP TABLE restock_payments;
ALTER TABLE restocks DROP COLUMN paid;
ALTER TABLE restocks DROP COLUMN owed;
