-- What a seller's lists ask for while it is a small part of what there is.
CREATE INDEX ix_claims_seller_id ON claims (seller_id, id);
CREATE INDEX ix_bills_unpaid ON bills (order_id)
    WHERE delivery IS NOT NULL AND goods + digits + delivery - allowance > received - returned;
CREATE INDEX ix_bills_claimed ON bills (claimed);
CREATE INDEX ix_bills_owed_back ON bills (owed_back);
CREATE INDEX ix_refunds_state ON refunds (state, order_id);
