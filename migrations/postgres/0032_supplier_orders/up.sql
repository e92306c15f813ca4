CREATE TABLE material_stocks (
    owner_id uuid NOT NULL CONSTRAINT fk_material_stocks_owner REFERENCES enterprises (id),
    material_id uuid NOT NULL CONSTRAINT fk_material_stocks_material REFERENCES materials (id),
    quantity bigint NOT NULL CONSTRAINT ck_material_stocks_quantity CHECK (quantity >= 0),
    cost bigint NOT NULL CONSTRAINT ck_material_stocks_cost CHECK (cost >= 0),
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_material_stocks PRIMARY KEY (owner_id, material_id),
    CONSTRAINT ck_material_stocks_empty CHECK (quantity > 0 OR cost = 0)
);

CREATE TABLE material_movements (
    id uuid NOT NULL CONSTRAINT pk_material_movements PRIMARY KEY,
    owner_id uuid NOT NULL CONSTRAINT fk_material_movements_owner REFERENCES enterprises (id),
    material_id uuid NOT NULL CONSTRAINT fk_material_movements_material REFERENCES materials (id),
    kind text NOT NULL CONSTRAINT ck_material_movements_kind CHECK (kind IN ('received', 'bought', 'used', 'spoiled', 'adjusted')),
    quantity bigint NOT NULL,
    cost bigint NOT NULL,
    reference text NOT NULL,
    actor_id uuid CONSTRAINT fk_material_movements_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_material_movements_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_material_movements_owner ON material_movements (owner_id, id);

CREATE TABLE supplier_orders (
    id uuid NOT NULL CONSTRAINT pk_supplier_orders PRIMARY KEY,
    village_id uuid NOT NULL CONSTRAINT fk_supplier_orders_village REFERENCES villages (id),
    supplier_id uuid NOT NULL CONSTRAINT fk_supplier_orders_supplier REFERENCES enterprises (id),
    buyer_id uuid NOT NULL CONSTRAINT fk_supplier_orders_buyer REFERENCES enterprises (id),
    agreement_id uuid NOT NULL,
    agreement_number integer NOT NULL,
    joint_buy_id uuid,
    payment text NOT NULL CONSTRAINT ck_supplier_orders_payment CHECK (payment IN ('cash', 'transfer', 'credit')),
    state text NOT NULL CONSTRAINT ck_supplier_orders_state CHECK (state IN
        ('draft', 'sent', 'promised', 'shipped', 'received_part', 'received_full', 'billed', 'paid', 'rejected', 'cancelled')),
    wanted_on date,
    proposed_on date,
    promised_on date,
    first_promised_on date,
    quarter text,
    received_on date,
    in_full boolean,
    delay_days integer,
    delivery_cost bigint NOT NULL CONSTRAINT ck_supplier_orders_delivery_cost CHECK (delivery_cost >= 0),
    total bigint NOT NULL,
    owed bigint NOT NULL CONSTRAINT ck_supplier_orders_owed CHECK (owed >= 0),
    paid bigint NOT NULL,
    note text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT fk_supplier_orders_agreement FOREIGN KEY (agreement_id, agreement_number) REFERENCES agreement_versions (agreement_id, number),
    CONSTRAINT ck_supplier_orders_paid CHECK (paid >= 0 AND paid <= owed),
    CONSTRAINT ck_supplier_orders_promise CHECK ((first_promised_on IS NULL) = (promised_on IS NULL) AND (quarter IS NULL) = (promised_on IS NULL))
);
CREATE INDEX ix_supplier_orders_supplier ON supplier_orders (supplier_id, id);
CREATE INDEX ix_supplier_orders_buyer ON supplier_orders (buyer_id, id);
CREATE INDEX ix_supplier_orders_quarter ON supplier_orders (supplier_id, quarter);
CREATE INDEX ix_supplier_orders_joint_buy ON supplier_orders (joint_buy_id, id);

CREATE TABLE supplier_order_lines (
    order_id uuid NOT NULL CONSTRAINT fk_supplier_order_lines_order REFERENCES supplier_orders (id),
    position integer NOT NULL,
    item_id uuid NOT NULL CONSTRAINT fk_supplier_order_lines_item REFERENCES supply_items (id),
    material_id uuid NOT NULL CONSTRAINT fk_supplier_order_lines_material REFERENCES materials (id),
    label text NOT NULL,
    content bigint NOT NULL CONSTRAINT ck_supplier_order_lines_content CHECK (content > 0),
    ordered bigint NOT NULL CONSTRAINT ck_supplier_order_lines_ordered CHECK (ordered > 0),
    total bigint NOT NULL CONSTRAINT ck_supplier_order_lines_total CHECK (total >= 0),
    promised bigint,
    billed bigint,
    received bigint NOT NULL,
    CONSTRAINT pk_supplier_order_lines PRIMARY KEY (order_id, position),
    CONSTRAINT ck_supplier_order_lines_counts CHECK ((promised IS NULL OR promised >= 0) AND (billed IS NULL OR billed >= 0) AND received >= 0)
);
CREATE INDEX ix_supplier_order_lines_item ON supplier_order_lines (item_id, order_id);

CREATE TABLE supplier_order_events (
    id uuid NOT NULL CONSTRAINT pk_supplier_order_events PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_supplier_order_events_order REFERENCES supplier_orders (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor_id uuid CONSTRAINT fk_supplier_order_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_supplier_order_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_supplier_order_events_order ON supplier_order_events (order_id, id);

CREATE TABLE supplier_order_links (
    digest text NOT NULL CONSTRAINT pk_supplier_order_links PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_supplier_order_links_order REFERENCES supplier_orders (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE supplier_payments (
    id uuid NOT NULL CONSTRAINT pk_supplier_payments PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_supplier_payments_order REFERENCES supplier_orders (id),
    method text NOT NULL CONSTRAINT ck_supplier_payments_method CHECK (method IN ('cash', 'transfer')),
    amount bigint NOT NULL CONSTRAINT ck_supplier_payments_amount CHECK (amount > 0),
    state text NOT NULL CONSTRAINT ck_supplier_payments_state CHECK (state IN ('claimed', 'confirmed', 'refused')),
    actor_id uuid NOT NULL CONSTRAINT fk_supplier_payments_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_supplier_payments_on_behalf_of REFERENCES enterprises (id),
    created_at timestamptz NOT NULL,
    settled_at timestamptz
);
CREATE INDEX ix_supplier_payments_order ON supplier_payments (order_id, id);
