-- @schema@ stands for the schema's name. Words are the wire's ("solution", "active"); an outcome or a model that nobody named is ''.
create sequence learning_places;
-- Places in the line of the outbox.
create sequence outbox_line;

-- What the text index is made of: the first 64 KiB of question and answer. By bytes, since a tsvector beyond 1 MB fails the insert; signs that
-- join words part them, so that a word finds a path, an option or a host that it is in.
create function indexed_text(query text, solution text) returns text
language plpgsql immutable parallel safe as $$
declare
  clipped text := pg_catalog.left(query || E'\n' || solution, 65536);
  excess integer := pg_catalog.octet_length(clipped) - 65536;
begin
  if excess > 0 then
    -- Each character less is a byte less or more; 16,384 characters never have more than 65,536 bytes.
    clipped := pg_catalog.left(clipped, greatest(pg_catalog.char_length(clipped) - excess, 16384));
  end if;
  return pg_catalog.translate(clipped, './\-_:@=~+&?%#<>', '                ');
end $$;

create table learnings (
  seq bigint primary key default nextval('learning_places'),
  id uuid not null,
  revision bigint not null,
  -- false: an interaction that an equal earlier one, of the same entry_digest, stands for in the index
  owns_entry boolean not null,
  kind text not null check (kind in ('solution', 'failure', 'interaction', 'pattern')),
  status text not null check (status in ('active', 'superseded', 'archived')),
  outcome text not null check (outcome in ('', 'open', 'resolved', 'success', 'failure', 'partial', 'unknown')),
  promoted boolean not null,
  important boolean not null,
  category text not null,
  timestamp timestamptz not null,
  updated timestamptz not null,
  value_score double precision not null,
  uses bigint not null,
  successes bigint not null,
  failures bigint not null,
  occurrences bigint not null,
  latest_feedback text check (latest_feedback in ('success', 'failure', 'partial')),
  source text not null,
  created_by bigint,
  created_on text not null,
  profile text not null,
  weight_set text not null,
  llm_used text not null check (llm_used in ('', 'local', 'remote', 'none')),
  tokens_input bigint,
  tokens_output bigint,
  tokens_saved bigint not null,
  tokens_saved_estimated boolean not null,
  occurrence_count bigint not null,
  success_rate double precision,
  version bigint not null,
  previous_version uuid,
  name text not null,
  pattern_type text not null,
  origin text not null,
  -- canonical (RFC 8785), byte for byte; jsonb would not keep the form of its numbers
  metadata_text text not null,
  query text not null,
  solution text not null,
  attempted_solution text not null,
  root_cause text not null,
  factors jsonb,
  breakdown jsonb not null,
  context_used jsonb,
  keywords jsonb,
  prerequisites jsonb,
  variations jsonb,
  examples jsonb,
  members jsonb,
  entry_digest bytea,
  key bytea not null check (octet_length(key) = 32),
  metadata jsonb not null generated always as (metadata_text::jsonb) stored,
  text_index tsvector not null generated always as (to_tsvector('pg_catalog.english', @schema@.indexed_text(query, solution))) stored
);

create unique index learnings_by_id on learnings (id);
-- Of many with one key those that helped most come first.
create index learnings_by_key on learnings (key, kind, (successes - failures), timestamp, id) where owns_entry;
create index learnings_by_time on learnings (timestamp, id);
create index learnings_by_value on learnings (value_score, id);
create index learnings_by_category_and_time on learnings (category, timestamp, id);
create index learnings_by_kind_and_time on learnings (kind, timestamp, id);
create index learnings_promoted on learnings (timestamp, id) where promoted;
create index learnings_important on learnings (timestamp, id) where important;
create index learnings_not_active on learnings (status, timestamp, id) where status <> 'active';
create index failures_open on learnings (timestamp, id) where outcome = 'open';
-- What an index is loaded with.
create index learnings_in_index on learnings (id) where status = 'active' and owns_entry;
create index learnings_by_metadata on learnings using gin (metadata jsonb_path_ops);
create index learnings_by_text on learnings using gin (text_index);
-- Of the interactions that share an entry one owns it; the others wait in the order of their arrival.
create unique index interactions_owning on learnings (entry_digest) where owns_entry and entry_digest is not null;
create index interactions_sharing on learnings (entry_digest, seq) where not owns_entry;

