DROP TABLE book_grant_uses;
DROP TABLE book_grants;
