-- name: snapshot
-- What a list of meters is fixed to: the meters there are, and the moment.
SELECT coalesce(max(meter_id), 0) AS meter_id, now() AS as_of FROM meter;

-- name: list
-- Meters with where they are, whose they are and what they last said.
WITH page AS (
    SELECT m.*, i.site, i.device, i.valid_from AS installed_at, i.removed_at, s.name AS site_name, s.zone, s.area,
           s.time_zone, c.contract, c.settlement_cycle, c.correction AS contract_correction,
           coalesce(c.base_temperature_degc, 20) AS base_temperature_degc,
           coalesce(c.base_pressure_kpa, 101.325) AS base_pressure_kpa, c.prepayment, c.price_plan,
           a.account, a.name AS account_name, a.sector
    FROM meter m
    LEFT JOIN LATERAL (
        SELECT * FROM installation WHERE meter = m.meter AND valid_from <= %(as_of)s
        ORDER BY valid_from DESC LIMIT 1
    ) i ON true
    LEFT JOIN site s ON s.site = i.site
    LEFT JOIN LATERAL (
        SELECT * FROM contract WHERE site = i.site AND valid_from <= %(as_of)s
        ORDER BY valid_from DESC LIMIT 1
    ) c ON true
    LEFT JOIN account a ON a.account = coalesce(c.account, s.account)
    WHERE m.meter_id <= %(meter_id)s
      AND (%(meter)s::text IS NULL OR m.meter = %(meter)s)
      AND (%(account)s::text IS NULL OR a.account = %(account)s)
      AND (%(zone)s::text IS NULL OR s.zone = %(zone)s)
      AND (%(search)s::text IS NULL OR strpos(lower(concat_ws(E'\n', m.meter, a.name, a.account, s.name, i.site, i.device)), lower(%(search)s)) > 0)
      AND (%(after)s::text IS NULL OR m.meter > %(after)s)
    ORDER BY m.meter
    LIMIT %(limit)s
)
SELECT page.meter, type, kind, coalesce(role, 'billing') AS role, correction, qmax_m3h, qmin_m3h, qt_m3h, digits,
       accuracy_class, manufacturer, model, serial, size, dn_mm, page.device, installed_at, removed_at, site,
       site_name, area, zone, time_zone, account, account_name, sector, contract, settlement_cycle,
       contract_correction, base_temperature_degc, base_pressure_kpa, prepayment, price_plan,
       r.measured_at, r.received_at, r.index_um3, r.base_index_um3, r.pressure_pa, r.gauge_pressure_pa,
       r.temperature_k, r.flow_m3h, r.base_flow_m3h, r.arrival_correction_factor, r.arrival_base_flow_m3h,
       r.battery_v, r.battery_pct, r.valve, r.meter_bypass_valve, r.flags, d.expected_interval_s
FROM page
LEFT JOIN device d ON d.device = page.device
LEFT JOIN LATERAL (
    SELECT * FROM reading
    WHERE device_id = d.device_id AND measured_at >= page.installed_at
      AND measured_at < coalesce(page.removed_at, 'infinity') AND stored_at <= %(as_of)s
    ORDER BY measured_at DESC, seq DESC NULLS LAST, content_hash DESC
    LIMIT 1
) r ON true
ORDER BY page.meter;

-- name: exists
-- Is there such a meter?
SELECT EXISTS (SELECT FROM meter WHERE meter = %s);
