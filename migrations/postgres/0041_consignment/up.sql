CREATE TABLE consignments (
    id uuid NOT NULL CONSTRAINT pk_consignments PRIMARY KEY,
    village_id uuid NOT NULL CONSTRAINT fk_consignments_village REFERENCES villages (id),
    maker_id uuid NOT NULL CONSTRAINT fk_consignments_maker REFERENCES enterprises (id),
    warung_id uuid NOT NULL CONSTRAINT fk_consignments_warung REFERENCES enterprises (id),
    agreement_id uuid NOT NULL CONSTRAINT fk_consignments_agreement REFERENCES agreements (id),
    agreement_number integer NOT NULL,
    visits integer NOT NULL,
    last_visit_id uuid,
    last_visited_at timestamptz,
    next_visit_on date,
    due bigint NOT NULL,
    paid bigint NOT NULL CONSTRAINT ck_consignments_paid CHECK (paid >= 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT uq_consignments_maker_id_warung_id UNIQUE (maker_id, warung_id),
    CONSTRAINT ck_consignments_sides CHECK (maker_id <> warung_id)
);
CREATE INDEX ix_consignments_maker ON consignments (maker_id, id);
CREATE INDEX ix_consignments_warung ON consignments (warung_id, id);

-- What one pack sells for at one warung, and who gets what of it, from one visit to the next; with what of it has a known cost.
CREATE TABLE consigned_goods (
    consignment_id uuid NOT NULL CONSTRAINT fk_consigned_goods_consignment REFERENCES consignments (id),
    pack_id uuid NOT NULL CONSTRAINT fk_consigned_goods_pack REFERENCES packs (id),
    price bigint NOT NULL CONSTRAINT ck_consigned_goods_price CHECK (price > 0),
    share_bp integer,
    wholesale bigint,
    cost_quantity bigint NOT NULL CONSTRAINT ck_consigned_goods_cost_quantity CHECK (cost_quantity >= 0),
    cost bigint NOT NULL CONSTRAINT ck_consigned_goods_cost CHECK (cost >= 0),
    CONSTRAINT pk_consigned_goods PRIMARY KEY (consignment_id, pack_id),
    CONSTRAINT ck_consigned_goods_earning CHECK ((share_bp IS NULL) <> (wholesale IS NULL))
);

CREATE TABLE consignment_notes (
    id uuid NOT NULL CONSTRAINT pk_consignment_notes PRIMARY KEY,
    consignment_id uuid NOT NULL CONSTRAINT fk_consignment_notes_consignment REFERENCES consignments (id),
    agreement_id uuid NOT NULL CONSTRAINT fk_consignment_notes_agreement REFERENCES agreements (id),
    agreement_number integer NOT NULL,
    origin text NOT NULL,
    state text NOT NULL CONSTRAINT ck_consignment_notes_state CHECK (state IN ('offered', 'received', 'active', 'closed', 'withdrawn')),
    missing text CONSTRAINT ck_consignment_notes_missing CHECK (missing IN ('kept', 'lost')),
    received_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX ix_consignment_notes_consignment ON consignment_notes (consignment_id, id);

CREATE TABLE consignment_note_lines (
    note_id uuid NOT NULL CONSTRAINT fk_consignment_note_lines_note REFERENCES consignment_notes (id),
    position integer NOT NULL,
    pack_id uuid NOT NULL CONSTRAINT fk_consignment_note_lines_pack REFERENCES packs (id),
    price bigint NOT NULL CONSTRAINT ck_consignment_note_lines_price CHECK (price > 0),
    offered bigint NOT NULL CONSTRAINT ck_consignment_note_lines_offered CHECK (offered > 0),
    received bigint,
    remaining bigint NOT NULL,
    CONSTRAINT pk_consignment_note_lines PRIMARY KEY (note_id, position),
    CONSTRAINT uq_consignment_note_lines_note_id_pack_id UNIQUE (note_id, pack_id),
    CONSTRAINT ck_consignment_note_lines_received CHECK (received >= 0 AND received <= offered),
    CONSTRAINT ck_consignment_note_lines_remaining CHECK (remaining >= 0 AND remaining <= offered)
);

CREATE TABLE consignment_note_events (
    id uuid NOT NULL CONSTRAINT pk_consignment_note_events PRIMARY KEY,
    note_id uuid NOT NULL CONSTRAINT fk_consignment_note_events_note REFERENCES consignment_notes (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor_id uuid CONSTRAINT fk_consignment_note_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_consignment_note_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_consignment_note_events_note ON consignment_note_events (note_id, id);

CREATE TABLE consignment_visits (
    id uuid NOT NULL CONSTRAINT pk_consignment_visits PRIMARY KEY,
    consignment_id uuid NOT NULL CONSTRAINT fk_consignment_visits_consignment REFERENCES consignments (id),
    number integer NOT NULL,
    client_id text NOT NULL,
    recorded_by text NOT NULL CONSTRAINT ck_consignment_visits_recorded_by CHECK (recorded_by IN ('maker', 'warung')),
    state text NOT NULL CONSTRAINT ck_consignment_visits_state CHECK (state IN ('submitted', 'confirmed', 'disputed', 'settled')),
    agreement_id uuid NOT NULL CONSTRAINT fk_consignment_visits_agreement REFERENCES agreements (id),
    agreement_number integer NOT NULL,
    visited_at timestamptz NOT NULL,
    owed_before bigint NOT NULL,
    gross bigint NOT NULL,
    share bigint NOT NULL,
    due bigint NOT NULL,
    paid bigint NOT NULL CONSTRAINT ck_consignment_visits_paid CHECK (paid >= 0),
    due_through bigint NOT NULL,
    cleared boolean NOT NULL,
    postings integer NOT NULL,
    next_visit_on date,
    note text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT uq_consignment_visits_consignment_id_client_id UNIQUE (consignment_id, client_id),
    CONSTRAINT uq_consignment_visits_consignment_id_number UNIQUE (consignment_id, number)
);

CREATE TABLE consignment_visit_lines (
    visit_id uuid NOT NULL CONSTRAINT fk_consignment_visit_lines_visit REFERENCES consignment_visits (id),
    pack_id uuid NOT NULL CONSTRAINT fk_consignment_visit_lines_pack REFERENCES packs (id),
    opening bigint NOT NULL,
    delivered bigint NOT NULL,
    counted bigint NOT NULL,
    returned bigint NOT NULL,
    spoiled bigint NOT NULL,
    sold bigint NOT NULL,
    at_till bigint NOT NULL,
    topped_up bigint NOT NULL,
    price bigint NOT NULL,
    share_bp integer,
    wholesale bigint,
    gross bigint NOT NULL,
    share bigint NOT NULL,
    due bigint NOT NULL,
    spoilage_due bigint NOT NULL,
    disputed text,
    CONSTRAINT pk_consignment_visit_lines PRIMARY KEY (visit_id, pack_id),
    CONSTRAINT ck_consignment_visit_lines_sold CHECK (sold = opening + delivered - counted - returned - spoiled),
    CONSTRAINT ck_consignment_visit_lines_figures CHECK
        (opening >= 0 AND delivered >= 0 AND counted >= 0 AND returned >= 0 AND spoiled >= 0 AND at_till >= 0 AND sold >= at_till AND topped_up >= 0),
    CONSTRAINT ck_consignment_visit_lines_due CHECK (gross = share + due)
);

CREATE TABLE consignment_visit_events (
    id uuid NOT NULL CONSTRAINT pk_consignment_visit_events PRIMARY KEY,
    visit_id uuid NOT NULL CONSTRAINT fk_consignment_visit_events_visit REFERENCES consignment_visits (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor_id uuid CONSTRAINT fk_consignment_visit_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_consignment_visit_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_consignment_visit_events_visit ON consignment_visit_events (visit_id, id);

CREATE TABLE consignment_visit_links (
    digest text NOT NULL CONSTRAINT pk_consignment_visit_links PRIMARY KEY,
    visit_id uuid NOT NULL CONSTRAINT fk_consignment_visit_links_visit REFERENCES consignment_visits (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX ix_consignment_visit_links_visit ON consignment_visit_links (visit_id);

-- What was earned with consigned goods: at a visit, at the warung's till, put right after a dispute, or owed for what went bad.
CREATE TABLE consigned_sales (
    id uuid NOT NULL CONSTRAINT pk_consigned_sales PRIMARY KEY,
    consignment_id uuid NOT NULL CONSTRAINT fk_consigned_sales_consignment REFERENCES consignments (id),
    pack_id uuid NOT NULL CONSTRAINT fk_consigned_sales_pack REFERENCES packs (id),
    kind text NOT NULL CONSTRAINT ck_consigned_sales_kind CHECK (kind IN ('visit', 'till', 'correction', 'spoilage')),
    quantity bigint NOT NULL,
    gross bigint NOT NULL,
    share bigint NOT NULL,
    due bigint NOT NULL,
    happened_at timestamptz NOT NULL,
    business_date date NOT NULL,
    CONSTRAINT ck_consigned_sales_due CHECK (gross = share + due)
);
CREATE INDEX ix_consigned_sales_consignment ON consigned_sales (consignment_id, business_date, pack_id);
CREATE INDEX ix_consigned_sales_pack ON consigned_sales (consignment_id, happened_at);

CREATE TABLE consignment_payments (
    id uuid NOT NULL CONSTRAINT pk_consignment_payments PRIMARY KEY,
    consignment_id uuid NOT NULL CONSTRAINT fk_consignment_payments_consignment REFERENCES consignments (id),
    visit_id uuid CONSTRAINT fk_consignment_payments_visit REFERENCES consignment_visits (id),
    amount bigint NOT NULL CONSTRAINT ck_consignment_payments_amount CHECK (amount > 0),
    method text NOT NULL CONSTRAINT ck_consignment_payments_method CHECK (method IN ('cash', 'transfer')),
    business_date date NOT NULL,
    actor_id uuid NOT NULL CONSTRAINT fk_consignment_payments_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_consignment_payments_on_behalf_of REFERENCES enterprises (id),
    paid_at timestamptz NOT NULL
);
CREATE INDEX ix_consignment_payments_consignment ON consignment_payments (consignment_id, business_date);

CREATE TABLE till_sales (
    id uuid NOT NULL CONSTRAINT pk_till_sales PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_till_sales_enterprise REFERENCES enterprises (id),
    client_id text NOT NULL,
    total bigint NOT NULL,
    method text NOT NULL CONSTRAINT ck_till_sales_method CHECK (method IN ('cash', 'transfer')),
    actor_id uuid NOT NULL CONSTRAINT fk_till_sales_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_till_sales_on_behalf_of REFERENCES enterprises (id),
    sold_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT uq_till_sales_enterprise_id_client_id UNIQUE (enterprise_id, client_id)
);
CREATE INDEX ix_till_sales_enterprise ON till_sales (enterprise_id, id);
CREATE TABLE till_lines (
    sale_id uuid NOT NULL CONSTRAINT fk_till_lines_sale REFERENCES till_sales (id),
    position integer NOT NULL,
    pack_id uuid NOT NULL CONSTRAINT fk_till_lines_pack REFERENCES packs (id),
    owner_id uuid NOT NULL CONSTRAINT fk_till_lines_owner REFERENCES enterprises (id),
    quantity bigint NOT NULL CONSTRAINT ck_till_lines_quantity CHECK (quantity > 0),
    price bigint NOT NULL CONSTRAINT ck_till_lines_price CHECK (price > 0),
    total bigint NOT NULL,
    CONSTRAINT pk_till_lines PRIMARY KEY (sale_id, position),
    CONSTRAINT ck_till_lines_total CHECK (total = price * quantity)
);
