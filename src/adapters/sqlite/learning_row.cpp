#include "adapters/sqlite/learning_row.hpp"

#include "adapters/record_rows/row_json.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace learnd::sqlite {

namespace {

using namespace record_rows;

// The enumerators' order is the schema's numbering; it may grow at the end only.
static_assert(static_cast<int>(core::Kind::Pattern) == 3 && static_cast<int>(core::Status::Archived) == 2);
static_assert(static_cast<int>(core::Outcome::Unknown) == 6 && static_cast<int>(core::ModelUsed::None) == 3);

/// A learning's columns in the order in which they are bound and read. The last three are only written.
constexpr std::array kColumns{"id",
                              "revision",
                              "owns_entry",
                              "kind",
                              "status",
                              "outcome",
                              "promoted",
                              "important",
                              "category",
                              "timestamp",
                              "updated",
                              "value_score",
                              "uses",
                              "successes",
                              "failures",
                              "occurrences",
                              "latest_feedback",
                              "source",
                              "created_by",
                              "created_on",
                              "profile",
                              "weight_set",
                              "llm_used",
                              "tokens_input",
                              "tokens_output",
                              "tokens_saved",
                              "tokens_saved_estimated",
                              "occurrence_count",
                              "success_rate",
                              "version",
                              "previous_version",
                              "name",
                              "pattern_type",
                              "origin",
                              "metadata",
                              "query",
                              "solution",
                              "attempted_solution",
                              "root_cause",
                              "factors",
                              "breakdown",
                              "context_used",
                              "keywords",
                              "prerequisites",
                              "variations",
                              "examples",
                              "members",
                              "entry_digest",
                              "key",
                              "seq"};
constexpr std::size_t kWrittenOnly = 3;

/// True iff it is active and nothing waits in the outbox for the entry that stands for it.
constexpr const char* kIndexed =
    "l.status = 0 and not exists (select 1 from outbox o where o.seq = iif(l.owns_entry, l.seq, "
    "(select r.seq from learnings r where r.entry_digest = l.entry_digest and r.owns_entry = 1)))";

std::string joined(const char* before, const char* after, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ", ";
    text.append(before).append(kColumns[i]).append(after);
  }
  return text;
}

std::string placeholders(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += i > 0 ? ", ?" : "?";
  return text;
}

template <class T>
T enumOf(std::int64_t number, T last) {
  if (number < 0 || number > static_cast<std::int64_t>(last)) throw std::runtime_error("a stored word's number is out of range");
  return static_cast<T>(number);
}

/// Reads columns one after another.
class ColumnReader {
 public:
  ColumnReader(const Query& row, int first) : row_(row), next_(first) {}

  std::int64_t integer() { return row_.integer(next_++); }
  std::uint64_t count() { return static_cast<std::uint64_t>(integer()); }
  bool boolean() { return integer() != 0; }
  double real() { return row_.real(next_++); }
  std::string text() { return std::string(row_.text(next_++)); }
  std::string_view view() { return row_.text(next_++); }
  Blob blob() { return row_.blob(next_++); }
  core::Timestamp time() { return core::Timestamp(std::chrono::microseconds(integer())); }
  /// Whether the next column is NULL; passes over it then.
  bool absent() {
    if (!row_.isNull(next_)) return false;
    ++next_;
    return true;
  }
  std::optional<std::uint64_t> optionalCount() { return absent() ? std::nullopt : std::optional(count()); }

 private:
  const Query& row_;
  int next_;
};

void bindCounts(Query& query, const core::Learning& learning) {
  query.bind(learning.uses).bind(learning.successes).bind(learning.failures).bind(learning.occurrences);
  if (learning.latestFeedback) {
    query.bind(numberOf(*learning.latestFeedback));
  } else {
    query.bind(std::nullopt);
  }
  query.bind(learning.source).bind(learning.createdBy).bind(learning.createdOn).bind(learning.profile).bind(learning.weightSet);
}

void bindDetails(Query& query, const core::Learning& learning) {
  const auto& interaction = learning.interaction;
  query.bind(numberOf(interaction.modelUsed)).bind(interaction.tokens.input).bind(interaction.tokens.output);
  query.bind(interaction.tokensSaved).bind(interaction.tokensSavedEstimated);
  const auto& pattern = learning.pattern;
  query.bind(pattern.occurrenceCount).bind(pattern.successRate).bind(pattern.version);
  if (pattern.previousVersion) {
    query.bind(pattern.previousVersion->bytes());
  } else {
    query.bind(std::nullopt);
  }
  query.bind(pattern.name).bind(pattern.patternType).bind(pattern.origin);
}

/// Empty lists and objects are NULL: most kinds have none.
void bindJson(Query& query, const std::string& text) {
  if (text.empty()) {
    query.bind(std::nullopt);
  } else {
    query.bind(text);
  }
}

void readCounts(ColumnReader& columns, core::Learning& learning) {
  learning.uses = columns.count();
  learning.successes = columns.count();
  learning.failures = columns.count();
  learning.occurrences = columns.count();
  if (!columns.absent()) learning.latestFeedback = enumOf(columns.integer(), core::Outcome::Unknown);
  learning.source = columns.text();
  if (!columns.absent()) learning.createdBy = static_cast<std::uint32_t>(columns.integer());
  learning.createdOn = columns.text();
  learning.profile = columns.text();
  learning.weightSet = columns.text();
}

