#include "tests/contract/vector_index_contract.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace learnd::contract {

namespace {

constexpr std::size_t kCentres = 40;
constexpr std::size_t kVocabulary = 600;

const std::vector<std::string> kCategories{"skills-patterns", "error-solutions", "networking", "storage"};
const std::vector<std::string> kSystems{"\"nixos\"", "\"debian\"", "\"fedora\""};

}  // namespace

void VectorIndexContract::put(ports::IndexEntry entry) {
  std::vector<ports::IndexEntry> entries;
  entries.push_back(std::move(entry));
  put(std::move(entries));
}

void VectorIndexContract::put(std::vector<ports::IndexEntry> entries) {
  auto taken = run(index().upsert(std::move(entries)));
  ASSERT_TRUE(taken) << taken.error().message();
}

void VectorIndexContract::take(std::uint64_t number) {
  std::vector<core::LearningId> ids{indexId(number)};
  auto taken = run(index().remove(std::move(ids)));
  ASSERT_TRUE(taken) << taken.error().message();
}

std::optional<core::Candidate> VectorIndexContract::candidate(const ports::IndexAnswer& answer, std::uint64_t number) {
  for (const auto& one : answer.candidates) {
    if (one.id == indexId(number)) return one;
  }
  return std::nullopt;
}

std::vector<std::uint64_t> VectorIndexContract::numbersOf(const ports::IndexAnswer& answer) {
  std::vector<std::uint64_t> numbers;
  std::transform(answer.candidates.begin(), answer.candidates.end(), std::back_inserter(numbers),
                 [](const auto& one) { return numberOf(one.id); });
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::vector<std::uint64_t> VectorIndexContract::foundByWords(const std::string& words, ports::IndexFilter filter) {
  auto query = byWords(words);
  query.filter = std::move(filter);
  return numbersOf(search(std::move(query)));
}

core::LearningId indexId(std::uint64_t number) {
  core::LearningId::Bytes bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  bytes[6] = 0x70;
  return core::LearningId(bytes);
}

std::uint64_t numberOf(const core::LearningId& id) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i < 16; ++i) number = (number << 8U) | id.bytes()[i];
  return number;
}

ports::IndexEntry wordsEntry(std::uint64_t number, std::string words) {
  ports::IndexEntry entry;
  entry.id = indexId(number);
  entry.revision = 1;
  entry.category = "skills-patterns";
  entry.words = std::move(words);
  return entry;
}

ports::IndexEntry entryWithVector(std::uint64_t number, std::string words, std::vector<float> vector) {
  auto entry = wordsEntry(number, std::move(words));
  entry.vector = std::move(vector);
  return entry;
}

ports::IndexQuery byWords(std::string words) {
  ports::IndexQuery query;
  query.words = std::move(words);
  return query;
}

ports::IndexQuery byVector(std::vector<float> vector) {
  ports::IndexQuery query;
  query.vector = std::move(vector);
  return query;
}

SampleWorld::SampleWorld(std::size_t dimensions, std::uint64_t seed) : dimensions_(dimensions), random_(seed) {
  std::normal_distribution<float> normal;
  for (std::size_t i = 0; i < kCentres; ++i) {
    auto& centre = centres_.emplace_back(dimensions_);
    for (float& number : centre) number = normal(random_);
  }
  const std::vector<std::string> syllables{"ser", "vic", "mount", "net", "pa", "ckage", "fs", "ro", "ut", "boot", "log", "db"};
  for (std::size_t i = 0; i < kVocabulary; ++i) {
    std::string word;
    for (std::size_t part = 0; part < 2 + i % 2; ++part) word += syllables[below(syllables.size())];
    vocabulary_.push_back(word + std::to_string(i % 7));
  }
}

std::string SampleWorld::text() {
  std::string text;
  const std::size_t words = 4 + below(20);
  for (std::size_t i = 0; i < words; ++i) {
    // Low places are common words, high ones rare.
    const double place = static_cast<double>(below(1000)) / 1000;
    text += vocabulary_[static_cast<std::size_t>(place * place * static_cast<double>(kVocabulary))] + ' ';
  }
  return text;
}

std::vector<float> SampleWorld::vector() {
  std::normal_distribution<float> normal;
  const auto& centre = centres_[below(kCentres)];
  std::vector<float> made(dimensions_);
  double length = 0;
  for (std::size_t i = 0; i < dimensions_; ++i) {
    made[i] = centre[i] + normal(random_);
    length += static_cast<double>(made[i]) * static_cast<double>(made[i]);
  }
  for (float& number : made) number /= static_cast<float>(std::sqrt(length));
  return made;
}

ports::IndexEntry SampleWorld::entry(std::uint64_t number, std::uint64_t revision) {
  auto made = wordsEntry(number, text());
  made.revision = revision;
  made.category = kCategories[below(kCategories.size())];
  made.kind = static_cast<core::Kind>(below(4));
  made.promoted = below(5) == 0;
  made.attributes.emplace_back("metadata.os", kSystems[below(kSystems.size())]);
  made.attributes.emplace_back("important", below(10) == 0 ? "true" : "false");
  made.attributes.emplace_back("metadata.doc", std::to_string(number));
  if (below(10) != 0) made.vector = vector();
  return made;
}

}  // namespace learnd::contract
