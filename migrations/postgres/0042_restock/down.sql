DROP TABLE restock_runs;
DROP TABLE restock_templates;
DROP TABLE par_levels;
DROP TABLE restock_events;
DROP TABLE restock_lines;
DROP TABLE restocks;
