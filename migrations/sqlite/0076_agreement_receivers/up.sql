-- Who has anything in force with a receiver.
CREATE INDEX ix_agreement_periods_receiver ON agreement_periods (receiver_id, ends_at);
