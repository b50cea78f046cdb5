-- What each stream of a station carried in an hour, kept when the samples are gone: whether a standby works,
-- and how much its filter resists (a fit of Δp = r·Q² is r = filter_moment / flow_moment).
CREATE TABLE stream_hour (
    station_id int NOT NULL,
    stream smallint NOT NULL, -- 0 the only one, 1 A, 2 B
    hour timestamptz NOT NULL,
    peak_flow_m3h float8,          -- the second highest, since one sample may be a spike
    filter_moment float8 NOT NULL, -- Σ Δp·Q² in Pa·(m³/h)²
    flow_moment float8 NOT NULL,   -- Σ Q⁴ in (m³/h)⁴, where Δp is known
    PRIMARY KEY (station_id, stream, hour)
);
CREATE INDEX stream_hour_by_hour ON stream_hour (hour);
