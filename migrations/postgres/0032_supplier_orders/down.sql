DROP TABLE supplier_payments;
DROP TABLE supplier_order_links;
DROP TABLE supplier_order_events;
DROP TABLE supplier_order_lines;
DROP TABLE supplier_orders;
DROP TABLE material_movements;
DROP TABLE material_stocks;
