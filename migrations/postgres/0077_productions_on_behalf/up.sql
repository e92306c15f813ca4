-- For whom the village's office made it. Of older productions that is not known.
ALTER TABLE productions ADD COLUMN on_behalf_of uuid CONSTRAINT fk_productions_on_behalf_of REFERENCES enterprises (id);
