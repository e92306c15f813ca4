DROP TABLE upload_counts;
DROP TABLE media_removals;
DROP TABLE media_variants;
DROP TABLE media;
