DROP TABLE payment_details_events;
DROP TABLE payment_details;
