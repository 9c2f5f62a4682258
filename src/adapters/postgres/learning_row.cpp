#include "adapters/postgres/learning_row.hpp"

#include "adapters/record_rows/row_json.hpp"

#include <array>
#include <stdexcept>

namespace learnd::postgres {

namespace {

using namespace record_rows;

enum class Form : unsigned char { Plain, Time, WrittenOnly };

struct Column {
  const char* name;
  Form form = Form::Plain;
};

/// A learning's columns in the order in which they are written and read.
constexpr auto kColumns = std::to_array<Column>({{"id"},
                                                 {"revision"},
                                                 {"owns_entry"},
                                                 {"kind"},
                                                 {"status"},
                                                 {"outcome"},
                                                 {"promoted"},
                                                 {"important"},
                                                 {"category"},
                                                 {"timestamp", Form::Time},
                                                 {"updated", Form::Time},
                                                 {"value_score"},
                                                 {"uses"},
                                                 {"successes"},
                                                 {"failures"},
                                                 {"occurrences"},
                                                 {"latest_feedback"},
                                                 {"source"},
                                                 {"created_by"},
                                                 {"created_on"},
                                                 {"profile"},
                                                 {"weight_set"},
                                                 {"llm_used"},
                                                 {"tokens_input"},
                                                 {"tokens_output"},
                                                 {"tokens_saved"},
                                                 {"tokens_saved_estimated"},
                                                 {"occurrence_count"},
                                                 {"success_rate"},
                                                 {"version"},
                                                 {"previous_version"},
                                                 {"name"},
                                                 {"pattern_type"},
                                                 {"origin"},
                                                 {"metadata_text"},
                                                 {"query"},
                                                 {"solution"},
                                                 {"attempted_solution"},
                                                 {"root_cause"},
                                                 {"factors"},
                                                 {"breakdown"},
                                                 {"context_used"},
                                                 {"keywords"},
                                                 {"prerequisites"},
                                                 {"variations"},
                                                 {"examples"},
                                                 {"members"},
                                                 {"entry_digest", Form::WrittenOnly},
                                                 {"key", Form::WrittenOnly}});

static_assert(kColumns.size() == kCopyColumns);

/// True iff it is active and nothing waits in the outbox for the entry that stands for it.
constexpr const char* kIndexed =
    "l.status = 'active' and not exists (select 1 from outbox o where o.seq = case when l.owns_entry then l.seq else "
    "(select r.seq from learnings r where r.entry_digest = l.entry_digest and r.owns_entry) end)";

std::string selected(const Column& column) {
  const std::string name = std::string("l.") + column.name;
  // Exact since PostgreSQL 14; 13 rounds a double that has the microseconds in it.
  return column.form == Form::Time ? "(extract(epoch from " + name + ") * 1000000)::bigint" : name;
}

template <class T>
T known(std::optional<T> value) {
  if (!value) throw std::runtime_error("a stored word is none that learnd knows");
  return *value;
}

core::Outcome readOutcome(std::string_view word) { return word.empty() ? core::Outcome::None : known(core::parseOutcome(word)); }
core::ModelUsed readModel(std::string_view word) { return word.empty() ? core::ModelUsed::Unset : known(core::parseModelUsed(word)); }

void addJson(Values& values, std::string text) {
  if (text.empty()) {
    values.add(std::nullopt);
  } else {
    values.add(std::move(text));
  }
}

void addCounts(Values& values, const core::Learning& learning) {
  values.add(learning.uses).add(learning.successes).add(learning.failures).add(learning.occurrences);
  if (learning.latestFeedback) {
    values.add(core::nameOf(*learning.latestFeedback));
  } else {
    values.add(std::nullopt);
  }
  values.add(learning.source).add(learning.createdBy).add(learning.createdOn).add(learning.profile).add(learning.weightSet);
}

void addDetails(Values& values, const core::Learning& learning) {
  const auto& interaction = learning.interaction;
  values.add(core::nameOf(interaction.modelUsed)).add(interaction.tokens.input).add(interaction.tokens.output);
  values.add(interaction.tokensSaved).add(interaction.tokensSavedEstimated);
  const auto& pattern = learning.pattern;
  values.add(pattern.occurrenceCount).add(pattern.successRate).add(pattern.version).add(pattern.previousVersion);
  values.add(pattern.name).add(pattern.patternType).add(pattern.origin);
}

void readCounts(Row& row, core::Learning& learning) {
  learning.uses = row.count();
  learning.successes = row.count();
  learning.failures = row.count();
  learning.occurrences = row.count();
  if (!row.absent()) learning.latestFeedback = readOutcome(row.view());
  learning.source = row.text();
  if (!row.absent()) learning.createdBy = static_cast<std::uint32_t>(row.integer());
  learning.createdOn = row.text();
  learning.profile = row.text();
  learning.weightSet = row.text();
}

void readDetails(Row& row, core::Learning& learning) {
  auto& interaction = learning.interaction;
  interaction.modelUsed = readModel(row.view());
  interaction.tokens.input = row.optionalCount();
  interaction.tokens.output = row.optionalCount();
  interaction.tokensSaved = row.count();
  interaction.tokensSavedEstimated = row.boolean();
  auto& pattern = learning.pattern;
  pattern.occurrenceCount = row.count();
  if (!row.absent()) pattern.successRate = row.real();
  pattern.version = row.count();
  if (!row.absent()) pattern.previousVersion = row.id();
  pattern.name = row.text();
  pattern.patternType = row.text();
  pattern.origin = row.text();
}

}  // namespace

const std::vector<std::string>& writtenColumns() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const auto& column : kColumns) names.emplace_back(column.name);
    return names;
  }();
  return kNames;
}

