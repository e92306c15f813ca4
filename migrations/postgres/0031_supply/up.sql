-- The words for raw material, shared by the whole house.
CREATE TABLE materials (
    id uuid NOT NULL CONSTRAINT pk_materials PRIMARY KEY,
    name text NOT NULL,
    name_key text NOT NULL,
    base text NOT NULL CONSTRAINT ck_materials_base CHECK (base IN ('g', 'ml', 'piece')),
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_materials_name_key_base UNIQUE (name_key, base)
);

CREATE TABLE supply_items (
    id uuid NOT NULL CONSTRAINT pk_supply_items PRIMARY KEY,
    supplier_id uuid NOT NULL CONSTRAINT fk_supply_items_supplier REFERENCES enterprises (id),
    material_id uuid NOT NULL CONSTRAINT fk_supply_items_material REFERENCES materials (id),
    unit text NOT NULL CONSTRAINT ck_supply_items_unit CHECK (unit IN ('kg', 'litre', 'piece', 'sack', 'jerrycan', 'box', 'bottle', 'pack', 'bunch')),
    content bigint NOT NULL CONSTRAINT ck_supply_items_content CHECK (content > 0),
    active boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT uq_supply_items_supplier_id_material_id_unit_content UNIQUE (supplier_id, material_id, unit, content)
);

CREATE TABLE supply_prices (
    id uuid NOT NULL CONSTRAINT pk_supply_prices PRIMARY KEY,
    item_id uuid NOT NULL CONSTRAINT fk_supply_prices_item REFERENCES supply_items (id),
    amount bigint NOT NULL CONSTRAINT ck_supply_prices_amount CHECK (amount > 0),
    valid_from date NOT NULL,
    valid_until date,
    replaced boolean NOT NULL,
    actor_id uuid NOT NULL CONSTRAINT fk_supply_prices_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_supply_prices_on_behalf_of REFERENCES enterprises (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT ck_supply_prices_days CHECK (valid_until IS NULL OR valid_from <= valid_until)
);
CREATE INDEX ix_supply_prices_item ON supply_prices (item_id, id);
