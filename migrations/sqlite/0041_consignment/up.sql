CREATE TABLE consignments (
    id TEXT NOT NULL CONSTRAINT pk_consignments PRIMARY KEY,
    village_id TEXT NOT NULL CONSTRAINT fk_consignments_village REFERENCES villages (id),
    maker_id TEXT NOT NULL CONSTRAINT fk_consignments_maker REFERENCES enterprises (id),
    warung_id TEXT NOT NULL CONSTRAINT fk_consignments_warung REFERENCES enterprises (id),
    agreement_id TEXT NOT NULL CONSTRAINT fk_consignments_agreement REFERENCES agreements (id),
    agreement_number INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    last_visit_id TEXT,
    last_visited_at TEXT,
    next_visit_on DATE,
    due BIGINT NOT NULL,
    paid BIGINT NOT NULL CONSTRAINT ck_consignments_paid CHECK (paid >= 0),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT uq_consignments_maker_id_warung_id UNIQUE (maker_id, warung_id),
    CONSTRAINT ck_consignments_sides CHECK (maker_id <> warung_id)
);
CREATE INDEX ix_consignments_maker ON consignments (maker_id, id);
CREATE INDEX ix_consignments_warung ON consignments (warung_id, id);

-- What one pack sells for at one warung, and who gets what of it, from one visit to the next; with what of it has a known cost.
CREATE TABLE consigned_goods (
    consignment_id TEXT NOT NULL CONSTRAINT fk_consigned_goods_consignment REFERENCES consignments (id),
    pack_id TEXT NOT NULL CONSTRAINT fk_consigned_goods_pack REFERENCES packs (id),
    price BIGINT NOT NULL CONSTRAINT ck_consigned_goods_price CHECK (price > 0),
    share_bp INTEGER,
    wholesale BIGINT,
    cost_quantity BIGINT NOT NULL CONSTRAINT ck_consigned_goods_cost_quantity CHECK (cost_quantity >= 0),
    cost BIGINT NOT NULL CONSTRAINT ck_consigned_goods_cost CHECK (cost >= 0),
    CONSTRAINT pk_consigned_goods PRIMARY KEY (consignment_id, pack_id),
    CONSTRAINT ck_consigned_goods_earning CHECK ((share_bp IS NULL) <> (wholesale IS NULL))
);

