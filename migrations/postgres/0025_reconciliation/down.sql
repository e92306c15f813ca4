DROP TABLE partner_verdicts;
