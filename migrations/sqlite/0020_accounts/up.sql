-- A CHECK cannot be altered, and half the house refers to this table: https://www.sqlite.org/lang_altertable.html#otheralter
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''village_office'')', '''village_office'', ''partner'')') WHERE type = 'table' AND name = 'enterprises';
PRAGMA writable_schema = RESET;

-- Dropping a table fires no trigger, and takes its own with it. Without a rowid a row stands in one place alone, its primary key's tree,
-- so that what is proved of it is proved of what every reader sees.
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
    village_id TEXT NOT NULL CONSTRAINT fk_journal_entries_village REFERENCES villages (id),
    evidence TEXT NOT NULL CONSTRAINT ck_journal_entries_evidence CHECK (evidence IN ('system', 'recorded', 'estimate')),
    mirror_id TEXT CONSTRAINT fk_journal_entries_mirror REFERENCES journal_entries (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT uq_journal_entries_enterprise_id_reference UNIQUE (enterprise_id, reference)
) WITHOUT ROWID;
INSERT INTO journal_entries
    SELECT k.id, k.enterprise_id, k.reference, k.movement, k.happened_at, k.business_date, k.month, k.recorded_at, k.reverses_id, e.village_id, 'system', NULL
    FROM kept_entries k JOIN enterprises e ON e.id = k.enterprise_id ORDER BY k.id;
CREATE INDEX ix_journal_entries_enterprise ON journal_entries (enterprise_id, id);

CREATE TABLE postings (
    entry_id TEXT NOT NULL CONSTRAINT fk_postings_entry REFERENCES journal_entries (id),
    position INTEGER NOT NULL,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_postings_enterprise REFERENCES enterprises (id),
    account TEXT NOT NULL,
    amount BIGINT NOT NULL CONSTRAINT ck_postings_amount CHECK (amount <> 0),
    month TEXT NOT NULL,
    partner_id TEXT CONSTRAINT fk_postings_partner REFERENCES enterprises (id),
    evidence TEXT NOT NULL CONSTRAINT ck_postings_evidence CHECK (evidence IN ('system', 'recorded', 'estimate')),
    business_date DATE NOT NULL,
    CONSTRAINT pk_postings PRIMARY KEY (entry_id, position),
    CONSTRAINT ck_postings_partner
        CHECK ((account IN ('receivable:partner', 'payable:partner', 'stock:consigned')) = (partner_id IS NOT NULL))
) WITHOUT ROWID;
INSERT INTO postings
    SELECT p.entry_id, p.position, p.enterprise_id, CASE p.account WHEN 'cash' THEN 'cash:seller' ELSE p.account END, p.amount, p.month, NULL, 'system', e.business_date
    FROM kept_postings p JOIN kept_entries e ON e.id = p.entry_id ORDER BY p.entry_id, p.position;
DROP TABLE kept_postings;
DROP TABLE kept_entries;
CREATE INDEX ix_postings_account ON postings (enterprise_id, account, partner_id, business_date, entry_id, position, amount);
CREATE INDEX ix_postings_day ON postings (enterprise_id, business_date, account, partner_id, evidence, amount);
CREATE INDEX ix_postings_month ON postings (enterprise_id, month, account, partner_id, evidence, amount);

-- Books are only ever added to; a mistake is corrected by another entry.
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

-- Nothing is dated into a month that has been closed, or into one before it.
CREATE TABLE closed_months (
    enterprise_id TEXT NOT NULL CONSTRAINT fk_closed_months_enterprise REFERENCES enterprises (id),
    month TEXT NOT NULL,
    closed_by TEXT NOT NULL CONSTRAINT fk_closed_months_closed_by REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_closed_months_on_behalf_of REFERENCES enterprises (id),
    closed_at TEXT NOT NULL,
    CONSTRAINT pk_closed_months PRIMARY KEY (enterprise_id, month)
);
