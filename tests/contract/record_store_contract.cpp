#include "tests/contract/record_store_contract.hpp"

namespace learnd::contract {

using core::Learning;
using core::LearningId;

void RecordStoreContract::must(ports::RecordWork work) {
  const auto done = write(std::move(work));
  if (!done) throw std::runtime_error("unexpected error: " + done.error().message());
}

void RecordStoreContract::insert(const Learning& learning) {
  must([&](ports::RecordTransaction& transaction) { return transaction.insert(learning); });
}

void RecordStoreContract::update(const Learning& learning, ports::IndexChange change) {
  must([&](ports::RecordTransaction& transaction) { return transaction.update(learning, change); });
}

void RecordStoreContract::erase(const LearningId& id) {
  must([&](ports::RecordTransaction& transaction) { return transaction.erase(id); });
}

Learning RecordStoreContract::loaded(const LearningId& id) {
  std::vector<LearningId> ids{id};
  auto found = get(store().load(std::move(ids)));
  if (found.size() != 1) throw std::runtime_error("there is no learning " + id.text());
  return found.front();
}

std::vector<ports::PendingEntry> RecordStoreContract::pending(std::size_t limit) {
  return get(store().pending(timeOf(1'000'000'000), limit));
}

void RecordStoreContract::finishAll() {
  std::vector<ports::IndexedEntry> done;
  for (const auto& entry : pending()) {
    done.push_back({entry.id, entry.revision, entry.learning ? std::optional(vectorOf(*entry.learning)) : std::nullopt, false});
  }
  auto finished = runTask(loop_, store().finishIndexing(std::move(done), ""));
  ASSERT_TRUE(finished);
}

void RecordStoreContract::finish(const LearningId& id, std::uint64_t revision, std::optional<std::vector<float>> vector) {
  std::vector<ports::IndexedEntry> done{{id, revision, std::move(vector), false}};
  auto finished = runTask(loop_, store().finishIndexing(std::move(done), ""));
  ASSERT_TRUE(finished);
}

std::vector<LearningId> RecordStoreContract::listed(const ports::LearningFilter& filter, ports::ListOrder order, std::size_t limit) {
  std::vector<LearningId> ids;
  std::optional<ports::PagePlace> after;
  do {
    auto page = get(store().list(filter, order, after, limit));
    EXPECT_LE(page.learnings.size(), limit);
    for (const auto& learning : page.learnings) ids.push_back(learning.id);
    after = page.next;
  } while (after);
  return ids;
}

LearningId idOf(std::uint64_t number) {
  LearningId::Bytes bytes{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80};
  for (std::size_t i = 0; i < 4; ++i) bytes[5 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return LearningId(bytes);
}

core::Timestamp timeOf(std::int64_t second) { return core::Timestamp(std::chrono::seconds(1'700'000'000 + second)); }

Learning solutionOf(std::uint64_t number) {
  Learning learning;
  learning.id = idOf(number);
  learning.category = "skills-patterns";
  learning.query = "How do I restart unit " + std::to_string(number) + "?";
  learning.solution = "systemctl restart unit-" + std::to_string(number);
  learning.profile = "standard";
  learning.weightSet = "standard";
  learning.valueScore = 0.44;
  learning.createdBy = 1000;
  learning.createdOn = "helios";
  learning.timestamp = timeOf(static_cast<std::int64_t>(number));
  learning.updated = learning.timestamp;
  return learning;
}

Learning interactionOf(std::uint64_t number, std::string query, std::string response) {
  Learning learning = solutionOf(number);
  learning.kind = core::Kind::Interaction;
  learning.category = "interaction-history";
  learning.outcome = core::Outcome::Unknown;
  learning.query = std::move(query);
  learning.solution = std::move(response);
  return learning;
}

std::vector<LearningId> idsOf(const std::vector<Learning>& learnings) {
  std::vector<LearningId> ids;
  for (const auto& learning : learnings) ids.push_back(learning.id);
  return ids;
}

std::vector<LearningId> idsOf(const std::vector<ports::PendingEntry>& entries) {
  std::vector<LearningId> ids;
  for (const auto& entry : entries) ids.push_back(entry.id);
  return ids;
}

void expectEqual(const Learning& a, const Learning& b) {
  EXPECT_EQ(a.id.text(), b.id.text());
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.category, b.category);
  EXPECT_EQ(a.promoted, b.promoted);
  EXPECT_EQ(a.query, b.query);
  EXPECT_EQ(a.solution, b.solution);
  EXPECT_EQ(a.attemptedSolution, b.attemptedSolution);
  EXPECT_EQ(a.rootCause, b.rootCause);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.interaction, b.interaction);
  EXPECT_EQ(a.pattern, b.pattern);
  EXPECT_EQ(a.valueScore, b.valueScore);
  EXPECT_EQ(a.breakdown, b.breakdown);
  EXPECT_EQ(a.profile, b.profile);
  EXPECT_EQ(a.weightSet, b.weightSet);
  EXPECT_EQ(a.factors, b.factors);
  EXPECT_EQ(a.important, b.important);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.uses, b.uses);
  EXPECT_EQ(a.successes, b.successes);
  EXPECT_EQ(a.failures, b.failures);
  EXPECT_EQ(a.occurrences, b.occurrences);
  EXPECT_EQ(a.latestFeedback, b.latestFeedback);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.createdBy, b.createdBy);
  EXPECT_EQ(a.createdOn, b.createdOn);
  EXPECT_EQ(a.timestamp, b.timestamp);
  EXPECT_EQ(a.updated, b.updated);
  EXPECT_EQ(a.metadata, b.metadata);
}

std::vector<float> vectorOf(const Learning& learning) {
  return {static_cast<float>(learning.query.size()), static_cast<float>(learning.query.front()), 0.25F};
}

}  // namespace learnd::contract
