CREATE TABLE material_stocks (
    owner_id TEXT NOT NULL CONSTRAINT fk_material_stocks_owner REFERENCES enterprises (id),
    material_id TEXT NOT NULL CONSTRAINT fk_material_stocks_material REFERENCES materials (id),
    quantity BIGINT NOT NULL CONSTRAINT ck_material_stocks_quantity CHECK (quantity >= 0),
    cost BIGINT NOT NULL CONSTRAINT ck_material_stocks_cost CHECK (cost >= 0),
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_material_stocks PRIMARY KEY (owner_id, material_id),
    CONSTRAINT ck_material_stocks_empty CHECK (quantity > 0 OR cost = 0)
);

CREATE TABLE material_movements (
    id TEXT NOT NULL CONSTRAINT pk_material_movements PRIMARY KEY,
    owner_id TEXT NOT NULL CONSTRAINT fk_material_movements_owner REFERENCES enterprises (id),
    material_id TEXT NOT NULL CONSTRAINT fk_material_movements_material REFERENCES materials (id),
    kind TEXT NOT NULL CONSTRAINT ck_material_movements_kind CHECK (kind IN ('received', 'bought', 'used', 'spoiled', 'adjusted')),
    quantity BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    reference TEXT NOT NULL,
    actor_id TEXT CONSTRAINT fk_material_movements_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_material_movements_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_material_movements_owner ON material_movements (owner_id, id);

CREATE TABLE supplier_orders (
    id TEXT NOT NULL CONSTRAINT pk_supplier_orders PRIMARY KEY,
    village_id TEXT NOT NULL CONSTRAINT fk_supplier_orders_village REFERENCES villages (id),
    supplier_id TEXT NOT NULL CONSTRAINT fk_supplier_orders_supplier REFERENCES enterprises (id),
    buyer_id TEXT NOT NULL CONSTRAINT fk_supplier_orders_buyer REFERENCES enterprises (id),
    agreement_id TEXT NOT NULL,
    agreement_number INTEGER NOT NULL,
    joint_buy_id TEXT,
    payment TEXT NOT NULL CONSTRAINT ck_supplier_orders_payment CHECK (payment IN ('cash', 'transfer', 'credit')),
    state TEXT NOT NULL CONSTRAINT ck_supplier_orders_state CHECK (state IN
        ('draft', 'sent', 'promised', 'shipped', 'received_part', 'received_full', 'billed', 'paid', 'rejected', 'cancelled')),
    wanted_on DATE,
    proposed_on DATE,
    promised_on DATE,
    first_promised_on DATE,
    quarter TEXT,
    received_on DATE,
    in_full BOOLEAN,
    delay_days INTEGER,
    delivery_cost BIGINT NOT NULL CONSTRAINT ck_supplier_orders_delivery_cost CHECK (delivery_cost >= 0),
    total BIGINT NOT NULL,
    owed BIGINT NOT NULL CONSTRAINT ck_supplier_orders_owed CHECK (owed >= 0),
    paid BIGINT NOT NULL,
    note TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT fk_supplier_orders_agreement FOREIGN KEY (agreement_id, agreement_number) REFERENCES agreement_versions (agreement_id, number),
    CONSTRAINT ck_supplier_orders_paid CHECK (paid >= 0 AND paid <= owed),
    CONSTRAINT ck_supplier_orders_promise CHECK ((first_promised_on IS NULL) = (promised_on IS NULL) AND (quarter IS NULL) = (promised_on IS NULL))
);
CREATE INDEX ix_supplier_orders_supplier ON supplier_orders (supplier_id, id);
CREATE INDEX ix_supplier_orders_buyer ON supplier_orders (buyer_id, id);
CREATE INDEX ix_supplier_orders_quarter ON supplier_orders (supplier_id, quarter);
CREATE INDEX ix_supplier_orders_joint_buy ON supplier_orders (joint_buy_id, id);

CREATE TABLE supplier_order_lines (
    order_id TEXT NOT NULL CONSTRAINT fk_supplier_order_lines_order REFERENCES supplier_orders (id),
    position INTEGER NOT NULL,
    item_id TEXT NOT NULL CONSTRAINT fk_supplier_order_lines_item REFERENCES supply_items (id),
    material_id TEXT NOT NULL CONSTRAINT fk_supplier_order_lines_material REFERENCES materials (id),
    label TEXT NOT NULL,
    content BIGINT NOT NULL CONSTRAINT ck_supplier_order_lines_content CHECK (content > 0),
    ordered BIGINT NOT NULL CONSTRAINT ck_supplier_order_lines_ordered CHECK (ordered > 0),
    total BIGINT NOT NULL CONSTRAINT ck_supplier_order_lines_total CHECK (total >= 0),
    promised BIGINT,
    billed BIGINT,
    received BIGINT NOT NULL,
    CONSTRAINT pk_supplier_order_lines PRIMARY KEY (order_id, position),
    CONSTRAINT ck_supplier_order_lines_counts CHECK ((promised IS NULL OR promised >= 0) AND (billed IS NULL OR billed >= 0) AND received >= 0)
);
CREATE INDEX ix_supplier_order_lines_item ON supplier_order_lines (item_id, order_id);

CREATE TABLE supplier_order_events (
    id TEXT NOT NULL CONSTRAINT pk_supplier_order_events PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_supplier_order_events_order REFERENCES supplier_orders (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT CONSTRAINT fk_supplier_order_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_supplier_order_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_supplier_order_events_order ON supplier_order_events (order_id, id);

CREATE TABLE supplier_order_links (
    digest TEXT NOT NULL CONSTRAINT pk_supplier_order_links PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_supplier_order_links_order REFERENCES supplier_orders (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE TABLE supplier_payments (
    id TEXT NOT NULL CONSTRAINT pk_supplier_payments PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_supplier_payments_order REFERENCES supplier_orders (id),
    method TEXT NOT NULL CONSTRAINT ck_supplier_payments_method CHECK (method IN ('cash', 'transfer')),
    amount BIGINT NOT NULL CONSTRAINT ck_supplier_payments_amount CHECK (amount > 0),
    state TEXT NOT NULL CONSTRAINT ck_supplier_payments_state CHECK (state IN ('claimed', 'confirmed', 'refused')),
    actor_id TEXT NOT NULL CONSTRAINT fk_supplier_payments_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_supplier_payments_on_behalf_of REFERENCES enterprises (id),
    created_at TEXT NOT NULL,
    settled_at TEXT
);
CREATE INDEX ix_supplier_payments_order ON supplier_payments (order_id, id);
