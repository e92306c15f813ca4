CREATE TABLE delivery_zones (
    id uuid NOT NULL CONSTRAINT pk_delivery_zones PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_delivery_zones_enterprise REFERENCES enterprises (id),
    name text NOT NULL,
    fee bigint NOT NULL CONSTRAINT ck_delivery_zones_fee CHECK (fee >= 0),
    minimum_order bigint NOT NULL CONSTRAINT ck_delivery_zones_minimum_order CHECK (minimum_order >= 0),
    active boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
-- A zone that is gone keeps its row, for the orders that were brought there; its name is free again.
CREATE UNIQUE INDEX uq_delivery_zones_enterprise_id_name ON delivery_zones (enterprise_id, name) WHERE active;
CREATE INDEX ix_delivery_zones_enterprise ON delivery_zones (enterprise_id, active, id);
