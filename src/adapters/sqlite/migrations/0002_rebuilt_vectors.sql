-- Vectors that a rebuild makes, beside those in use; `settings` names their embedder too.
create table rebuilt_vectors (
  seq integer primary key references learnings (seq) on delete cascade,
  clipped integer not null,
  vector blob
) strict;
