-- What is published as an item of its own: neither told by another item of its story, nor kept from
-- publication by a rule.
DROP VIEW shown;
CREATE VIEW shown AS
    SELECT * FROM item
    WHERE NOT EXISTS (SELECT 1 FROM story WHERE story.item = item.id AND story.head <> item.id)
      AND NOT EXISTS (SELECT 1 FROM withheld WHERE withheld.item = item.id);
