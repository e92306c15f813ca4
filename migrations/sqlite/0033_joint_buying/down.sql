DROP TABLE joint_events;
DROP TABLE joint_wants;
DROP TABLE joint_members;
DROP TABLE joint_buys;
