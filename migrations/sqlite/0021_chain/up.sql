-- A secret per set of books. Without it nobody can tell whose an entry was.
CREATE TABLE book_keys (
    id TEXT NOT NULL CONSTRAINT pk_book_keys PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_book_keys_enterprise REFERENCES enterprises (id),
    secret TEXT NOT NULL,
    made_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX ix_book_keys_enterprise ON book_keys (enterprise_id, id);

-- What an entry was when it was recorded. Its key may be destroyed, so it is not referred to.
CREATE TABLE entry_digests (
    entry_id TEXT NOT NULL CONSTRAINT pk_entry_digests PRIMARY KEY CONSTRAINT fk_entry_digests_entry REFERENCES journal_entries (id),
    key_id TEXT NOT NULL,
    commitment TEXT NOT NULL,
    digest TEXT NOT NULL
) WITHOUT ROWID;

-- What waits to be linked into its village's chain: appended by every entry, so that no two wait for each other.
CREATE TABLE unsealed_entries (
    village_id TEXT NOT NULL CONSTRAINT fk_unsealed_entries_village REFERENCES villages (id),
    entry_id TEXT NOT NULL CONSTRAINT fk_unsealed_entries_entry REFERENCES journal_entries (id),
    CONSTRAINT pk_unsealed_entries PRIMARY KEY (village_id, entry_id)
) WITHOUT ROWID;

-- The chain: each seal holds the hash of the one before.
CREATE TABLE journal_seals (
    village_id TEXT NOT NULL CONSTRAINT fk_journal_seals_village REFERENCES villages (id),
    number BIGINT NOT NULL,
    entry_id TEXT NOT NULL CONSTRAINT uq_journal_seals_entry_id UNIQUE CONSTRAINT fk_journal_seals_entry REFERENCES journal_entries (id),
    hash TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    CONSTRAINT pk_journal_seals PRIMARY KEY (village_id, number)
) WITHOUT ROWID;

-- Balances as they stood at the end of a day, so that reading one never folds more than what came after. They are made from the postings
-- and dropped when something is dated into them.
CREATE TABLE balance_marks (
    enterprise_id TEXT NOT NULL CONSTRAINT fk_balance_marks_enterprise REFERENCES enterprises (id),
    day DATE NOT NULL,
    marked_at TEXT NOT NULL,
    CONSTRAINT pk_balance_marks PRIMARY KEY (enterprise_id, day)
) WITHOUT ROWID;
CREATE TABLE balance_mark_lines (
    enterprise_id TEXT NOT NULL,
    day DATE NOT NULL,
    position INTEGER NOT NULL,
    account TEXT NOT NULL,
    partner_id TEXT CONSTRAINT fk_balance_mark_lines_partner REFERENCES enterprises (id),
    debit BIGINT NOT NULL,
    credit BIGINT NOT NULL,
    CONSTRAINT pk_balance_mark_lines PRIMARY KEY (enterprise_id, day, position),
    CONSTRAINT fk_balance_mark_lines_mark FOREIGN KEY (enterprise_id, day) REFERENCES balance_marks (enterprise_id, day) ON DELETE CASCADE
) WITHOUT ROWID;

INSERT INTO unsealed_entries SELECT village_id, id FROM journal_entries;

CREATE TRIGGER tr_entry_digests_no_update BEFORE UPDATE ON entry_digests BEGIN
    SELECT RAISE(ABORT, 'entry_digests are never changed');
END;
CREATE TRIGGER tr_entry_digests_no_delete BEFORE DELETE ON entry_digests BEGIN
    SELECT RAISE(ABORT, 'entry_digests are never changed');
END;
CREATE TRIGGER tr_journal_seals_no_update BEFORE UPDATE ON journal_seals BEGIN
    SELECT RAISE(ABORT, 'journal_seals are never changed');
END;
CREATE TRIGGER tr_journal_seals_no_delete BEFORE DELETE ON journal_seals BEGIN
    SELECT RAISE(ABORT, 'journal_seals are never changed');
END;
