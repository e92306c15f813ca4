-- The words for raw material, shared by the whole house.
CREATE TABLE materials (
    id TEXT NOT NULL CONSTRAINT pk_materials PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    base TEXT NOT NULL CONSTRAINT ck_materials_base CHECK (base IN ('g', 'ml', 'piece')),
    created_at TEXT NOT NULL,
    CONSTRAINT uq_materials_name_key_base UNIQUE (name_key, base)
);

CREATE TABLE supply_items (
    id TEXT NOT NULL CONSTRAINT pk_supply_items PRIMARY KEY,
    supplier_id TEXT NOT NULL CONSTRAINT fk_supply_items_supplier REFERENCES enterprises (id),
    material_id TEXT NOT NULL CONSTRAINT fk_supply_items_material REFERENCES materials (id),
    unit TEXT NOT NULL CONSTRAINT ck_supply_items_unit CHECK (unit IN ('kg', 'litre', 'piece', 'sack', 'jerrycan', 'box', 'bottle', 'pack', 'bunch')),
    content BIGINT NOT NULL CONSTRAINT ck_supply_items_content CHECK (content > 0),
    active BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT uq_supply_items_supplier_id_material_id_unit_content UNIQUE (supplier_id, material_id, unit, content)
);

CREATE TABLE supply_prices (
    id TEXT NOT NULL CONSTRAINT pk_supply_prices PRIMARY KEY,
    item_id TEXT NOT NULL CONSTRAINT fk_supply_prices_item REFERENCES supply_items (id),
    amount BIGINT NOT NULL CONSTRAINT ck_supply_prices_amount CHECK (amount > 0),
    valid_from DATE NOT NULL,
    valid_until DATE,
    replaced BOOLEAN NOT NULL,
    actor_id TEXT NOT NULL CONSTRAINT fk_supply_prices_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_supply_prices_on_behalf_of REFERENCES enterprises (id),
    created_at TEXT NOT NULL,
    CONSTRAINT ck_supply_prices_days CHECK (valid_until IS NULL OR valid_from <= valid_until)
);
CREATE INDEX ix_supply_prices_item ON supply_prices (item_id, id);
