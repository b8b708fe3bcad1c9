-- The categories with the newest items, without a look at all of them.
CREATE INDEX category_by_newest ON category (newest DESC, id) WHERE NOT gone AND private = 0;
