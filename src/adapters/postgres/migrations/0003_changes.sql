-- What daemons with the index in their memory follow: which entries, or their vectors, changed. One row a learning, which outlives it.
-- `made_by` is the daemon that has it in its index already. In the order of transactions: numbers would come to light in another order
-- than they were given in. Only what such daemons write is noted; they say so in the setting learnd.daemon.
create table changes (
  id uuid primary key,
  made_by uuid not null,
  transaction xid8 not null
) with (fillfactor = 80);

create index changes_in_order on changes (transaction);

create function note_changes() returns trigger language plpgsql as $$
declare
  daemon text := current_setting('learnd.daemon', true);
begin
  if coalesce(daemon, '') = '' then
    return null;
  end if;
  if tg_table_name = 'vectors' then
    insert into @schema@.changes as c (id, made_by, transaction)
    select l.id, daemon::uuid, pg_current_xact_id() from after a join @schema@.learnings l on l.seq = a.seq order by l.id
    on conflict (id) do update set made_by = excluded.made_by, transaction = excluded.transaction;
  elsif tg_op = 'INSERT' then
    insert into @schema@.changes as c (id, made_by, transaction)
    select id, daemon::uuid, pg_current_xact_id() from after group by id order by id
    on conflict (id) do update set made_by = excluded.made_by, transaction = excluded.transaction;
  else
    -- Tries and claims are no change.
    insert into @schema@.changes as c (id, made_by, transaction)
    select a.id, daemon::uuid, pg_current_xact_id() from after a join before b on b.seq = a.seq
    where a.revision <> b.revision or a.removal <> b.removal group by a.id order by a.id
    on conflict (id) do update set made_by = excluded.made_by, transaction = excluded.transaction;
  end if;
  return null;
end
$$;

create trigger outbox_insert_noted after insert on outbox
referencing new table as after for each statement execute function note_changes();
create trigger outbox_update_noted after update on outbox
referencing old table as before new table as after for each statement execute function note_changes();
create trigger vectors_insert_noted after insert on vectors
referencing new table as after for each statement execute function note_changes();
create trigger vectors_update_noted after update on vectors
referencing new table as after for each statement execute function note_changes();
