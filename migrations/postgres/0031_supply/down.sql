DROP TABLE supply_prices;
DROP TABLE supply_items;
DROP TABLE materials;
