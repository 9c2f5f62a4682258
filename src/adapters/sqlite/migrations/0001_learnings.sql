-- Numbers that stand for words:
--   kind     0 solution, 1 failure, 2 interaction, 3 pattern
--   status   0 active, 1 superseded, 2 archived
--   outcome, latest_feedback   0 none, 1 open, 2 resolved, 3 success, 4 failure, 5 partial, 6 unknown
--   llm_used 0 nobody said, 1 local, 2 remote, 3 none
-- Times are microseconds since 1970 in UTC; lists and objects are JSON. What filters and orders read stands first: a row's head is read
-- without its long texts.
create table learnings (
  seq integer primary key,
  id blob not null check (length(id) = 16),
  revision integer not null,
  kind integer not null check (kind between 0 and 3),
  status integer not null check (status between 0 and 2),
  outcome integer not null check (outcome between 0 and 6),
  promoted integer not null,
  important integer not null,
  -- 0: an interaction that an equal earlier one, of the same entry_digest, stands for in the index
  owns_entry integer not null,
  entry_digest blob,
  key blob not null check (length(key) = 32),
  category text not null,
  timestamp integer not null,
  updated integer not null,
  value_score real not null,
  uses integer not null,
  successes integer not null,
  failures integer not null,
  occurrences integer not null,
  latest_feedback integer,
  source text not null,
  created_by integer,
  created_on text not null,
  profile text not null,
  weight_set text not null,
  llm_used integer not null check (llm_used between 0 and 3),
  tokens_input integer,
  tokens_output integer,
  tokens_saved integer not null,
  tokens_saved_estimated integer not null,
  occurrence_count integer not null,
  success_rate real,
  version integer not null,
  previous_version blob,
  name text not null,
  pattern_type text not null,
  origin text not null,
  metadata text not null,
  query text not null,
  solution text not null,
  attempted_solution text not null,
  root_cause text not null,
  factors text,
  breakdown text not null,
  context_used text,
  keywords text,
  prerequisites text,
  variations text,
  examples text,
  members text
) strict;

create unique index learnings_by_id on learnings (id);
create index learnings_by_key on learnings (key, kind, timestamp) where owns_entry = 1;
create index learnings_by_time on learnings (timestamp, id);
create index learnings_by_value on learnings (value_score, id);
-- Of the interactions that share an entry one owns it; the others wait in the order of their arrival.
create unique index interactions_owning on learnings (entry_digest) where owns_entry = 1 and entry_digest is not null;
create index interactions_sharing on learnings (entry_digest) where owns_entry = 0;

-- What the index still has to take over; at most one row a learning. `queued` is its place in line, `due` the time before which it is not
-- tried again. A removal outlives its learning, so the id stands here too.
create table outbox (
  seq integer primary key,
  id blob not null,
  revision integer not null,
  removal integer not null,
  queued integer not null,
  due integer not null default 0,
  attempts integer not null default 0,
  set_aside integer not null default 0,
  error text
) strict;

create index outbox_in_line on outbox (queued) where set_aside = 0;
create index outbox_set_aside on outbox (queued) where set_aside = 1;
create index outbox_removals on outbox (id) where removal = 1;

-- Vectors of the embedder that `settings` names: 32-bit floats, little end first; null where the index keeps them itself.
create table vectors (
  seq integer primary key references learnings (seq) on delete cascade,
  clipped integer not null,
  vector blob
) strict;

create table feedback (
  number integer primary key,
  learning integer not null references learnings (seq) on delete cascade,
  time integer not null,
  outcome integer not null,
  note text not null,
  uid integer not null
) strict;

create index feedback_by_learning on feedback (learning);

create table score_history (
  number integer primary key,
  learning integer not null references learnings (seq) on delete cascade,
  until integer not null,
  value_score real not null,
  profile text not null,
  weight_set text not null,
  factors text,
  breakdown text not null
) strict;

create index score_history_by_learning on score_history (learning);

-- First answers by idempotency key.
create table answers (
  number integer primary key,
  uid integer not null,
  idempotency_key text not null,
  time integer not null,
  body_digest blob not null,
  id blob not null,
  created integer not null,
  duplicate integer not null,
  learning text not null,
  unique (uid, idempotency_key)
) strict;

create index answers_by_time on answers (time);

create table calibrations (
  embedder text primary key,
  median real not null,
  half real not null,
  three_quarters real not null,
  four_fifths real not null,
  seventeen_twentieths real not null
) strict, without rowid;

-- Best scores of searches, added up by the minute (since 1970).
create table quality (
  minute integer primary key,
  queries integer not null,
  sum_of_best_scores real not null
) strict;

create table settings (
  name text primary key,
  value text not null
) strict, without rowid;

-- How many learnings there are of each, kept by the triggers below.
create table learning_counts (
  kind integer not null,
  category text not null,
  status integer not null,
  learnings integer not null,
  -- real: a sum can't run over
  tokens_saved_measured real not null,
  tokens_saved_estimated real not null,
  primary key (kind, category, status)
) strict, without rowid;

create trigger learnings_count_insert after insert on learnings begin
  insert into learning_counts
  values (new.kind, new.category, new.status, 1,
    iif(new.tokens_saved_estimated, 0, new.tokens_saved), iif(new.tokens_saved_estimated, new.tokens_saved, 0))
  on conflict do update set learnings = learnings + 1,
    tokens_saved_measured = tokens_saved_measured + excluded.tokens_saved_measured,
    tokens_saved_estimated = tokens_saved_estimated + excluded.tokens_saved_estimated;
end;

create trigger learnings_count_delete after delete on learnings begin
  update learning_counts set learnings = learnings - 1,
    tokens_saved_measured = tokens_saved_measured - iif(old.tokens_saved_estimated, 0, old.tokens_saved),
    tokens_saved_estimated = tokens_saved_estimated - iif(old.tokens_saved_estimated, old.tokens_saved, 0)
  where kind = old.kind and category = old.category and status = old.status;
end;

create trigger learnings_count_update
after update of kind, category, status, tokens_saved, tokens_saved_estimated on learnings
when (old.kind, old.category, old.status, old.tokens_saved, old.tokens_saved_estimated)
  <> (new.kind, new.category, new.status, new.tokens_saved, new.tokens_saved_estimated)
begin
  update learning_counts set learnings = learnings - 1,
    tokens_saved_measured = tokens_saved_measured - iif(old.tokens_saved_estimated, 0, old.tokens_saved),
    tokens_saved_estimated = tokens_saved_estimated - iif(old.tokens_saved_estimated, old.tokens_saved, 0)
  where kind = old.kind and category = old.category and status = old.status;
  insert into learning_counts
  values (new.kind, new.category, new.status, 1,
    iif(new.tokens_saved_estimated, 0, new.tokens_saved), iif(new.tokens_saved_estimated, new.tokens_saved, 0))
  on conflict do update set learnings = learnings + 1,
    tokens_saved_measured = tokens_saved_measured + excluded.tokens_saved_measured,
    tokens_saved_estimated = tokens_saved_estimated + excluded.tokens_saved_estimated;
end;
