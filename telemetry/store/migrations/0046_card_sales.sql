-- What the office sold onto IC cards.

-- A ledger: rows are only added. Volumes and money are as entered, never negative: `kind` says which way they count.
CREATE TABLE card_sale (
    card_sale_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter text NOT NULL REFERENCES meter,
    sold_at timestamptz NOT NULL,
    kind text NOT NULL, -- sale, top_up, refund, reversal, card_replacement, exchange_credit
    sequence int NOT NULL, -- the meter's count of purchases once this one is loaded
    volume_m3 numeric,
    money numeric,
    unit_price numeric,
    loaded_at timestamptz,
    receipt text,
    operator text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(volume_m3, money) > 0)
);
CREATE INDEX card_sale_by_meter ON card_sale (meter, sequence);
CREATE INDEX card_sale_by_time ON card_sale (sold_at);
CREATE INDEX card_sale_by_entry ON card_sale (recorded_at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON card_sale
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
