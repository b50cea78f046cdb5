-- How far the watch has judged what changed of volumes; what changed before it first looked is history.

CREATE TABLE watch_progress (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    volume_sequence bigint NOT NULL
);
INSERT INTO watch_progress (volume_sequence) SELECT sequence FROM volume_clock;
