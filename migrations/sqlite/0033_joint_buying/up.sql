CREATE TABLE joint_buys (
    id TEXT NOT NULL CONSTRAINT pk_joint_buys PRIMARY KEY,
    village_id TEXT NOT NULL CONSTRAINT fk_joint_buys_village REFERENCES villages (id),
    organiser_id TEXT NOT NULL CONSTRAINT fk_joint_buys_organiser REFERENCES enterprises (id),
    supplier_id TEXT NOT NULL CONSTRAINT fk_joint_buys_supplier REFERENCES enterprises (id),
    state TEXT NOT NULL CONSTRAINT ck_joint_buys_state CHECK (state IN ('open', 'sent', 'dropped', 'called_off')),
    cut_off TEXT NOT NULL,
    minimum BIGINT NOT NULL CONSTRAINT ck_joint_buys_minimum CHECK (minimum >= 0),
    delivery_cost BIGINT NOT NULL CONSTRAINT ck_joint_buys_delivery_cost CHECK (delivery_cost >= 0),
    split TEXT NOT NULL CONSTRAINT ck_joint_buys_split CHECK (split IN ('by_weight', 'by_value', 'evenly')),
    extend_days BIGINT NOT NULL,
    extensions_left BIGINT NOT NULL CONSTRAINT ck_joint_buys_extensions_left CHECK (extensions_left >= 0),
    note TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE joint_members (
    buy_id TEXT NOT NULL CONSTRAINT fk_joint_members_buy REFERENCES joint_buys (id),
    enterprise_id TEXT NOT NULL CONSTRAINT fk_joint_members_enterprise REFERENCES enterprises (id),
    CONSTRAINT pk_joint_members PRIMARY KEY (buy_id, enterprise_id)
);
CREATE INDEX ix_joint_members_enterprise ON joint_members (enterprise_id, buy_id);

CREATE TABLE joint_wants (
    id TEXT NOT NULL CONSTRAINT pk_joint_wants PRIMARY KEY,
    buy_id TEXT NOT NULL CONSTRAINT fk_joint_wants_buy REFERENCES joint_buys (id),
    member_id TEXT NOT NULL CONSTRAINT fk_joint_wants_member REFERENCES enterprises (id),
    item_id TEXT NOT NULL CONSTRAINT fk_joint_wants_item REFERENCES supply_items (id),
    wanted BIGINT NOT NULL CONSTRAINT ck_joint_wants_wanted CHECK (wanted >= 0),
    tolerance BIGINT NOT NULL CONSTRAINT ck_joint_wants_tolerance CHECK (tolerance >= 0),
    actor_id TEXT NOT NULL CONSTRAINT fk_joint_wants_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_joint_wants_on_behalf_of REFERENCES enterprises (id),
    updated_at TEXT NOT NULL,
    CONSTRAINT uq_joint_wants_buy_id_member_id_item_id UNIQUE (buy_id, member_id, item_id)
);

CREATE TABLE joint_events (
    id TEXT NOT NULL CONSTRAINT pk_joint_events PRIMARY KEY,
    buy_id TEXT NOT NULL CONSTRAINT fk_joint_events_buy REFERENCES joint_buys (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT CONSTRAINT fk_joint_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_joint_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_joint_events_buy ON joint_events (buy_id, id);
