-- What stood in the way when the clock gave a joint buy more time or dropped it. Of older ones nothing is known.
ALTER TABLE joint_events ADD COLUMN hindrance text
    CONSTRAINT ck_joint_events_hindrance CHECK (hindrance IN ('not_enough', 'no_agreement', 'not_trading'));
