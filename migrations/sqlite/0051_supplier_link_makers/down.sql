ALTER TABLE supplier_order_events DROP COLUMN link_made_by;
ALTER TABLE supplier_order_links DROP COLUMN made_by;
