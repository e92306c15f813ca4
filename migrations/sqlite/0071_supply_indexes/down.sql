DROP INDEX ix_joint_wants_item;
DROP INDEX ix_supply_items_supplier;
