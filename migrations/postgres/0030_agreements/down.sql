DROP TABLE breach_events;
DROP TABLE breaches;
DROP TABLE obligations;
DROP TABLE agreement_templates;
DROP TABLE agreement_events;
DROP TABLE agreement_periods;
DROP TABLE agreement_versions;
DROP TABLE agreements;
