-- What one side says of a line between two enterprises; the last word counts.
CREATE TABLE partner_verdicts (
    id uuid NOT NULL CONSTRAINT pk_partner_verdicts PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_partner_verdicts_enterprise REFERENCES enterprises (id),
    entry_id uuid NOT NULL CONSTRAINT fk_partner_verdicts_entry REFERENCES journal_entries (id),
    verdict text NOT NULL CONSTRAINT ck_partner_verdicts_verdict CHECK (verdict IN ('confirmed', 'disputed')),
    reason text,
    actor_id uuid NOT NULL CONSTRAINT fk_partner_verdicts_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_partner_verdicts_on_behalf_of REFERENCES enterprises (id),
    at timestamptz NOT NULL
);
CREATE INDEX ix_partner_verdicts_entry ON partner_verdicts (entry_id, id);
