-- A secret per set of books. Without it nobody can tell whose an entry was.
CREATE TABLE book_keys (
    id uuid NOT NULL CONSTRAINT pk_book_keys PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_book_keys_enterprise REFERENCES enterprises (id),
    secret text NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX ix_book_keys_enterprise ON book_keys (enterprise_id, id);

-- What an entry was when it was recorded. Its key may be destroyed, so it is not referred to.
CREATE TABLE entry_digests (
    entry_id uuid NOT NULL CONSTRAINT pk_entry_digests PRIMARY KEY CONSTRAINT fk_entry_digests_entry REFERENCES journal_entries (id),
    key_id uuid NOT NULL,
    commitment text NOT NULL,
    digest text NOT NULL
);

-- What waits to be linked into its village's chain: appended by every entry, so that no two wait for each other.
CREATE TABLE unsealed_entries (
    village_id uuid NOT NULL CONSTRAINT fk_unsealed_entries_village REFERENCES villages (id),
    entry_id uuid NOT NULL CONSTRAINT fk_unsealed_entries_entry REFERENCES journal_entries (id),
    CONSTRAINT pk_unsealed_entries PRIMARY KEY (village_id, entry_id)
);

-- The chain: each seal holds the hash of the one before.
CREATE TABLE journal_seals (
    village_id uuid NOT NULL CONSTRAINT fk_journal_seals_village REFERENCES villages (id),
    number bigint NOT NULL,
    entry_id uuid NOT NULL CONSTRAINT uq_journal_seals_entry_id UNIQUE CONSTRAINT fk_journal_seals_entry REFERENCES journal_entries (id),
    hash text NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT pk_journal_seals PRIMARY KEY (village_id, number)
);

-- Balances as they stood at the end of a day, so that reading one never folds more than what came after. They are made from the postings
-- and dropped when something is dated into them.
CREATE TABLE balance_marks (
    enterprise_id uuid NOT NULL CONSTRAINT fk_balance_marks_enterprise REFERENCES enterprises (id),
    day date NOT NULL,
    marked_at timestamptz NOT NULL,
    CONSTRAINT pk_balance_marks PRIMARY KEY (enterprise_id, day)
);
CREATE TABLE balance_mark_lines (
    enterprise_id uuid NOT NULL,
    day date NOT NULL,
    position integer NOT NULL,
    account text NOT NULL,
    partner_id uuid CONSTRAINT fk_balance_mark_lines_partner REFERENCES enterprises (id),
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    CONSTRAINT pk_balance_mark_lines PRIMARY KEY (enterprise_id, day, position),
    CONSTRAINT fk_balance_mark_lines_mark FOREIGN KEY (enterprise_id, day) REFERENCES balance_marks (enterprise_id, day) ON DELETE CASCADE
);

INSERT INTO unsealed_entries SELECT village_id, id FROM journal_entries;

CREATE TRIGGER tr_entry_digests_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entry_digests
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tr_journal_seals_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
