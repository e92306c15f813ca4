DROP TABLE postings;
DROP TABLE journal_entries;
DROP FUNCTION refuse_change();
