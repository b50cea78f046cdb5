-- name: insert
-- Add one sale, unless it is there already word for word.
WITH stored AS (
    SELECT card_sale_id FROM card_sale
    WHERE meter = %(meter)s AND sequence = %(sequence)s AND sold_at = %(sold_at)s AND kind = %(kind)s
      AND (volume_m3, money, unit_price, loaded_at, receipt, operator)
          IS NOT DISTINCT FROM
          (%(volume_m3)s::numeric, %(money)s::numeric, %(unit_price)s::numeric, %(loaded_at)s::timestamptz,
           %(receipt)s::text, %(operator)s::text)
    ORDER BY card_sale_id LIMIT 1
), added AS (
    INSERT INTO card_sale (
        meter, sold_at, kind, sequence, volume_m3, money, unit_price, loaded_at, receipt, operator, recorded_by
    )
    SELECT %(meter)s, %(sold_at)s, %(kind)s, %(sequence)s, %(volume_m3)s::numeric, %(money)s::numeric,
           %(unit_price)s::numeric, %(loaded_at)s::timestamptz, %(receipt)s::text, %(operator)s::text,
           %(recorded_by)s
    WHERE NOT EXISTS (SELECT FROM stored)
    RETURNING card_sale_id
)
SELECT card_sale_id, false AS added FROM stored UNION ALL SELECT card_sale_id, true FROM added;

-- name: last
-- What a list of sales is fixed to.
SELECT coalesce(max(card_sale_id), 0) FROM card_sale;

-- name: find
-- One sale.
SELECT * FROM card_sale WHERE card_sale_id = %s;

-- name: of_meter
-- A meter's sales in order of time.
SELECT * FROM card_sale
WHERE meter = %(meter)s AND card_sale_id <= %(last)s
  AND (%(start)s::timestamptz IS NULL OR sold_at >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR sold_at < %(end)s)
  AND (%(after_at)s::timestamptz IS NULL
       OR (sold_at, card_sale_id) > (%(after_at)s::timestamptz, %(after_id)s::bigint))
ORDER BY sold_at, card_sale_id
LIMIT %(limit)s;

-- name: begun
-- When the first sale of the ledger was; null while it is not kept.
SELECT min(sold_at) FROM card_sale;

-- name: of_meters
-- Everything that was sold for some meters.
SELECT meter, sequence, sold_at, kind, volume_m3, money, unit_price FROM card_sale
WHERE meter = ANY(%(meters)s::text[])
ORDER BY meter, sequence, card_sale_id;

-- name: known_between
-- What was sold for whom, of a span by when it was sold or by when it was entered; all before it too, if wanted.
SELECT meter, sequence, sold_at, kind, volume_m3, money, unit_price, recorded_at FROM card_sale
WHERE (%(with_last)s OR CASE WHEN %(stored)s THEN recorded_at ELSE sold_at END > %(begin)s)
  AND CASE WHEN %(stored)s THEN recorded_at ELSE sold_at END <= %(end)s
ORDER BY card_sale_id;