CREATE TABLE consignment_notes (
    id TEXT NOT NULL CONSTRAINT pk_consignment_notes PRIMARY KEY,
    consignment_id TEXT NOT NULL CONSTRAINT fk_consignment_notes_consignment REFERENCES consignments (id),
    agreement_id TEXT NOT NULL CONSTRAINT fk_consignment_notes_agreement REFERENCES agreements (id),
    agreement_number INTEGER NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_consignment_notes_state CHECK (state IN ('offered', 'received', 'active', 'closed', 'withdrawn')),
    missing TEXT CONSTRAINT ck_consignment_notes_missing CHECK (missing IN ('kept', 'lost')),
    received_at TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX ix_consignment_notes_consignment ON consignment_notes (consignment_id, id);

CREATE TABLE consignment_note_lines (
    note_id TEXT NOT NULL CONSTRAINT fk_consignment_note_lines_note REFERENCES consignment_notes (id),
    position INTEGER NOT NULL,
    pack_id TEXT NOT NULL CONSTRAINT fk_consignment_note_lines_pack REFERENCES packs (id),
    price BIGINT NOT NULL CONSTRAINT ck_consignment_note_lines_price CHECK (price > 0),
    offered BIGINT NOT NULL CONSTRAINT ck_consignment_note_lines_offered CHECK (offered > 0),
    received BIGINT,
    remaining BIGINT NOT NULL,
    CONSTRAINT pk_consignment_note_lines PRIMARY KEY (note_id, position),
    CONSTRAINT uq_consignment_note_lines_note_id_pack_id UNIQUE (note_id, pack_id),
    CONSTRAINT ck_consignment_note_lines_received CHECK (received >= 0 AND received <= offered),
    CONSTRAINT ck_consignment_note_lines_remaining CHECK (remaining >= 0 AND remaining <= offered)
);

CREATE TABLE consignment_note_events (
    id TEXT NOT NULL CONSTRAINT pk_consignment_note_events PRIMARY KEY,
    note_id TEXT NOT NULL CONSTRAINT fk_consignment_note_events_note REFERENCES consignment_notes (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT CONSTRAINT fk_consignment_note_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_consignment_note_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_consignment_note_events_note ON consignment_note_events (note_id, id);

CREATE TABLE consignment_visits (
    id TEXT NOT NULL CONSTRAINT pk_consignment_visits PRIMARY KEY,
    consignment_id TEXT NOT NULL CONSTRAINT fk_consignment_visits_consignment REFERENCES consignments (id),
    number INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    recorded_by TEXT NOT NULL CONSTRAINT ck_consignment_visits_recorded_by CHECK (recorded_by IN ('maker', 'warung')),
    state TEXT NOT NULL CONSTRAINT ck_consignment_visits_state CHECK (state IN ('submitted', 'confirmed', 'disputed', 'settled')),
    agreement_id TEXT NOT NULL CONSTRAINT fk_consignment_visits_agreement REFERENCES agreements (id),
    agreement_number INTEGER NOT NULL,
    visited_at TEXT NOT NULL,
    owed_before BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    share BIGINT NOT NULL,
    due BIGINT NOT NULL,
    paid BIGINT NOT NULL CONSTRAINT ck_consignment_visits_paid CHECK (paid >= 0),
    due_through BIGINT NOT NULL,
    cleared BOOLEAN NOT NULL,
    postings INTEGER NOT NULL,
    next_visit_on DATE,
    note TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT uq_consignment_visits_consignment_id_client_id UNIQUE (consignment_id, client_id),
    CONSTRAINT uq_consignment_visits_consignment_id_number UNIQUE (consignment_id, number)
);

CREATE TABLE consignment_visit_lines (
    visit_id TEXT NOT NULL CONSTRAINT fk_consignment_visit_lines_visit REFERENCES consignment_visits (id),
    pack_id TEXT NOT NULL CONSTRAINT fk_consignment_visit_lines_pack REFERENCES packs (id),
    opening BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    spoiled BIGINT NOT NULL,
    sold BIGINT NOT NULL,
    at_till BIGINT NOT NULL,
    topped_up BIGINT NOT NULL,
    price BIGINT NOT NULL,
    share_bp INTEGER,
    wholesale BIGINT,
    gross BIGINT NOT NULL,
    share BIGINT NOT NULL,
    due BIGINT NOT NULL,
    spoilage_due BIGINT NOT NULL,
    disputed TEXT,
    CONSTRAINT pk_consignment_visit_lines PRIMARY KEY (visit_id, pack_id),
    CONSTRAINT ck_consignment_visit_lines_sold CHECK (sold = opening + delivered - counted - returned - spoiled),
    CONSTRAINT ck_consignment_visit_lines_figures CHECK
        (opening >= 0 AND delivered >= 0 AND counted >= 0 AND returned >= 0 AND spoiled >= 0 AND at_till >= 0 AND sold >= at_till AND topped_up >= 0),
    CONSTRAINT ck_consignment_visit_lines_due CHECK (gross = share + due)
);

CREATE TABLE consignment_visit_events (
    id TEXT NOT NULL CONSTRAINT pk_consignment_visit_events PRIMARY KEY,
    visit_id TEXT NOT NULL CONSTRAINT fk_consignment_visit_events_visit REFERENCES consignment_visits (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT CONSTRAINT fk_consignment_visit_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_consignment_visit_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_consignment_visit_events_visit ON consignment_visit_events (visit_id, id);

CREATE TABLE consignment_visit_links (
    digest TEXT NOT NULL CONSTRAINT pk_consignment_visit_links PRIMARY KEY,
    visit_id TEXT NOT NULL CONSTRAINT fk_consignment_visit_links_visit REFERENCES consignment_visits (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX ix_consignment_visit_links_visit ON consignment_visit_links (visit_id);

-- What was earned with consigned goods: at a visit, at the warung's till, put right after a dispute, or owed for what went bad.
CREATE TABLE consigned_sales (
    id TEXT NOT NULL CONSTRAINT pk_consigned_sales PRIMARY KEY,
    consignment_id TEXT NOT NULL CONSTRAINT fk_consigned_sales_consignment REFERENCES consignments (id),
    pack_id TEXT NOT NULL CONSTRAINT fk_consigned_sales_pack REFERENCES packs (id),
    kind TEXT NOT NULL CONSTRAINT ck_consigned_sales_kind CHECK (kind IN ('visit', 'till', 'correction', 'spoilage')),
    quantity BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    share BIGINT NOT NULL,
    due BIGINT NOT NULL,
    happened_at TEXT NOT NULL,
    business_date DATE NOT NULL,
    CONSTRAINT ck_consigned_sales_due CHECK (gross = share + due)
);
CREATE INDEX ix_consigned_sales_consignment ON consigned_sales (consignment_id, business_date, pack_id);
CREATE INDEX ix_consigned_sales_pack ON consigned_sales (consignment_id, happened_at);

CREATE TABLE consignment_payments (
    id TEXT NOT NULL CONSTRAINT pk_consignment_payments PRIMARY KEY,
    consignment_id TEXT NOT NULL CONSTRAINT fk_consignment_payments_consignment REFERENCES consignments (id),
    visit_id TEXT CONSTRAINT fk_consignment_payments_visit REFERENCES consignment_visits (id),
    amount BIGINT NOT NULL CONSTRAINT ck_consignment_payments_amount CHECK (amount > 0),
    method TEXT NOT NULL CONSTRAINT ck_consignment_payments_method CHECK (method IN ('cash', 'transfer')),
    business_date DATE NOT NULL,
    actor_id TEXT NOT NULL CONSTRAINT fk_consignment_payments_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_consignment_payments_on_behalf_of REFERENCES enterprises (id),
    paid_at TEXT NOT NULL
);
CREATE INDEX ix_consignment_payments_consignment ON consignment_payments (consignment_id, business_date);

CREATE TABLE till_sales (
    id TEXT NOT NULL CONSTRAINT pk_till_sales PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_till_sales_enterprise REFERENCES enterprises (id),
    client_id TEXT NOT NULL,
    total BIGINT NOT NULL,
    method TEXT NOT NULL CONSTRAINT ck_till_sales_method CHECK (method IN ('cash', 'transfer')),
    actor_id TEXT NOT NULL CONSTRAINT fk_till_sales_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_till_sales_on_behalf_of REFERENCES enterprises (id),
    sold_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    CONSTRAINT uq_till_sales_enterprise_id_client_id UNIQUE (enterprise_id, client_id)
);
CREATE INDEX ix_till_sales_enterprise ON till_sales (enterprise_id, id);
CREATE TABLE till_lines (
    sale_id TEXT NOT NULL CONSTRAINT fk_till_lines_sale REFERENCES till_sales (id),
    position INTEGER NOT NULL,
    pack_id TEXT NOT NULL CONSTRAINT fk_till_lines_pack REFERENCES packs (id),
    owner_id TEXT NOT NULL CONSTRAINT fk_till_lines_owner REFERENCES enterprises (id),
    quantity BIGINT NOT NULL CONSTRAINT ck_till_lines_quantity CHECK (quantity > 0),
    price BIGINT NOT NULL CONSTRAINT ck_till_lines_price CHECK (price > 0),
    total BIGINT NOT NULL,
    CONSTRAINT pk_till_lines PRIMARY KEY (sale_id, position),
    CONSTRAINT ck_till_lines_total CHECK (total = price * quantity)
);
