-- What the API keeps for itself: the secret that signs its cursors, and log-ins that work once.

CREATE TABLE api_secret (
    name text PRIMARY KEY,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE console_login (
    sha256 bytea PRIMARY KEY,
    key_id int NOT NULL REFERENCES api_key,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
