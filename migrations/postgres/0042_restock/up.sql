CREATE TABLE restocks (
    id uuid NOT NULL CONSTRAINT pk_restocks PRIMARY KEY,
    village_id uuid NOT NULL CONSTRAINT fk_restocks_village REFERENCES villages (id),
    maker_id uuid NOT NULL CONSTRAINT fk_restocks_maker REFERENCES enterprises (id),
    warung_id uuid NOT NULL CONSTRAINT fk_restocks_warung REFERENCES enterprises (id),
    basis text NOT NULL CONSTRAINT ck_restocks_basis CHECK (basis IN ('outright', 'consignment')),
    asked_as text NOT NULL CONSTRAINT ck_restocks_asked_as CHECK (asked_as IN ('list', 'same_as_last_time', 'par_levels', 'standing')),
    state text NOT NULL CONSTRAINT ck_restocks_state CHECK (state IN ('requested', 'accepted', 'partly', 'declined', 'withdrawn', 'delivered', 'confirmed')),
    agreement_id uuid CONSTRAINT fk_restocks_agreement REFERENCES agreements (id),
    agreement_number integer,
    payment text CONSTRAINT ck_restocks_payment CHECK (payment IN ('cash', 'transfer', 'credit')),
    wanted_on date,
    total bigint NOT NULL,
    note text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT ck_restocks_agreement CHECK ((agreement_id IS NULL) = (agreement_number IS NULL)),
    CONSTRAINT ck_restocks_basis_payment CHECK ((basis = 'outright') = (payment IS NOT NULL))
);
CREATE INDEX ix_restocks_maker ON restocks (maker_id, id);
CREATE INDEX ix_restocks_warung ON restocks (warung_id, id);

CREATE TABLE restock_lines (
    restock_id uuid NOT NULL CONSTRAINT fk_restock_lines_restock REFERENCES restocks (id),
    position integer NOT NULL,
    pack_id uuid NOT NULL CONSTRAINT fk_restock_lines_pack REFERENCES packs (id),
    price bigint NOT NULL CONSTRAINT ck_restock_lines_price CHECK (price > 0),
    asked bigint NOT NULL CONSTRAINT ck_restock_lines_asked CHECK (asked > 0),
    accepted bigint,
    received bigint,
    CONSTRAINT pk_restock_lines PRIMARY KEY (restock_id, position),
    CONSTRAINT uq_restock_lines_restock_id_pack_id UNIQUE (restock_id, pack_id),
    CONSTRAINT ck_restock_lines_accepted CHECK (accepted >= 0 AND accepted <= asked),
    CONSTRAINT ck_restock_lines_received CHECK (received >= 0 AND received <= accepted)
);

CREATE TABLE restock_events (
    id uuid NOT NULL CONSTRAINT pk_restock_events PRIMARY KEY,
    restock_id uuid NOT NULL CONSTRAINT fk_restock_events_restock REFERENCES restocks (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor_id uuid CONSTRAINT fk_restock_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_restock_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_restock_events_restock ON restock_events (restock_id, id);

CREATE TABLE par_levels (
    warung_id uuid NOT NULL CONSTRAINT fk_par_levels_warung REFERENCES enterprises (id),
    pack_id uuid NOT NULL CONSTRAINT fk_par_levels_pack REFERENCES packs (id),
    quantity bigint NOT NULL CONSTRAINT ck_par_levels_quantity CHECK (quantity > 0),
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_par_levels PRIMARY KEY (warung_id, pack_id)
);

CREATE TABLE restock_templates (
    id uuid NOT NULL CONSTRAINT pk_restock_templates PRIMARY KEY,
    maker_id uuid NOT NULL CONSTRAINT fk_restock_templates_maker REFERENCES enterprises (id),
    warung_id uuid NOT NULL CONSTRAINT fk_restock_templates_warung REFERENCES enterprises (id),
    basis text NOT NULL CONSTRAINT ck_restock_templates_basis CHECK (basis IN ('outright', 'consignment')),
    payment text CONSTRAINT ck_restock_templates_payment CHECK (payment IN ('cash', 'transfer', 'credit')),
    days jsonb NOT NULL,
    lines jsonb NOT NULL,
    active boolean NOT NULL,
    actor_id uuid NOT NULL CONSTRAINT fk_restock_templates_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_restock_templates_on_behalf_of REFERENCES enterprises (id),
    created_at timestamptz NOT NULL
);
CREATE INDEX ix_restock_templates_warung ON restock_templates (warung_id, id);
CREATE INDEX ix_restock_templates_maker ON restock_templates (maker_id, id);

-- What became of a template on a day: a restock, or the reason why there is none.
CREATE TABLE restock_runs (
    template_id uuid NOT NULL CONSTRAINT fk_restock_runs_template REFERENCES restock_templates (id),
    day date NOT NULL,
    restock_id uuid CONSTRAINT fk_restock_runs_restock REFERENCES restocks (id),
    reason text,
    ran_at timestamptz NOT NULL,
    CONSTRAINT pk_restock_runs PRIMARY KEY (template_id, day),
    CONSTRAINT ck_restock_runs_outcome CHECK ((restock_id IS NULL) <> (reason IS NULL))
);
