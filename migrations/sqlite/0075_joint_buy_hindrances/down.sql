ALTER TABLE joint_events DROP COLUMN hindrance;
