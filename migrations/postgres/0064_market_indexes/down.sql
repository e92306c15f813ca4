DROP INDEX ix_refunds_state;
DROP INDEX ix_bills_owed_back;
DROP INDEX ix_bills_claimed;
DROP INDEX ix_bills_unpaid;
DROP INDEX ix_claims_seller_id;
