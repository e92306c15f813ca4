DROP TABLE preorder_events;
DROP TABLE preorder_windows;
