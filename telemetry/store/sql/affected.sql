-- name: sites
-- The sites whose gas comes through a station, with who pays, and who else could supply them.
-- Where no station is named for a site, all that feed its zone, or the nearest zone around that is fed, supply it.
-- Another station backs a site up when it feeds the same zone at about the same pressure and is nobody's own.
WITH RECURSIVE chain AS (
    SELECT zone, zone AS above, 0 AS depth FROM zone
    UNION ALL
    SELECT chain.zone, zone.parent, depth + 1 FROM chain JOIN zone ON zone.zone = chain.above
    WHERE zone.parent IS NOT NULL AND depth < 32
),
fed AS (
    SELECT DISTINCT ON (chain.zone) chain.zone, chain.above AS feeds_zone
    FROM chain WHERE EXISTS (SELECT FROM station WHERE feeds_zone = chain.above)
    ORDER BY chain.zone, depth
),
feeding AS (
    SELECT station.station, station.feeds_zone, coalesce(kind NOT IN ('dedicated', 'end_point'), true) AS shared,
           (SELECT max(held.set_kpa) FROM (
                SELECT DISTINCT ON (stream) set_kpa FROM setpoint
                WHERE setpoint.station = station.station AND valid_from <= %(at)s
                ORDER BY stream, valid_from DESC
            ) AS held) AS set_kpa
    FROM station
),
here AS (SELECT * FROM feeding WHERE station = %(station)s),
others AS (
    SELECT coalesce(array_agg(other.station ORDER BY other.station) FILTER (WHERE other.station IS NOT NULL), '{}') AS stations
    FROM here
    LEFT JOIN feeding AS other
      ON other.feeds_zone = here.feeds_zone AND other.station <> here.station AND here.shared AND other.shared
     AND coalesce(other.set_kpa / here.set_kpa BETWEEN 0.8 AND 1.25, true)
),
supplied AS (
    SELECT site.*, supply.station IS NOT NULL AS named, fed.feeds_zone
    FROM site
    LEFT JOIN LATERAL (
        SELECT station FROM supplied_by WHERE supplied_by.site = site.site AND valid_from <= %(at)s
        ORDER BY valid_from DESC LIMIT 1
    ) AS supply ON true
    LEFT JOIN fed ON fed.zone = site.zone
    CROSS JOIN here
    WHERE supply.station = here.station
       OR (supply.station IS NULL AND here.shared AND fed.feeds_zone = here.feeds_zone)
)
SELECT supplied.site, supplied.name, supplied.zone, supplied.named,
       CASE WHEN supplied.feeds_zone = here.feeds_zone THEN others.stations ELSE '{}' END AS other_stations,
       account.account, account.name AS account_name, coalesce(account.key_account, false) AS key_account
FROM supplied
CROSS JOIN here
CROSS JOIN others
LEFT JOIN LATERAL (
    SELECT account FROM contract WHERE contract.site = supplied.site AND valid_from <= %(at)s
    ORDER BY valid_from DESC LIMIT 1
) AS contract ON true
LEFT JOIN account ON account.account = coalesce(contract.account, supplied.account)
ORDER BY supplied.site;

-- name: loads
-- The billing meters that some sites have, and what they took in the last day: whole and in its largest hour.
WITH installed AS (
    SELECT DISTINCT ON (meter) meter, site, coalesce(sign, 1) AS sign, removed_at
    FROM installation WHERE valid_from <= %(at)s
    ORDER BY meter, valid_from DESC
),
hours AS (
    SELECT installed.site, meter.meter, hour.interval_start, installed.sign * hour.base_volume_um3 AS base_volume_um3
    FROM installed
    JOIN meter USING (meter)
    LEFT JOIN volume_hour AS hour
      ON hour.meter_id = meter.meter_id AND hour.interval_start < %(at)s
     AND hour.interval_start >= %(at)s::timestamptz - INTERVAL '24 hours'
    WHERE installed.site = ANY (%(sites)s) AND (removed_at IS NULL OR removed_at > %(at)s)
      AND coalesce(meter.role, 'billing') = 'billing'
)
SELECT site, array_agg(DISTINCT meter ORDER BY meter) AS meters, sum(base_volume_um3)::bigint AS base_volume_um3,
       (SELECT max(taken)::bigint FROM (
            SELECT sum(base_volume_um3) AS taken FROM hours AS same WHERE same.site = hours.site
            GROUP BY interval_start
        ) AS each) AS peak_um3
FROM hours
GROUP BY site;
