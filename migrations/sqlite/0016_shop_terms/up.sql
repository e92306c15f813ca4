CREATE TABLE shop_terms (
    enterprise_id TEXT NOT NULL CONSTRAINT pk_shop_terms PRIMARY KEY CONSTRAINT fk_shop_terms_enterprise REFERENCES enterprises (id),
    minimum_order BIGINT NOT NULL CONSTRAINT ck_shop_terms_minimum_order CHECK (minimum_order >= 0),
    answer_hours BIGINT NOT NULL CONSTRAINT ck_shop_terms_answer_hours CHECK (answer_hours BETWEEN 1 AND 72),
    hand_over_days BIGINT NOT NULL CONSTRAINT ck_shop_terms_hand_over_days CHECK (hand_over_days BETWEEN 1 AND 30),
    opening TEXT,
    holiday_from DATE,
    holiday_until DATE,
    holiday_note TEXT,
    version INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT ck_shop_terms_holiday CHECK ((holiday_from IS NULL) = (holiday_until IS NULL) AND (holiday_from IS NULL OR holiday_from <= holiday_until)),
    CONSTRAINT ck_shop_terms_holiday_note CHECK (holiday_note IS NULL OR holiday_from IS NOT NULL)
);
