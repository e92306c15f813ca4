CREATE TABLE media (
    id TEXT NOT NULL CONSTRAINT pk_media PRIMARY KEY,
    owner_id TEXT NOT NULL CONSTRAINT fk_media_owner REFERENCES accounts (id),
    purpose TEXT NOT NULL CONSTRAINT ck_media_purpose
        CHECK (purpose IN ('product_photo', 'payment_proof', 'claim_photo', 'cash_book')),
    source_digest TEXT NOT NULL,
    subject TEXT,
    enterprise_id TEXT CONSTRAINT fk_media_enterprise REFERENCES enterprises (id),
    buyer_id TEXT CONSTRAINT fk_media_buyer REFERENCES accounts (id),
    created_at TEXT NOT NULL,
    CONSTRAINT ck_media_attached CHECK ((subject IS NULL) = (enterprise_id IS NULL) AND (subject IS NOT NULL OR buyer_id IS NULL))
);
CREATE INDEX ix_media_owner ON media (owner_id, source_digest);
CREATE INDEX ix_media_buyer ON media (buyer_id);
CREATE INDEX ix_media_subject ON media (subject, id);

CREATE TABLE media_variants (
    media_id TEXT NOT NULL CONSTRAINT fk_media_variants_media REFERENCES media (id),
    size TEXT NOT NULL CONSTRAINT ck_media_variants_size CHECK (size IN ('320', '640', '1080')),
    digest TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    CONSTRAINT pk_media_variants PRIMARY KEY (media_id, size)
);
CREATE INDEX ix_media_variants_digest ON media_variants (digest);

CREATE TABLE media_removals (
    digest TEXT NOT NULL CONSTRAINT pk_media_removals PRIMARY KEY,
    begun_at TEXT NOT NULL
);

CREATE TABLE upload_counts (
    account_id TEXT NOT NULL CONSTRAINT pk_upload_counts PRIMARY KEY CONSTRAINT fk_upload_counts_account REFERENCES accounts (id),
    day DATE NOT NULL,
    uploads INTEGER NOT NULL
);