-- What the index still has to take over; at most one row a learning. `queued` is its place in line, `due` the time before which it is not
-- tried again. A removal outlives its learning, so the id stands here too. Several daemons work it off: a row belongs to `claimed_by` until
-- `claimed_until`.
create table outbox (
  seq bigint primary key,
  id uuid not null,
  revision bigint not null,
  removal boolean not null,
  queued bigint not null default nextval('outbox_line'),
  due timestamptz not null default '-infinity',
  attempts integer not null default 0,
  set_aside boolean not null default false,
  error text,
  claimed_by uuid,
  claimed_until timestamptz
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

create index outbox_in_line on outbox (queued) where not set_aside;
create index outbox_set_aside on outbox (queued) where set_aside;
create index outbox_by_id on outbox (id, revision);
create index outbox_claimed on outbox (claimed_by) where claimed_by is not null;

-- Vectors of the embedder that `settings` names: 32-bit floats, little end first; null where the index keeps them itself.
create table vectors (
  seq bigint primary key references learnings (seq) on delete cascade,
  clipped boolean not null,
  vector bytea
);
-- Those that a rebuild makes, beside those in use; `settings` names their embedder too.
create table rebuilt_vectors (
  seq bigint primary key references learnings (seq) on delete cascade,
  clipped boolean not null,
  vector bytea
);
-- Random bits can't be made smaller.
alter table vectors alter column vector set storage external;
alter table rebuilt_vectors alter column vector set storage external;

create table feedback (
  number bigint primary key generated always as identity,
  learning bigint not null references learnings (seq) on delete cascade,
  time timestamptz not null,
  outcome text not null,
  note text not null,
  uid bigint not null
);
create index feedback_by_learning on feedback (learning);
create index feedback_by_time on feedback (time);

create table score_history (
  number bigint primary key generated always as identity,
  learning bigint not null references learnings (seq) on delete cascade,
  until timestamptz not null,
  value_score double precision not null,
  profile text not null,
  weight_set text not null,
  factors jsonb,
  breakdown jsonb not null
);
create index score_history_by_learning on score_history (learning);

-- First answers by idempotency key.
create table answers (
  number bigint primary key generated always as identity,
  uid bigint not null,
  idempotency_key text not null,
  time timestamptz not null,
  body_digest bytea not null,
  id uuid not null,
  created boolean not null,
  duplicate boolean not null,
  learning text not null,
  unique (uid, idempotency_key)
);
create index answers_by_time on answers (time);

create table calibrations (
  embedder text primary key,
  median double precision not null,
  half double precision not null,
  three_quarters double precision not null,
  four_fifths double precision not null,
  seventeen_twentieths double precision not null
);

-- Best scores of searches, added up by the minute.
create table quality (
  minute timestamptz primary key,
  queries bigint not null,
  sum_of_best_scores double precision not null
);

-- What each writing connection of each daemon committed last: how a commit whose answer was lost is looked up. The transaction's own number
-- would not do: after a crash of the server it may be given to another one.
create table commits (
  writer uuid primary key,
  number bigint not null,
  time timestamptz not null default now()
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create table settings (
  name text primary key,
  value text not null
);

-- How many learnings there are of each, kept by the triggers below. A connection adds to a share of its own: on one row for all, each writer
-- would wait until the one before is on the disk. A share may be below zero, their sum is not.
create table learning_counts (
  kind text not null,
  category text not null,
  status text not null,
  share integer not null,
  learnings bigint not null,
  tokens_saved_measured numeric not null,
  tokens_saved_estimated numeric not null,
  primary key (kind, category, status, share)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create function count_learnings() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into @schema@.learning_counts as c
    select kind, category, status, pg_backend_pid() % 32, count(*),
      coalesce(sum(tokens_saved) filter (where not tokens_saved_estimated), 0),
      coalesce(sum(tokens_saved) filter (where tokens_saved_estimated), 0)
    from after group by kind, category, status order by kind, category, status
    on conflict (kind, category, status, share) do update set learnings = c.learnings + excluded.learnings,
      tokens_saved_measured = c.tokens_saved_measured + excluded.tokens_saved_measured,
      tokens_saved_estimated = c.tokens_saved_estimated + excluded.tokens_saved_estimated;
  elsif tg_op = 'DELETE' then
    insert into @schema@.learning_counts as c
    select kind, category, status, pg_backend_pid() % 32, -count(*),
      -coalesce(sum(tokens_saved) filter (where not tokens_saved_estimated), 0),
      -coalesce(sum(tokens_saved) filter (where tokens_saved_estimated), 0)
    from before group by kind, category, status order by kind, category, status
    on conflict (kind, category, status, share) do update set learnings = c.learnings + excluded.learnings,
      tokens_saved_measured = c.tokens_saved_measured + excluded.tokens_saved_measured,
      tokens_saved_estimated = c.tokens_saved_estimated + excluded.tokens_saved_estimated;
  else
    insert into @schema@.learning_counts as c
    select kind, category, status, pg_backend_pid() % 32, sum(sign),
      coalesce(sum(sign * tokens_saved) filter (where not tokens_saved_estimated), 0),
      coalesce(sum(sign * tokens_saved) filter (where tokens_saved_estimated), 0)
    from (select 1 as sign, kind, category, status, tokens_saved, tokens_saved_estimated from after
      union all select -1, kind, category, status, tokens_saved, tokens_saved_estimated from before) as changed
    group by kind, category, status
    having sum(sign) <> 0 or coalesce(sum(sign * tokens_saved) filter (where not tokens_saved_estimated), 0) <> 0
      or coalesce(sum(sign * tokens_saved) filter (where tokens_saved_estimated), 0) <> 0
    order by kind, category, status
    on conflict (kind, category, status, share) do update set learnings = c.learnings + excluded.learnings,
      tokens_saved_measured = c.tokens_saved_measured + excluded.tokens_saved_measured,
      tokens_saved_estimated = c.tokens_saved_estimated + excluded.tokens_saved_estimated;
  end if;
  return null;
end $$;

create trigger learnings_count_insert after insert on learnings
referencing new table as after for each statement execute function count_learnings();
create trigger learnings_count_delete after delete on learnings
referencing old table as before for each statement execute function count_learnings();
create trigger learnings_count_update after update on learnings
referencing old table as before new table as after for each statement execute function count_learnings();
