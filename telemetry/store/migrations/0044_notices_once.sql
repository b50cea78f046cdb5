-- Notices that are no alarms' alone: the daily digest of a route, and what customers are told.

-- What a notice tells, where there may be one at most for each route and channel.
ALTER TABLE notice ADD COLUMN once text;
CREATE UNIQUE INDEX notice_once ON notice (route, channel, once);

-- Since when customers are told at all: statements that were closed before are no news.
CREATE TABLE customer_notices (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    since timestamptz NOT NULL
);

-- A notice says itself of what type it is.
UPDATE notice SET content = content || '{"type": "alarm.notice"}';
