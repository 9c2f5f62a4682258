#include "interfaces/cli/bench/data_set.hpp"

#include "interfaces/cli/report.hpp"
#include "json/value.hpp"

#include <zlib.h>

#include <array>
#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

namespace learnd::cli {

namespace {

/// The file NAME or NAME.gz, whole; zlib reads both.
std::string readText(const std::filesystem::path& folder, const std::string& name) {
  std::filesystem::path file = folder / name;
  if (!std::filesystem::exists(file)) file += ".gz";
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> opened(gzopen(file.c_str(), "rb"), gzclose);
  if (!opened) throw std::runtime_error("bench: " + (folder / name).string() + " (or .gz) can't be read");
  std::string text;
  std::array<char, 65536> piece{};
  int read = 0;
  while ((read = gzread(opened.get(), piece.data(), static_cast<unsigned>(piece.size()))) > 0) {
    text.append(piece.data(), static_cast<std::size_t>(read));
  }
  if (read < 0) throw std::runtime_error("bench: " + file.string() + " is damaged");
  return text;
}

void forEachLine(const std::string& text, const std::function<void(std::string_view, std::size_t)>& take) {
  std::size_t number = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    ++number;
    std::string_view line(text.data() + from, end - from);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!line.empty()) take(line, number);
    from = end + 1;
  }
}

json::Value parseLine(std::string_view line, const std::string& file, std::size_t number) {
  auto parsed = json::parse(line);
  if (!parsed || parsed->asObject() == nullptr)
    throw std::runtime_error("bench: " + file + " line " + std::to_string(number) + " is no JSON object");
  return std::move(*parsed);
}

BenchDocument documentOf(const json::Value& line) {
  BenchDocument document{textOf(line, "_id"), textOf(line, "query"), textOf(line, "solution"), textOf(line, "category")};
  if (line.find("query") == nullptr) {
    // BEIR's own form: a title and a text.
    document.solution = textOf(line, "text");
    document.query = textOf(line, "title").empty() ? document.solution : textOf(line, "title");
  }
  return document;
}

std::optional<int> numberIn(std::string_view text) {
  int number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Relevance readRelevance(const std::filesystem::path& folder) {
  Relevance relevance;
  forEachLine(readText(folder, "qrels.tsv"), [&](std::string_view line, std::size_t) {
    const std::size_t first = line.find('\t');
    const std::size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (second == std::string_view::npos) return;
    const std::string_view last = line.substr(second + 1);
    const auto grade = numberIn(last.substr(0, last.find('\t')));
    // The header has no number there.
    if (!grade || *grade == 0) return;
    relevance[std::string(line.substr(0, first))][std::string(line.substr(first + 1, second - first - 1))] = *grade;
  });
  return relevance;
}

}  // namespace

DataSet readDataSet(const std::filesystem::path& folder) {
  DataSet set;
  forEachLine(readText(folder, "corpus.jsonl"), [&](std::string_view line, std::size_t number) {
    set.corpus.push_back(documentOf(parseLine(line, "corpus.jsonl", number)));
  });
  forEachLine(readText(folder, "queries.jsonl"), [&](std::string_view line, std::size_t number) {
    const json::Value query = parseLine(line, "queries.jsonl", number);
    set.queries.push_back({textOf(query, "_id"), textOf(query, "text")});
  });
  set.relevance = readRelevance(folder);
  if (set.corpus.empty() || set.queries.empty() || set.relevance.empty()) {
    throw std::runtime_error("bench: " + folder.string() + " needs a corpus, queries and qrels");
  }
  return set;
}

}  // namespace learnd::cli
