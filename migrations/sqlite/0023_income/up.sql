CREATE TABLE income_baselines (
    id TEXT NOT NULL CONSTRAINT pk_income_baselines PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_income_baselines_enterprise REFERENCES enterprises (id),
    month TEXT NOT NULL,
    net BIGINT NOT NULL CONSTRAINT ck_income_baselines_net CHECK (net >= 0),
    turnover_band INTEGER NOT NULL CONSTRAINT ck_income_baselines_turnover_band CHECK (turnover_band BETWEEN 1 AND 6),
    permits TEXT NOT NULL,
    internet_uses INTEGER NOT NULL CONSTRAINT ck_income_baselines_internet_uses CHECK (internet_uses BETWEEN 0 AND 63),
    evidence TEXT NOT NULL CONSTRAINT ck_income_baselines_evidence CHECK (evidence IN ('recorded', 'estimate')),
    surveyed_by TEXT NOT NULL CONSTRAINT fk_income_baselines_surveyed_by REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_income_baselines_on_behalf_of REFERENCES enterprises (id),
    surveyed_at TEXT NOT NULL
);
CREATE INDEX ix_income_baselines_enterprise ON income_baselines (enterprise_id, id);
