DROP TABLE stall_day_events;
DROP TABLE stall_days;
