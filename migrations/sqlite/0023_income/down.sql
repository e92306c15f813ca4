DROP TABLE income_baselines;
