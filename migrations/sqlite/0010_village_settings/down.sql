DROP TABLE village_settings;
