-- Why: a race must be the same race for everybody and for ever: its track, its rules and its seed are rows, not code,
-- so that a result can be run again after the built-in tracks have changed.

create table tracks (
    name       text             not null primary key,
    title      text             not null,
    -- Digest of the geometry: two tracks with the same digest give the same race.
    sha256     text             not null,
    length_m   double precision not null,
    -- The track file, as sim-spec writes it.
    definition text             not null
);

create table seasons (
    id         text    not null primary key,
    title      text    not null,
    starts_at  integer not null,
    ends_at    integer not null
);

create table races (
    -- A word for addresses, such as harbour-sprint.
    id                     text             not null primary key,
    season_id              text             not null references seasons (id),
    track                  text             not null references tracks (name),
    title                  text             not null,
    -- Place in the season's list.
    place                  integer          not null,
    ranking_method         text             not null check (ranking_method in ('best_lap', 'mean_consecutive', 'total_time')),
    -- Laps that mean_consecutive takes the mean of; null for the others.
    ranking_laps           integer          check ((ranking_method = 'mean_consecutive') = (ranking_laps is not null)),
    laps                   integer          not null,
    off_track_penalty_secs double precision not null,
    time_limit_secs        double precision not null,
    seed                   integer          not null,
    opens_at               integer          not null,
    closes_at              integer          not null,
    unique (season_id, place)
);
