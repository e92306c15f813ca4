CREATE TABLE media (
    id uuid NOT NULL CONSTRAINT pk_media PRIMARY KEY,
    owner_id uuid NOT NULL CONSTRAINT fk_media_owner REFERENCES accounts (id),
    purpose text NOT NULL CONSTRAINT ck_media_purpose
        CHECK (purpose IN ('product_photo', 'payment_proof', 'claim_photo', 'cash_book')),
    source_digest text NOT NULL,
    subject text,
    enterprise_id uuid CONSTRAINT fk_media_enterprise REFERENCES enterprises (id),
    buyer_id uuid CONSTRAINT fk_media_buyer REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT ck_media_attached CHECK ((subject IS NULL) = (enterprise_id IS NULL) AND (subject IS NOT NULL OR buyer_id IS NULL))
);
CREATE INDEX ix_media_owner ON media (owner_id, source_digest);
CREATE INDEX ix_media_buyer ON media (buyer_id);
CREATE INDEX ix_media_subject ON media (subject, id);

CREATE TABLE media_variants (
    media_id uuid NOT NULL CONSTRAINT fk_media_variants_media REFERENCES media (id),
    size text NOT NULL CONSTRAINT ck_media_variants_size CHECK (size IN ('320', '640', '1080')),
    digest text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    bytes bigint NOT NULL,
    CONSTRAINT pk_media_variants PRIMARY KEY (media_id, size)
);
CREATE INDEX ix_media_variants_digest ON media_variants (digest);

CREATE TABLE media_removals (
    digest text NOT NULL CONSTRAINT pk_media_removals PRIMARY KEY,
    begun_at timestamptz NOT NULL
);

CREATE TABLE upload_counts (
    account_id uuid NOT NULL CONSTRAINT pk_upload_counts PRIMARY KEY CONSTRAINT fk_upload_counts_account REFERENCES accounts (id),
    day date NOT NULL,
    uploads integer NOT NULL
);
