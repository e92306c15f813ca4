DROP TABLE closed_months;
CREATE TABLE kept_postings AS SELECT * FROM postings;
CREATE TABLE kept_entries AS SELECT * FROM journal_entries;
DROP TABLE postings;
DROP TABLE journal_entries;

CREATE TABLE journal_entries (
    id TEXT NOT NULL CONSTRAINT pk_journal_entries PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_journal_entries_enterprise REFERENCES enterprises (id),
    reference TEXT NOT NULL,
    movement TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    business_date DATE NOT NULL,
    month TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    reverses_id TEXT CONSTRAINT uq_journal_entries_reverses_id UNIQUE CONSTRAINT fk_journal_entries_reverses REFERENCES journal_entries (id),
    CONSTRAINT uq_journal_entries_enterprise_id_reference UNIQUE (enterprise_id, reference)
);
INSERT INTO journal_entries
    SELECT id, enterprise_id, reference, movement, happened_at, business_date, month, recorded_at, reverses_id FROM kept_entries ORDER BY id;
CREATE INDEX ix_journal_entries_enterprise ON journal_entries (enterprise_id, id);
CREATE TABLE postings (
    entry_id TEXT NOT NULL CONSTRAINT fk_postings_entry REFERENCES journal_entries (id),
    position INTEGER NOT NULL,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_postings_enterprise REFERENCES enterprises (id),
    account TEXT NOT NULL,
    amount BIGINT NOT NULL CONSTRAINT ck_postings_amount CHECK (amount <> 0),
    month TEXT NOT NULL,
    CONSTRAINT pk_postings PRIMARY KEY (entry_id, position)
);
INSERT INTO postings
    SELECT entry_id, position, enterprise_id, CASE account WHEN 'cash:seller' THEN 'cash' ELSE account END, amount, month FROM kept_postings;
DROP TABLE kept_postings;
DROP TABLE kept_entries;
CREATE INDEX ix_postings_account ON postings (enterprise_id, account, month);
CREATE TRIGGER tr_journal_entries_no_update BEFORE UPDATE ON journal_entries BEGIN
    SELECT RAISE(ABORT, 'journal_entries are never changed');
END;
CREATE TRIGGER tr_journal_entries_no_delete BEFORE DELETE ON journal_entries BEGIN
    SELECT RAISE(ABORT, 'journal_entries are never changed');
END;
CREATE TRIGGER tr_postings_no_update BEFORE UPDATE ON postings BEGIN
    SELECT RAISE(ABORT, 'postings are never changed');
END;
CREATE TRIGGER tr_postings_no_delete BEFORE DELETE ON postings BEGIN
    SELECT RAISE(ABORT, 'postings are never changed');
END;

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''village_office'', ''partner'')', '''village_office'')') WHERE type = 'table' AND name = 'enterprises';
PRAGMA writable_schema = RESET;
