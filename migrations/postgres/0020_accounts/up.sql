ALTER TABLE enterprises DROP CONSTRAINT ck_enterprises_kind;
ALTER TABLE enterprises ADD CONSTRAINT ck_enterprises_kind
    CHECK (kind IN ('home_industry', 'warung', 'supplier', 'village_office', 'partner'));

-- The triggers refuse every change of the books; what stands in them gets its new columns here, once.
ALTER TABLE journal_entries DISABLE TRIGGER tr_journal_entries_no_change;
ALTER TABLE postings DISABLE TRIGGER tr_postings_no_change;

ALTER TABLE journal_entries ADD COLUMN village_id uuid CONSTRAINT fk_journal_entries_village REFERENCES villages (id);
UPDATE journal_entries SET village_id = enterprises.village_id FROM enterprises WHERE enterprises.id = journal_entries.enterprise_id;
ALTER TABLE journal_entries ALTER COLUMN village_id SET NOT NULL;
ALTER TABLE journal_entries ADD COLUMN evidence text NOT NULL DEFAULT 'system'
    CONSTRAINT ck_journal_entries_evidence CHECK (evidence IN ('system', 'recorded', 'estimate'));
ALTER TABLE journal_entries ALTER COLUMN evidence DROP DEFAULT;
ALTER TABLE journal_entries ADD COLUMN mirror_id uuid CONSTRAINT fk_journal_entries_mirror REFERENCES journal_entries (id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE postings ADD COLUMN partner_id uuid CONSTRAINT fk_postings_partner REFERENCES enterprises (id);
ALTER TABLE postings ADD COLUMN evidence text NOT NULL DEFAULT 'system'
    CONSTRAINT ck_postings_evidence CHECK (evidence IN ('system', 'recorded', 'estimate'));
ALTER TABLE postings ALTER COLUMN evidence DROP DEFAULT;
ALTER TABLE postings ADD COLUMN business_date date;
UPDATE postings SET business_date = journal_entries.business_date,
        account = CASE postings.account WHEN 'cash' THEN 'cash:seller' ELSE postings.account END
    FROM journal_entries WHERE journal_entries.id = postings.entry_id;
ALTER TABLE postings ALTER COLUMN business_date SET NOT NULL;
ALTER TABLE postings ADD CONSTRAINT ck_postings_partner
    CHECK ((account IN ('receivable:partner', 'payable:partner', 'stock:consigned')) = (partner_id IS NOT NULL));

ALTER TABLE journal_entries ENABLE TRIGGER tr_journal_entries_no_change;
ALTER TABLE postings ENABLE TRIGGER tr_postings_no_change;

DROP INDEX ix_postings_account;
CREATE INDEX ix_postings_account ON postings (enterprise_id, account, partner_id, business_date, entry_id, position, amount);
CREATE INDEX ix_postings_day ON postings (enterprise_id, business_date, account, partner_id, evidence, amount);
CREATE INDEX ix_postings_month ON postings (enterprise_id, month, account, partner_id, evidence, amount);

-- Nothing is dated into a month that has been closed, or into one before it.
CREATE TABLE closed_months (
    enterprise_id uuid NOT NULL CONSTRAINT fk_closed_months_enterprise REFERENCES enterprises (id),
    month text NOT NULL,
    closed_by uuid NOT NULL CONSTRAINT fk_closed_months_closed_by REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_closed_months_on_behalf_of REFERENCES enterprises (id),
    closed_at timestamptz NOT NULL,
    CONSTRAINT pk_closed_months PRIMARY KEY (enterprise_id, month)
);
