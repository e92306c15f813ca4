DROP TABLE stall_days;
