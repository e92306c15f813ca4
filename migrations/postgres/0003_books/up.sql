CREATE TABLE journal_entries (
    id uuid NOT NULL CONSTRAINT pk_journal_entries PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_journal_entries_enterprise REFERENCES enterprises (id),
    reference text NOT NULL,
    movement text NOT NULL,
    happened_at timestamptz NOT NULL,
    business_date date NOT NULL,
    month text NOT NULL,
    recorded_at timestamptz NOT NULL,
    reverses_id uuid CONSTRAINT uq_journal_entries_reverses_id UNIQUE CONSTRAINT fk_journal_entries_reverses REFERENCES journal_entries (id),
    CONSTRAINT uq_journal_entries_enterprise_id_reference UNIQUE (enterprise_id, reference)
);
CREATE INDEX ix_journal_entries_enterprise ON journal_entries (enterprise_id, id);

CREATE TABLE postings (
    entry_id uuid NOT NULL CONSTRAINT fk_postings_entry REFERENCES journal_entries (id),
    position integer NOT NULL,
    enterprise_id uuid NOT NULL CONSTRAINT fk_postings_enterprise REFERENCES enterprises (id),
    account text NOT NULL,
    amount bigint NOT NULL CONSTRAINT ck_postings_amount CHECK (amount <> 0),
    month text NOT NULL,
    CONSTRAINT pk_postings PRIMARY KEY (entry_id, position)
);
CREATE INDEX ix_postings_account ON postings (enterprise_id, account, month);
-- Books are only ever added to; a mistake is corrected by another entry.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are never changed', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER tr_journal_entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tr_postings_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

