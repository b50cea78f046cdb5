-- What does not serve may say when it serves again, so that nobody forgets it.

ALTER TABLE out_of_service ADD COLUMN until timestamptz; -- null: until somebody returns it
