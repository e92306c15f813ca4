ALTER TABLE village_settings DROP COLUMN moderation_hours;
