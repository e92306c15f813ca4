DROP TABLE shop_terms;
