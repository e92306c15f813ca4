CREATE INDEX ix_supply_items_supplier ON supply_items (supplier_id, id);
CREATE INDEX ix_joint_wants_item ON joint_wants (item_id, buy_id);
