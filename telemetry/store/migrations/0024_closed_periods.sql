-- Whether an edit was entered to change a closed period on purpose: what it changes there becomes adjustments.

ALTER TABLE edit ADD COLUMN adjust_closed boolean NOT NULL DEFAULT false;
