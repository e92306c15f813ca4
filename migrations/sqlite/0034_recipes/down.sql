DROP TABLE productions;
DROP TABLE recipe_lines;
DROP TABLE recipes;
DROP TABLE pack_costs;
