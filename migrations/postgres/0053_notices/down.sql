DROP TABLE partner_notices;
