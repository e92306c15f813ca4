CREATE TABLE joint_buys (
    id uuid NOT NULL CONSTRAINT pk_joint_buys PRIMARY KEY,
    village_id uuid NOT NULL CONSTRAINT fk_joint_buys_village REFERENCES villages (id),
    organiser_id uuid NOT NULL CONSTRAINT fk_joint_buys_organiser REFERENCES enterprises (id),
    supplier_id uuid NOT NULL CONSTRAINT fk_joint_buys_supplier REFERENCES enterprises (id),
    state text NOT NULL CONSTRAINT ck_joint_buys_state CHECK (state IN ('open', 'sent', 'dropped', 'called_off')),
    cut_off timestamptz NOT NULL,
    minimum bigint NOT NULL CONSTRAINT ck_joint_buys_minimum CHECK (minimum >= 0),
    delivery_cost bigint NOT NULL CONSTRAINT ck_joint_buys_delivery_cost CHECK (delivery_cost >= 0),
    split text NOT NULL CONSTRAINT ck_joint_buys_split CHECK (split IN ('by_weight', 'by_value', 'evenly')),
    extend_days bigint NOT NULL,
    extensions_left bigint NOT NULL CONSTRAINT ck_joint_buys_extensions_left CHECK (extensions_left >= 0),
    note text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE joint_members (
    buy_id uuid NOT NULL CONSTRAINT fk_joint_members_buy REFERENCES joint_buys (id),
    enterprise_id uuid NOT NULL CONSTRAINT fk_joint_members_enterprise REFERENCES enterprises (id),
    CONSTRAINT pk_joint_members PRIMARY KEY (buy_id, enterprise_id)
);
CREATE INDEX ix_joint_members_enterprise ON joint_members (enterprise_id, buy_id);

CREATE TABLE joint_wants (
    id uuid NOT NULL CONSTRAINT pk_joint_wants PRIMARY KEY,
    buy_id uuid NOT NULL CONSTRAINT fk_joint_wants_buy REFERENCES joint_buys (id),
    member_id uuid NOT NULL CONSTRAINT fk_joint_wants_member REFERENCES enterprises (id),
    item_id uuid NOT NULL CONSTRAINT fk_joint_wants_item REFERENCES supply_items (id),
    wanted bigint NOT NULL CONSTRAINT ck_joint_wants_wanted CHECK (wanted >= 0),
    tolerance bigint NOT NULL CONSTRAINT ck_joint_wants_tolerance CHECK (tolerance >= 0),
    actor_id uuid NOT NULL CONSTRAINT fk_joint_wants_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_joint_wants_on_behalf_of REFERENCES enterprises (id),
    updated_at timestamptz NOT NULL,
    CONSTRAINT uq_joint_wants_buy_id_member_id_item_id UNIQUE (buy_id, member_id, item_id)
);

CREATE TABLE joint_events (
    id uuid NOT NULL CONSTRAINT pk_joint_events PRIMARY KEY,
    buy_id uuid NOT NULL CONSTRAINT fk_joint_events_buy REFERENCES joint_buys (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor_id uuid CONSTRAINT fk_joint_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_joint_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_joint_events_buy ON joint_events (buy_id, id);
