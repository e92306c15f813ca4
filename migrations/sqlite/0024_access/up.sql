-- Months of an enterprise's books that it has opened to another.
CREATE TABLE book_grants (
    id TEXT NOT NULL CONSTRAINT pk_book_grants PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_book_grants_enterprise REFERENCES enterprises (id),
    reader_id TEXT NOT NULL CONSTRAINT fk_book_grants_reader REFERENCES enterprises (id),
    first_month TEXT NOT NULL,
    last_month TEXT NOT NULL,
    purpose TEXT NOT NULL,
    granted_by TEXT NOT NULL CONSTRAINT fk_book_grants_granted_by REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_book_grants_on_behalf_of REFERENCES enterprises (id),
    granted_at TEXT NOT NULL,
    withdrawn_at TEXT,
    withdrawn_by TEXT CONSTRAINT fk_book_grants_withdrawn_by REFERENCES accounts (id),
    CONSTRAINT ck_book_grants_months CHECK (first_month <= last_month)
);
CREATE INDEX ix_book_grants_enterprise ON book_grants (enterprise_id, id);
CREATE INDEX ix_book_grants_reader ON book_grants (reader_id, id);

-- Each time it was read.
CREATE TABLE book_grant_uses (
    id TEXT NOT NULL CONSTRAINT pk_book_grant_uses PRIMARY KEY,
    grant_id TEXT NOT NULL CONSTRAINT fk_book_grant_uses_grant REFERENCES book_grants (id),
    account_id TEXT NOT NULL CONSTRAINT fk_book_grant_uses_account REFERENCES accounts (id),
    month TEXT NOT NULL,
    used_at TEXT NOT NULL
);
CREATE INDEX ix_book_grant_uses_grant ON book_grant_uses (grant_id, id);
