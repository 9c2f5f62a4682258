-- What people read. Columns may be added at the end of a view; none is taken away, renamed or given another type.
create schema if not exists @views@;

create view @views@.learnings as
select l.id, l.kind, l.category, l.status, nullif(l.outcome, '') as outcome, l.query, l.solution,
  l.value_score::numeric as value_score, l.breakdown as value_breakdown, l.profile, l.weight_set, coalesce(l.factors, '{}') as factors,
  l.important, l.promoted, l.uses, l.successes, l.failures, l.occurrences, l.latest_feedback,
  l.source, l.created_by, l.created_on, l.timestamp, l.updated, l.metadata,
  l.status = 'active' and not exists (
    select 1 from @schema@.outbox o where o.seq = case when l.owns_entry then l.seq else
      (select r.seq from @schema@.learnings r where r.entry_digest = l.entry_digest and r.owns_entry) end) as indexed
from @schema@.learnings l;

create view @views@.interactions as
select l.id, l.category, l.status, l.outcome, l.query, l.solution as response, coalesce(l.context_used, '[]') as context_used,
  nullif(l.llm_used, '') as llm_used, l.tokens_input, l.tokens_output, l.tokens_saved, l.tokens_saved_estimated,
  l.value_score::numeric as value_score, l.breakdown as value_breakdown, l.important, l.promoted, l.uses, l.occurrences, l.latest_feedback,
  l.source, l.created_by, l.created_on, l.timestamp, l.updated, l.metadata
from @schema@.learnings l where l.kind = 'interaction';

create view @views@.failures as
select l.id, l.category, l.status, l.outcome, l.query as error, l.attempted_solution, nullif(l.solution, '') as correct_solution, l.root_cause,
  l.value_score::numeric as value_score, l.breakdown as value_breakdown, l.important, l.promoted, l.uses, l.successes, l.failures,
  l.occurrences, l.latest_feedback, l.source, l.created_by, l.created_on, l.timestamp, l.updated, l.metadata
from @schema@.learnings l where l.kind = 'failure';

create view @views@.patterns as
select l.id, l.category, l.status, l.name, nullif(l.pattern_type, '') as pattern_type, l.origin, l.query, l.solution,
  coalesce(l.keywords, '[]') as keywords, coalesce(l.prerequisites, '[]') as prerequisites, coalesce(l.variations, '[]') as variations,
  coalesce(l.examples, '[]') as examples, coalesce(l.members, '[]') as members, l.occurrence_count,
  l.success_rate::numeric as success_rate, l.version, l.previous_version,
  l.value_score::numeric as value_score, l.breakdown as value_breakdown, l.important, l.promoted, l.uses, l.successes, l.failures,
  l.latest_feedback, l.source, l.created_by, l.created_on, l.timestamp, l.updated, l.metadata
from @schema@.learnings l where l.kind = 'pattern';

create view @views@.feedback as
select l.id as learning, l.kind, l.category, f.time, f.outcome, f.note, f.uid
from @schema@.feedback f join @schema@.learnings l on l.seq = f.learning;

-- A simple view could be written through.
revoke insert, update, delete, truncate on all tables in schema @views@ from current_user;
