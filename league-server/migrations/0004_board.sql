-- Why: the leaderboard is the page that everybody reads all the time. It holds one row per person and race, already
-- scored, in the order of the board; and what changed it is told to the open pages through the events.

create table entries (
    race_id        text             not null references races (id),
    person_id      text             not null references people (id),
    -- Public name of what stands on the board. It tells nothing about the submission behind it, and a better run gets
    -- a new one.
    id             text             not null unique,
    submission_id  text             not null references submissions (id),
    submission_seq integer          not null,
    submitted_at   integer          not null,
    score_secs     double precision not null,
    off_tracks     integer          not null,
    best_lap_secs  double precision not null,
    total_secs     double precision not null,
    completed_laps integer          not null,
    crashes        integer          not null,
    replay_sha256  text             not null,
    primary key (race_id, person_id)
);

-- The board's order: see scoring::Standing, which says the same in Rust.
create unique index entries_in_order on entries (race_id, score_secs, off_tracks, best_lap_secs, submission_seq);

create table events (
    seq        integer not null primary key autoincrement,
    kind       text    not null check (kind in ('leaderboard')),
    race_id    text    not null references races (id),
    created_at integer not null
);
