CREATE TABLE income_baselines (
    id uuid NOT NULL CONSTRAINT pk_income_baselines PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_income_baselines_enterprise REFERENCES enterprises (id),
    month text NOT NULL,
    net bigint NOT NULL CONSTRAINT ck_income_baselines_net CHECK (net >= 0),
    turnover_band integer NOT NULL CONSTRAINT ck_income_baselines_turnover_band CHECK (turnover_band BETWEEN 1 AND 6),
    permits jsonb NOT NULL,
    internet_uses integer NOT NULL CONSTRAINT ck_income_baselines_internet_uses CHECK (internet_uses BETWEEN 0 AND 63),
    evidence text NOT NULL CONSTRAINT ck_income_baselines_evidence CHECK (evidence IN ('recorded', 'estimate')),
    surveyed_by uuid NOT NULL CONSTRAINT fk_income_baselines_surveyed_by REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_income_baselines_on_behalf_of REFERENCES enterprises (id),
    surveyed_at timestamptz NOT NULL
);
CREATE INDEX ix_income_baselines_enterprise ON income_baselines (enterprise_id, id);
