CREATE TABLE village_settings (
    village_id uuid NOT NULL CONSTRAINT pk_village_settings PRIMARY KEY CONSTRAINT fk_village_settings_village REFERENCES villages (id),
    hotline text,
    language text NOT NULL CONSTRAINT ck_village_settings_language CHECK (language IN ('id', 'su', 'en')),
    qris_amount_filling boolean NOT NULL,
    hours_to_pay integer NOT NULL CONSTRAINT ck_village_settings_hours_to_pay CHECK (hours_to_pay BETWEEN 1 AND 168),
    days_to_complete integer NOT NULL CONSTRAINT ck_village_settings_days_to_complete CHECK (days_to_complete BETWEEN 1 AND 30),
    version integer NOT NULL,
    updated_at timestamptz NOT NULL
);
INSERT INTO village_settings
SELECT id, NULL, 'id', FALSE, 24, 3, 1, created_at FROM villages;