const std::string& writtenColumnList() {
  static const std::string kList = [] {
    std::string list;
    for (const auto& column : kColumns) list += (list.empty() ? "" : ", ") + std::string(column.name);
    return list;
  }();
  return kList;
}

const std::string& writtenParameters() {
  static const std::string kList = [] {
    std::string list;
    for (std::size_t i = 1; i <= kColumns.size(); ++i) list += (i > 1 ? ", $" : "$") + std::to_string(i);
    return list;
  }();
  return kList;
}

std::size_t writtenColumnCount() { return kColumns.size(); }

const std::string& learningColumns() {
  static const std::string kList = [] {
    std::string list;
    for (const auto& column : kColumns) {
      if (column.form != Form::WrittenOnly) list += selected(column) + ", ";
    }
    return list + kIndexed;
  }();
  return kList;
}

const std::string& learningSize() {
  static const std::string kSize =
      "octet_length(l.query) + octet_length(l.solution) + octet_length(l.attempted_solution) + octet_length(l.root_cause) + "
      "octet_length(l.metadata_text) + coalesce(pg_column_size(l.context_used), 0) + coalesce(pg_column_size(l.examples), 0)";
  return kSize;
}

std::string pageSql(WithVectors vectors, const std::string& condition, const std::string& order, const std::string& limit) {
  const std::string most = std::to_string(kPageBytes);
  const bool withVectors = vectors == WithVectors::Yes;
  const std::string rows =
      "select l.*, " + learningSize() + " as size from learnings l where " + condition + " order by " + order + " limit " + limit;
  const std::string sums = "select l.*, sum(l.size) over (order by " + order +
                           " rows unbounded preceding)::bigint - l.size as bytes_before from (" + rows + ") l";
  const std::string page =
      "select l.*, lag(l.bytes_before, 1, 0::bigint) over (order by " + order + ") as before_last from (" + sums + ") l";
  return std::string("select ") + (withVectors ? "v.vector, " : "") + learningColumns() + ", l.bytes_before from (" + page + ") l" +
         (withVectors ? " left join vectors v on v.seq = l.seq" : "") + " where l.bytes_before < " + most + " or l.before_last < " + most +
         " order by " + order;
}

void addLearning(Values& values, const core::Learning& learning, const RowPlace& place) {
  values.add(learning.id).add(place.revision).add(place.ownsEntry);
  values.add(core::nameOf(learning.kind)).add(core::nameOf(learning.status)).add(core::nameOf(learning.outcome));
  values.add(learning.promoted).add(learning.important).add(learning.category);
  values.add(learning.timestamp).add(learning.updated).add(learning.valueScore);
  addCounts(values, learning);
  addDetails(values, learning);
  values.add(learning.metadata).add(learning.query).add(learning.solution).add(learning.attemptedSolution).add(learning.rootCause);
  addJson(values, factorsText(learning.factors));
  values.add(breakdownText(learning.breakdown));
  addJson(values, contextText(learning.interaction.contextUsed));
  addJson(values, listText(learning.pattern.keywords));
  addJson(values, listText(learning.pattern.prerequisites));
  addJson(values, listText(learning.pattern.variations));
  addJson(values, listText(learning.pattern.examples));
  addJson(values, idsText(learning.pattern.members));
  values.add(place.entryDigest).add(place.key.digest);
}

core::Learning readLearning(Row& row) {
  core::Learning learning;
  learning.id = row.id();
  learning.revision = row.count();
  learning.ownsIndexEntry = row.boolean();
  learning.kind = known(core::parseKind(row.view()));
  learning.status = known(core::parseStatus(row.view()));
  learning.outcome = readOutcome(row.view());
  learning.promoted = row.boolean();
  learning.important = row.boolean();
  learning.category = row.text();
  learning.timestamp = row.time();
  learning.updated = row.time();
  learning.valueScore = row.real();
  readCounts(row, learning);
  readDetails(row, learning);
  learning.metadata = row.text();
  learning.query = row.text();
  learning.solution = row.text();
  learning.attemptedSolution = row.text();
  learning.rootCause = row.text();
  if (!row.absent()) learning.factors = readFactors(row.view());
  learning.breakdown = readBreakdown(row.view());
  if (!row.absent()) learning.interaction.contextUsed = readContext(row.view());
  if (!row.absent()) learning.pattern.keywords = readList(row.view());
  if (!row.absent()) learning.pattern.prerequisites = readList(row.view());
  if (!row.absent()) learning.pattern.variations = readList(row.view());
  if (!row.absent()) learning.pattern.examples = readList(row.view());
  if (!row.absent()) learning.pattern.members = readIds(row.view());
  learning.indexed = row.boolean();
  return learning;
}

std::vector<core::Learning> readLearnings(const Rows& rows) {
  std::vector<core::Learning> learnings;
  learnings.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    learnings.push_back(readLearning(row));
  }
  return learnings;
}

}  // namespace learnd::postgres
