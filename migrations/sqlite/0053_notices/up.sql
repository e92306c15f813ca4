-- What enterprises are told about their dealings with each other.
CREATE TABLE partner_notices (
    id TEXT NOT NULL CONSTRAINT pk_partner_notices PRIMARY KEY,
    to_id TEXT NOT NULL CONSTRAINT fk_partner_notices_to REFERENCES enterprises (id),
    from_id TEXT NOT NULL CONSTRAINT fk_partner_notices_from REFERENCES enterprises (id),
    notice TEXT NOT NULL,
    fact TEXT NOT NULL,
    at TEXT NOT NULL,
    read_at TEXT
);
CREATE INDEX ix_partner_notices_to ON partner_notices (to_id, id);
CREATE INDEX ix_partner_notices_unread ON partner_notices (to_id, id) WHERE read_at IS NULL;
CREATE INDEX ix_partner_notices_at ON partner_notices (at);
