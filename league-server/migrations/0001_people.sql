-- Why: a result belongs to somebody, and only that somebody (and an administrator) may read what is behind it.
--
-- Nothing here opens a door when the file leaks: passwords are argon2id, tokens and sessions are kept as SHA-256 of
-- 256 random bits. Times are integers, Unix milliseconds in UTC, in every table of the league.

create table people (
    -- Order of arrival, for lists.
    seq           integer not null primary key autoincrement,
    id            text    not null unique,
    -- Lower case by the rules of the handle, so that two people never differ in case alone.
    handle        text    not null unique,
    -- A baseline is a car that the league enters itself. It has neither a password nor a token.
    kind          text    not null check (kind in ('person', 'baseline')),
    role          text    not null check (role in ('racer', 'director', 'analyst', 'admin')),
    password_hash text,
    created_at    integer not null
);

create table tokens (
    seq        integer not null primary key autoincrement,
    id         text    not null unique,
    person_id  text    not null references people (id),
    name       text    not null,
    sha256     text    not null unique,
    created_at integer not null
);

create index tokens_by_person on tokens (person_id, seq);

create table sessions (
    sha256       text    not null primary key,
    person_id    text    not null references people (id),
    created_at   integer not null,
    -- A session ends when nobody used it for a while, and at a fixed age. See src/auth/session.rs.
    last_seen_at integer not null
);

create index sessions_by_person on sessions (person_id);
