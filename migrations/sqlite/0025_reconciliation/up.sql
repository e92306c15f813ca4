-- What one side says of a line between two enterprises; the last word counts.
CREATE TABLE partner_verdicts (
    id TEXT NOT NULL CONSTRAINT pk_partner_verdicts PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_partner_verdicts_enterprise REFERENCES enterprises (id),
    entry_id TEXT NOT NULL CONSTRAINT fk_partner_verdicts_entry REFERENCES journal_entries (id),
    verdict TEXT NOT NULL CONSTRAINT ck_partner_verdicts_verdict CHECK (verdict IN ('confirmed', 'disputed')),
    reason TEXT,
    actor_id TEXT NOT NULL CONSTRAINT fk_partner_verdicts_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_partner_verdicts_on_behalf_of REFERENCES enterprises (id),
    at TEXT NOT NULL
);
CREATE INDEX ix_partner_verdicts_entry ON partner_verdicts (entry_id, id);
