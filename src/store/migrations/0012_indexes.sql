-- It is the beginning of `item_by_source`.
DROP INDEX item_of_source;

