-- Of many learnings with one key those that helped most come first.
drop index learnings_by_key;
create index learnings_by_key on learnings (key, kind, successes - failures, timestamp) where owns_entry = 1;
