-- Months of an enterprise's books that it has opened to another.
CREATE TABLE book_grants (
    id uuid NOT NULL CONSTRAINT pk_book_grants PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_book_grants_enterprise REFERENCES enterprises (id),
    reader_id uuid NOT NULL CONSTRAINT fk_book_grants_reader REFERENCES enterprises (id),
    first_month text NOT NULL,
    last_month text NOT NULL,
    purpose text NOT NULL,
    granted_by uuid NOT NULL CONSTRAINT fk_book_grants_granted_by REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_book_grants_on_behalf_of REFERENCES enterprises (id),
    granted_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by uuid CONSTRAINT fk_book_grants_withdrawn_by REFERENCES accounts (id),
    CONSTRAINT ck_book_grants_months CHECK (first_month <= last_month)
);
CREATE INDEX ix_book_grants_enterprise ON book_grants (enterprise_id, id);
CREATE INDEX ix_book_grants_reader ON book_grants (reader_id, id);

-- Each time it was read.
CREATE TABLE book_grant_uses (
    id uuid NOT NULL CONSTRAINT pk_book_grant_uses PRIMARY KEY,
    grant_id uuid NOT NULL CONSTRAINT fk_book_grant_uses_grant REFERENCES book_grants (id),
    account_id uuid NOT NULL CONSTRAINT fk_book_grant_uses_account REFERENCES accounts (id),
    month text NOT NULL,
    used_at timestamptz NOT NULL
);
CREATE INDEX ix_book_grant_uses_grant ON book_grant_uses (grant_id, id);
