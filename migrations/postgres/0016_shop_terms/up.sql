CREATE TABLE shop_terms (
    enterprise_id uuid NOT NULL CONSTRAINT pk_shop_terms PRIMARY KEY CONSTRAINT fk_shop_terms_enterprise REFERENCES enterprises (id),
    minimum_order bigint NOT NULL CONSTRAINT ck_shop_terms_minimum_order CHECK (minimum_order >= 0),
    answer_hours bigint NOT NULL CONSTRAINT ck_shop_terms_answer_hours CHECK (answer_hours BETWEEN 1 AND 72),
    hand_over_days bigint NOT NULL CONSTRAINT ck_shop_terms_hand_over_days CHECK (hand_over_days BETWEEN 1 AND 30),
    opening jsonb,
    holiday_from date,
    holiday_until date,
    holiday_note text,
    version integer NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT ck_shop_terms_holiday CHECK ((holiday_from IS NULL) = (holiday_until IS NULL) AND (holiday_from IS NULL OR holiday_from <= holiday_until)),
    CONSTRAINT ck_shop_terms_holiday_note CHECK (holiday_note IS NULL OR holiday_from IS NOT NULL)
);
