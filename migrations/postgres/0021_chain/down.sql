DROP TABLE balance_mark_lines;
DROP TABLE balance_marks;
DROP TABLE journal_seals;
DROP TABLE unsealed_entries;
DROP TABLE entry_digests;
DROP TABLE book_keys;
