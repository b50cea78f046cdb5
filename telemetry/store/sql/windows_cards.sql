-- name: cards
-- What meters said of their credit in these batches, with what they said before and the registers at both.
SELECT card.device_id, card.measured_at, card.received_at, card.remaining_m3, card.remaining_money,
       card.cumulative_purchased_m3, card.sequence, card.alarm_m3, card.overdraft_limit_m3,
       before.measured_at AS before_at, before.remaining_m3 AS before_remaining_m3,
       before.remaining_money AS before_remaining_money,
       before.cumulative_purchased_m3 AS before_purchased_m3, before.sequence AS before_sequence,
       register.counts AS index_um3, former.counts AS before_index_um3, week.measured_at AS week_at,
       week.counts AS week_index_um3
FROM unnest(%(ids)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) AS span (id, first, last)
JOIN card_state AS card ON card.device_id = span.id AND card.measured_at BETWEEN span.first AND span.last
 AND card.stored_at = ANY (%(stored_at)s)
LEFT JOIN LATERAL (
    SELECT * FROM card_state
    WHERE device_id = card.device_id AND measured_at < card.measured_at
    ORDER BY measured_at DESC, sequence DESC NULLS LAST, content_hash DESC LIMIT 1
) AS before ON true
LEFT JOIN LATERAL (
    SELECT CASE WHEN card.basis = 1 THEN base_index_um3 ELSE index_um3 END AS counts FROM reading
    WHERE device_id = card.device_id AND measured_at = card.measured_at
    ORDER BY seq DESC NULLS LAST, content_hash DESC LIMIT 1
) AS register ON true
LEFT JOIN LATERAL (
    SELECT CASE WHEN card.basis = 1 THEN base_index_um3 ELSE index_um3 END AS counts FROM reading
    WHERE device_id = card.device_id AND measured_at = before.measured_at
    ORDER BY seq DESC NULLS LAST, content_hash DESC LIMIT 1
) AS former ON true
LEFT JOIN LATERAL (
    SELECT measured_at, CASE WHEN card.basis = 1 THEN base_index_um3 ELSE index_um3 END AS counts FROM reading
    WHERE device_id = card.device_id AND measured_at >= card.measured_at - interval '7 days'
      AND measured_at < card.measured_at AND index_um3 IS NOT NULL
    ORDER BY measured_at LIMIT 1
) AS week ON true
ORDER BY card.device_id, card.measured_at, card.sequence DESC NULLS LAST, card.content_hash DESC;

-- name: bought
-- Where the count of purchases moved while these batches were spoken of or so long before, between states that say it.
WITH span AS (
    SELECT id, min(first) AS first, max(last) AS last
    FROM unnest(%(ids)s::int[], %(first)s::timestamptz[], %(last)s::timestamptz[]) AS given (id, first, last)
    GROUP BY id
), said AS (
    SELECT card.device_id, card.measured_at, card.sequence, card.cumulative_purchased_m3,
           lag(card.measured_at) OVER states AS before_at, lag(card.sequence) OVER states AS before_sequence,
           lag(card.cumulative_purchased_m3) OVER states AS before_purchased_m3
    FROM span
    CROSS JOIN LATERAL (
        (SELECT * FROM card_state
         WHERE device_id = span.id AND measured_at > span.first - %(back)s AND measured_at <= span.last
           AND sequence IS NOT NULL)
        UNION ALL
        (SELECT * FROM card_state
         WHERE device_id = span.id AND measured_at <= span.first - %(back)s AND sequence IS NOT NULL
         ORDER BY measured_at DESC, sequence DESC, content_hash DESC LIMIT 1)
    ) AS card
    WINDOW states AS (PARTITION BY card.device_id
                      ORDER BY card.measured_at, card.sequence, card.content_hash)
)
SELECT device_id, before_at, measured_at, before_sequence, sequence,
       cumulative_purchased_m3 - before_purchased_m3 AS taken_m3
FROM said
WHERE sequence <> before_sequence
ORDER BY device_id, measured_at, sequence;

-- name: price_tables
-- The price table that each device said last that it holds, when it did, and when it said another last.
SELECT d.device, card.price_version, card.measured_at AS said_at, other.measured_at AS other_until
FROM unnest(%(devices)s::text[]) AS wanted (device)
JOIN device d ON d.device = wanted.device
CROSS JOIN LATERAL (
    SELECT price_version, measured_at FROM card_state
    WHERE device_id = d.device_id AND measured_at > %(from)s AND price_version IS NOT NULL
    ORDER BY measured_at DESC LIMIT 1
) AS card
LEFT JOIN LATERAL (
    SELECT measured_at FROM card_state
    WHERE device_id = d.device_id AND measured_at > %(from)s AND measured_at < card.measured_at
      AND price_version <> card.price_version
    ORDER BY measured_at DESC LIMIT 1
) AS other ON true;
