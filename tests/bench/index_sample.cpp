#include "tests/bench/index_sample.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace learnd::bench {

namespace {

using Random = std::mt19937_64;

constexpr std::size_t kDimensions = 384;
constexpr std::size_t kVocabulary = 20000;
constexpr std::size_t kPerGroup = 50;
const std::vector<std::string> kCategories{"skills-patterns", "error-solutions", "best-practices", "codebase-context"};

std::size_t below(Random& random, std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random); }

void normalise(std::vector<float>& vector) {
  double sum = 0;
  for (const float number : vector) sum += static_cast<double>(number) * static_cast<double>(number);
  for (float& number : vector) number = static_cast<float>(number / std::sqrt(sum));
}

/// Noise of the given length on average.
void disturb(Random& random, std::vector<float>& vector, float length) {
  std::normal_distribution<float> noise(0, length / std::sqrt(static_cast<float>(vector.size())));
  for (float& number : vector) number += noise(random);
  normalise(vector);
}

ports::IndexEntry entryOf(std::size_t number, std::string words, std::vector<float> vector) {
  core::LearningId::Bytes bytes{};
  for (std::size_t i = 0; i < sizeof number; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  ports::IndexEntry entry;
  entry.id = core::LearningId(bytes);
  entry.revision = 1;
  entry.category = kCategories[number % kCategories.size()];
  entry.words = std::move(words);
  entry.attributes = {{"source", "\"human-interaction\""},
                      {"important", "false"},
                      {"metadata.doc", std::to_string(number)},
                      {"metadata.one_in_ten", std::to_string(number % 10)},
                      {"metadata.one_in_hundred", std::to_string(number % 100)}};
  entry.vector = std::move(vector);
  return entry;
}

ports::IndexQuery questionOf(std::string words, std::vector<float> vector) {
  ports::IndexQuery query;
  query.words = std::move(words);
  query.vector = std::move(vector);
  return query;
}

/// Words by Zipf's law: the nth is n times as rare as the first.
class MadeUpText {
 public:
  explicit MadeUpText(Random& random) : random_(random) {
    std::vector<double> shares;
    for (std::size_t i = 0; i < kVocabulary; ++i) {
      std::string word;
      const std::size_t length = 2 + below(random_, 8);
      for (std::size_t letter = 0; letter < length; ++letter) word += static_cast<char>('a' + below(random_, 26));
      words_.push_back(std::move(word));
      shares.push_back(1.0 / static_cast<double>(i + 1));
    }
    places_ = std::discrete_distribution<std::size_t>(shares.begin(), shares.end());
  }
  std::string operator()(std::size_t words) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i) text += words_[places_(random_)] + ' ';
    return text;
  }

 private:
  Random& random_;
  std::vector<std::string> words_;
  std::discrete_distribution<std::size_t> places_;
};

std::string withOtherNumbers(Random& random, std::string text) {
  for (char& sign : text) {
    if (std::isdigit(static_cast<unsigned char>(sign)) != 0) sign = static_cast<char>('0' + below(random, 10));
  }
  return text + ' ' + std::to_string(below(random, 100000));
}

std::vector<std::string> linesOf(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("can't read " + path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<std::vector<float>> rowsOf(const std::string& path, std::size_t rows) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path);
  std::vector<std::vector<float>> vectors(rows, std::vector<float>(kDimensions));
  for (auto& vector : vectors) file.read(reinterpret_cast<char*>(vector.data()), static_cast<std::streamsize>(kDimensions * sizeof(float)));
  if (!file) throw std::runtime_error(path + " has fewer rows than there are texts");
  return vectors;
}

}  // namespace

IndexSample madeUpSample(std::size_t entries, std::size_t questions) {
  Random random(1);
  MadeUpText text(random);
  std::vector<std::vector<float>> centres(std::max<std::size_t>(1, entries / kPerGroup), std::vector<float>(kDimensions));
  for (auto& centre : centres) disturb(random, centre, 1);
  const auto vector = [&] {
    auto made = centres[below(random, centres.size())];
    disturb(random, made, 0.7F);
    return made;
  };
  IndexSample sample;
  for (std::size_t i = 0; i < entries; ++i) sample.entries.push_back(entryOf(i, text(8 + below(random, 16)), vector()));
  for (std::size_t i = 0; i < questions; ++i) sample.questions.push_back(questionOf(text(4 + below(random, 8)), vector()));
  return sample;
}

IndexSample realSample(const SampleFiles& files, std::size_t entries, std::size_t questions) {
  Random random(1);
  const auto texts = linesOf(files.texts);
  const auto vectors = rowsOf(files.vectors, texts.size());
  const auto asked = linesOf(files.questions);
  const auto askedVectors = rowsOf(files.questionVectors, asked.size());
  IndexSample sample;
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t from = i < texts.size() ? i : below(random, texts.size());
    auto vector = vectors[from];
    if (i >= texts.size()) disturb(random, vector, 0.3F);
    sample.entries.push_back(entryOf(i, i < texts.size() ? texts[from] : withOtherNumbers(random, texts[from]), std::move(vector)));
  }
  for (std::size_t i = 0; i < std::min(questions, asked.size()); ++i) {
    // From all over the file, so that several sets in one are all asked.
    const std::size_t from = i * asked.size() / std::min(questions, asked.size());
    sample.questions.push_back(questionOf(asked[from], askedVectors[from]));
  }
  return sample;
}

}  // namespace learnd::bench
