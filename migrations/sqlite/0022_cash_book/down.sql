DROP TABLE cash_templates;
DROP TABLE cash_counts;
DROP TABLE cash_rows;
