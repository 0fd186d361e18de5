-- Why: a submission that was acknowledged is never lost and counts once.
--
-- The row of a submission is the truth. The queue's own tables (Jobs, Workers: they belong to apalis) only say who
-- races it now, and can be made again from here; see src/queue.rs.

create table submissions (
    -- Order of acknowledgement, which also settles ties.
    seq           integer          not null primary key autoincrement,
    id            text             not null unique,
    race_id       text             not null references races (id),
    person_id     text             not null references people (id),
    -- Name of the policy's file among the blobs.
    policy_sha256 text             not null,
    submitted_at  integer          not null,
    status        text             not null check (status in ('queued', 'running', 'finished', 'failed')),
    -- Times that a referee began this race, and times that the race itself went wrong. They differ: a killed server
    -- is not the policy's fault.
    starts        integer          not null default 0,
    failures      integer          not null default 0,
    finished_at   integer,
    -- One sentence for the racer when the race failed.
    detail        text,
    -- The RaceResult as JSON, and the replay's file among the blobs.
    result        text,
    replay_sha256 text,
    -- What the race's ranking made of the result; null when it is not ranked.
    score_secs    double precision,
    check ((status in ('finished', 'failed')) = (finished_at is not null)),
    check ((status = 'finished') = (result is not null and replay_sha256 is not null))
);

create index submissions_by_person on submissions (person_id, seq);
create index submissions_by_race on submissions (race_id, seq);
create index submissions_unfinished on submissions (seq) where status in ('queued', 'running');

-- A client that did not hear the answer may ask again with the same key and gets the same submission.
create table idempotency_keys (
    person_id      text    not null references people (id),
    race_id        text    not null references races (id),
    key            text    not null,
    request_sha256 text    not null,
    submission_id  text    not null references submissions (id),
    created_at     integer not null,
    primary key (person_id, race_id, key)
);
