CREATE TABLE preorder_windows (
    id TEXT NOT NULL CONSTRAINT pk_preorder_windows PRIMARY KEY,
    pack_id TEXT NOT NULL CONSTRAINT fk_preorder_windows_pack REFERENCES packs (id),
    enterprise_id TEXT NOT NULL CONSTRAINT fk_preorder_windows_enterprise REFERENCES enterprises (id),
    cut_off TEXT NOT NULL,
    ready_on DATE NOT NULL,
    capacity BIGINT NOT NULL CONSTRAINT ck_preorder_windows_capacity CHECK (capacity > 0),
    taken BIGINT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_preorder_windows_state CHECK (state IN ('open', 'closed', 'called_off')),
    reason TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT ck_preorder_windows_taken CHECK (taken >= 0 AND taken <= capacity),
    CONSTRAINT ck_preorder_windows_reason CHECK ((state = 'called_off') = (reason IS NOT NULL))
);
CREATE INDEX ix_preorder_windows_pack ON preorder_windows (pack_id, state, cut_off, id);
CREATE INDEX ix_preorder_windows_enterprise ON preorder_windows (enterprise_id, id);

CREATE TABLE preorder_events (
    id TEXT NOT NULL CONSTRAINT pk_preorder_events PRIMARY KEY,
    window_id TEXT NOT NULL CONSTRAINT fk_preorder_events_window REFERENCES preorder_windows (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT NOT NULL CONSTRAINT fk_preorder_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_preorder_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_preorder_events_window ON preorder_events (window_id, id);
