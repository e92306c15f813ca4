CREATE TABLE message_templates (
    village_id TEXT NOT NULL CONSTRAINT fk_message_templates_village REFERENCES villages (id),
    kind TEXT NOT NULL CONSTRAINT ck_message_templates_kind CHECK (kind IN ('order', 'product')),
    text TEXT,
    version INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_message_templates PRIMARY KEY (village_id, kind)
);