void readDetails(ColumnReader& columns, core::Learning& learning) {
  auto& interaction = learning.interaction;
  interaction.modelUsed = enumOf(columns.integer(), core::ModelUsed::None);
  interaction.tokens.input = columns.optionalCount();
  interaction.tokens.output = columns.optionalCount();
  interaction.tokensSaved = columns.count();
  interaction.tokensSavedEstimated = columns.boolean();
  auto& pattern = learning.pattern;
  pattern.occurrenceCount = columns.count();
  if (!columns.absent()) pattern.successRate = columns.real();
  pattern.version = columns.count();
  if (!columns.absent()) pattern.previousVersion = readId(columns.blob());
  pattern.name = columns.text();
  pattern.patternType = columns.text();
  pattern.origin = columns.text();
}

}  // namespace

int numberOf(core::Kind kind) { return static_cast<int>(kind); }
int numberOf(core::Status status) { return static_cast<int>(status); }
int numberOf(core::Outcome outcome) { return static_cast<int>(outcome); }
int numberOf(core::ModelUsed model) { return static_cast<int>(model); }
core::Kind kindOf(std::int64_t number) { return enumOf(number, core::Kind::Pattern); }
core::Status statusOf(std::int64_t number) { return enumOf(number, core::Status::Archived); }

const FixedSql& insertLearning() {
  static const FixedSql kInsert("insert into learnings (" + joined("", "", kColumns.size()) + ") values (" + placeholders(kColumns.size()) +
                                ")");
  return kInsert;
}

const FixedSql& updateLearning() {
  static const FixedSql kUpdate("update learnings set " + joined("", " = ?", kColumns.size() - 1) + " where seq = ?");
  return kUpdate;
}

const std::string& learningColumns() {
  static const std::string kSelected = joined("l.", "", kColumns.size() - kWrittenOnly) + ", " + kIndexed;
  return kSelected;
}

void bindLearning(Query& query, const core::Learning& learning, const RowPlace& place, RowTexts& texts) {
  texts.factors = factorsText(learning.factors);
  texts.breakdown = breakdownText(learning.breakdown);
  texts.contextUsed = contextText(learning.interaction.contextUsed);
  texts.keywords = listText(learning.pattern.keywords);
  texts.prerequisites = listText(learning.pattern.prerequisites);
  texts.variations = listText(learning.pattern.variations);
  texts.examples = listText(learning.pattern.examples);
  texts.members = idsText(learning.pattern.members);
  query.bind(learning.id.bytes()).bind(place.revision).bind(place.ownsEntry);
  query.bind(numberOf(learning.kind)).bind(numberOf(learning.status)).bind(numberOf(learning.outcome));
  query.bind(learning.promoted).bind(learning.important).bind(learning.category);
  query.bind(learning.timestamp.time_since_epoch().count()).bind(learning.updated.time_since_epoch().count());
  query.bind(learning.valueScore);
  bindCounts(query, learning);
  bindDetails(query, learning);
  query.bind(learning.metadata).bind(learning.query).bind(learning.solution).bind(learning.attemptedSolution).bind(learning.rootCause);
  bindJson(query, texts.factors);
  query.bind(texts.breakdown);
  for (const auto* text : {&texts.contextUsed, &texts.keywords, &texts.prerequisites, &texts.variations, &texts.examples, &texts.members}) {
    bindJson(query, *text);
  }
  query.bind(place.entryDigest).bind(place.key.digest).bind(place.seq);
}

core::Learning readLearning(const Query& row, int first) {
  ColumnReader columns(row, first);
  core::Learning learning;
  learning.id = readId(columns.blob());
  learning.revision = columns.count();
  learning.ownsIndexEntry = columns.boolean();
  learning.kind = kindOf(columns.integer());
  learning.status = statusOf(columns.integer());
  learning.outcome = enumOf(columns.integer(), core::Outcome::Unknown);
  learning.promoted = columns.boolean();
  learning.important = columns.boolean();
  learning.category = columns.text();
  learning.timestamp = columns.time();
  learning.updated = columns.time();
  learning.valueScore = columns.real();
  readCounts(columns, learning);
  readDetails(columns, learning);
  learning.metadata = columns.text();
  learning.query = columns.text();
  learning.solution = columns.text();
  learning.attemptedSolution = columns.text();
  learning.rootCause = columns.text();
  if (!columns.absent()) learning.factors = readFactors(columns.view());
  learning.breakdown = readBreakdown(columns.view());
  if (!columns.absent()) learning.interaction.contextUsed = readContext(columns.view());
  if (!columns.absent()) learning.pattern.keywords = readList(columns.view());
  if (!columns.absent()) learning.pattern.prerequisites = readList(columns.view());
  if (!columns.absent()) learning.pattern.variations = readList(columns.view());
  if (!columns.absent()) learning.pattern.examples = readList(columns.view());
  if (!columns.absent()) learning.pattern.members = readIds(columns.view());
  learning.indexed = columns.boolean();
  return learning;
}

core::LearningId readId(Blob blob) {
  core::LearningId::Bytes bytes{};
  if (blob.size() != bytes.size()) throw std::runtime_error("a stored id has not 16 bytes");
  std::copy(blob.begin(), blob.end(), bytes.begin());
  return core::LearningId(bytes);
}

Digest readDigest(Blob blob) {
  Digest digest{};
  if (blob.size() != digest.size()) throw std::runtime_error("a stored digest has not 32 bytes");
  std::copy(blob.begin(), blob.end(), digest.begin());
  return digest;
}

}  // namespace learnd::sqlite
