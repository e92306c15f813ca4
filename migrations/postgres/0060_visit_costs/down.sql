ALTER TABLE consignment_visit_lines DROP COLUMN sold_cost;
ALTER TABLE consignment_visit_lines DROP COLUMN sold_costed;
ALTER TABLE consignment_visit_lines DROP COLUMN spoiled_cost;
ALTER TABLE consignment_visit_lines DROP COLUMN spoiled_costed;
ALTER TABLE consignment_visits DROP COLUMN entered_on;
