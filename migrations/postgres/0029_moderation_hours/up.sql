-- Within how many hours a village means to look at what waits.
ALTER TABLE village_settings ADD COLUMN moderation_hours integer NOT NULL DEFAULT 48
    CONSTRAINT ck_village_settings_moderation_hours CHECK (moderation_hours BETWEEN 1 AND 336);
