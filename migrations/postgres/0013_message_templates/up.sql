CREATE TABLE message_templates (
    village_id uuid NOT NULL CONSTRAINT fk_message_templates_village REFERENCES villages (id),
    kind text NOT NULL CONSTRAINT ck_message_templates_kind CHECK (kind IN ('order', 'product')),
    text text,
    version integer NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_message_templates PRIMARY KEY (village_id, kind)
);
