-- Exchanges of meters and correctors: what was done, by whom, and who checked it.

CREATE TABLE exchange (
    exchange_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter text NOT NULL REFERENCES meter,     -- the one that ends
    new_meter text NOT NULL REFERENCES meter, -- the same where a corrector alone was exchanged
    site text NOT NULL REFERENCES site,
    old_device text NOT NULL REFERENCES device,
    device text NOT NULL REFERENCES device,
    exchanged_at timestamptz NOT NULL,
    installed_at timestamptz NOT NULL,
    final_index_m3 numeric NOT NULL,
    final_base_index_m3 numeric,
    index_m3 numeric NOT NULL,
    base_index_m3 numeric,
    reason text NOT NULL,
    seal_no_old text,
    seal_no_new text,
    credit_carried_m3 numeric,
    credit_carried_money numeric,
    gas_used_meanwhile text NOT NULL,
    done_by text NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    registry_version int NOT NULL,
    verified_by text,
    verified_at timestamptz,
    CHECK (exchanged_at <= installed_at),
    CHECK (verified_by NOT IN (done_by, recorded_by)),
    CHECK ((verified_by IS NULL) = (verified_at IS NULL))
);
CREATE INDEX exchange_by_meter ON exchange (meter, exchanged_at);

-- Verified once, and otherwise as it was recorded.
CREATE FUNCTION keep_exchange() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.verified_at IS NOT NULL
        OR to_jsonb(NEW) - '{verified_by,verified_at}'::text[]
            IS DISTINCT FROM to_jsonb(OLD) - '{verified_by,verified_at}'::text[]
    THEN
        RAISE EXCEPTION 'an exchange is only verified' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER record_only BEFORE UPDATE ON exchange FOR EACH ROW EXECUTE FUNCTION keep_exchange();
CREATE TRIGGER append_only BEFORE DELETE ON exchange FOR EACH ROW EXECUTE FUNCTION refuse_change();
