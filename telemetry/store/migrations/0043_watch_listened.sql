-- Until when the watch could hear who speaks: what it missed while it was down is nobody's silence.

ALTER TABLE watch_progress ADD COLUMN listened_until timestamptz;
