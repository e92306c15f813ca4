-- What the packs in stock cost to make, as far as it is known.
CREATE TABLE pack_costs (
    pack_id TEXT NOT NULL CONSTRAINT pk_pack_costs PRIMARY KEY CONSTRAINT fk_pack_costs_pack REFERENCES packs (id),
    quantity BIGINT NOT NULL CONSTRAINT ck_pack_costs_quantity CHECK (quantity >= 0),
    cost BIGINT NOT NULL CONSTRAINT ck_pack_costs_cost CHECK (cost >= 0),
    updated_at TEXT NOT NULL,
    CONSTRAINT ck_pack_costs_empty CHECK (quantity > 0 OR cost = 0)
);

CREATE TABLE recipes (
    pack_id TEXT NOT NULL CONSTRAINT pk_recipes PRIMARY KEY CONSTRAINT fk_recipes_pack REFERENCES packs (id),
    enterprise_id TEXT NOT NULL CONSTRAINT fk_recipes_enterprise REFERENCES enterprises (id),
    makes BIGINT NOT NULL CONSTRAINT ck_recipes_makes CHECK (makes > 0),
    version INTEGER NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX ix_recipes_enterprise ON recipes (enterprise_id, pack_id);

CREATE TABLE recipe_lines (
    pack_id TEXT NOT NULL CONSTRAINT fk_recipe_lines_recipe REFERENCES recipes (pack_id),
    material_id TEXT NOT NULL CONSTRAINT fk_recipe_lines_material REFERENCES materials (id),
    quantity BIGINT NOT NULL CONSTRAINT ck_recipe_lines_quantity CHECK (quantity > 0),
    CONSTRAINT pk_recipe_lines PRIMARY KEY (pack_id, material_id)
);

CREATE TABLE productions (
    id TEXT NOT NULL CONSTRAINT pk_productions PRIMARY KEY,
    pack_id TEXT NOT NULL CONSTRAINT fk_productions_pack REFERENCES packs (id),
    enterprise_id TEXT NOT NULL CONSTRAINT fk_productions_enterprise REFERENCES enterprises (id),
    batch_id TEXT NOT NULL CONSTRAINT fk_productions_batch REFERENCES batches (id),
    quantity BIGINT NOT NULL CONSTRAINT ck_productions_quantity CHECK (quantity > 0),
    cost BIGINT NOT NULL CONSTRAINT ck_productions_cost CHECK (cost >= 0),
    actor_id TEXT NOT NULL CONSTRAINT fk_productions_actor REFERENCES accounts (id),
    at TEXT NOT NULL
);
CREATE INDEX ix_productions_pack ON productions (pack_id, id);
