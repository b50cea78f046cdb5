-- Refused payloads that somebody corrected: who, when, why, and as which message the corrected one went its way.
-- The payload as it came stays where it is; each correction is a row of its own.

CREATE TABLE mended_payload (
    mended_payload_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dead_letter_id bigint NOT NULL REFERENCES dead_letter,
    message_id bigint NOT NULL, -- the corrected payload, in message
    received_at timestamptz NOT NULL, -- of both, so that what it says stands as if it had come so
    mended_at timestamptz NOT NULL DEFAULT now(),
    mended_by text NOT NULL,
    reason text NOT NULL
);
CREATE INDEX mended_payload_by_letter ON mended_payload (dead_letter_id);
