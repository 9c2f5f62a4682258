#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/commands/import_points.hpp"
#include "interfaces/cli/export_file.hpp"
#include "interfaces/cli/index_wait.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace learnd::cli {

namespace {

constexpr std::size_t kPiece = 256 * 1024;
constexpr std::size_t kShownRejections = 20;

int showImport(const json::Value& answer) {
  fmt::print("{} stored, {} duplicates, {} unchanged", shownOf(answer, "stored"), shownOf(answer, "duplicates"),
             shownOf(answer, "unchanged"));
  const auto* rejections = listOf(answer, "rejected");
  const std::size_t listed = rejections != nullptr ? rejections->size() : 0;
  // The answer lists the first ones alone.
  const std::uint64_t count = std::max<std::uint64_t>(countOf(answer, "rejected_count"), listed);
  fmt::print(", {} rejected\n", count);
  const std::size_t shown = std::min(listed, kShownRejections);
  for (std::size_t i = 0; i < shown; ++i) {
    const json::Value& one = (*rejections)[i];
    fmt::print(stderr, "line {}: {}: {}\n", shownOf(one, "line"), textOf(one, "field"), indented(textOf(one, "detail"), ""));
  }
  if (count > shown) {
    fmt::print(stderr, "and {} more (--json lists {})\n", count - shown, count > listed ? fmt::format("the first {}", listed) : "them all");
  }
  return count > 0 ? kFailed : kDone;
}

int runImport(Session& session, const std::string& file, bool wait) {
  std::ifstream opened;
  std::optional<std::uint64_t> size;
  if (!file.empty() && file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) throw std::runtime_error("import: " + file + " can't be read");
    std::error_code failed;
    if (const auto bytes = std::filesystem::file_size(file, failed); !failed) size = bytes;
  }
  std::istream& input = opened.is_open() ? static_cast<std::istream&>(opened) : std::cin;
  Progress progress("importing");
  std::uint64_t sent = 0;
  const auto next = [&] {
    std::string piece(kPiece, '\0');
    input.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    piece.resize(static_cast<std::size_t>(input.gcount()));
    if (input.bad()) throw std::runtime_error("import: " + (file.empty() ? "standard input" : file) + " can't be read to its end");
    sent += piece.size();
    progress.show(sent, size);
    return piece;
  };
  const Answer answer = session.client().upload("/v1/import", next);
  progress.clear();
  if (answer.ok() && wait) waitForIndex(session.client());
  const int status = report(session, answer, showImport);
  if (status != kDone || !session.json) return status;
  const json::Value value = answer.value();
  const auto* rejections = listOf(value, "rejected");
  return rejections != nullptr && !rejections->empty() ? kFailed : kDone;
}

int runExport(Session& session, const std::string& file) {
  const bool toOutput = file.empty() || file == "-";
  std::optional<ExportFile> target;
  if (!toOutput) target.emplace(file);
  Progress progress("exporting");
  std::optional<std::uint64_t> total;
  if (!toOutput && errorIsTerminal()) total = countOf(session.client().get("/v1/stats").value(), "learnings");
  std::uint64_t lines = 0;
  const Answer answer = session.client().download("/v1/export", [&](std::string_view piece) {
    lines += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
    if (toOutput) {
      if (std::fwrite(piece.data(), 1, piece.size(), stdout) != piece.size())
        throw std::system_error(errno, std::generic_category(), "the export is cut");
    } else {
      target->write(piece);
      progress.show(lines, total);
    }
  });
  progress.clear();
  if (!answer.ok()) return reportProblem(session, answer);
  if (toOutput) return kDone;
  target->finish();
  if (!target->isOwn()) {
    // The lines may go where these words would go too.
    fmt::print(stderr, "{} learnings in {}\n", lines, file);
  } else if (session.json) {
    json::Value done;
    done.set("learnings", lines);
    done.set("file", file);
    fmt::print("{}\n", json::write(done));
  } else {
    fmt::print("{} learnings in {}\n", lines, file);
  }
  return kDone;
}

void addImport(CLI::App& app, Session& session) {
  auto* imports = app.add_subcommand("import", "Import learnings, one JSON object a line, or the points of Qdrant collections");
  auto source = std::make_shared<std::string>();
  auto points = std::make_shared<PointImport>();
  auto* file = imports->add_option("file", *source, "the file (default, or '-': standard input)");
  imports->add_flag("--wait", points->wait, "return when nothing waits for its vector any more");
  auto* from =
      imports->add_option("--from-qdrant", points->url, "a Qdrant server's URL: its points instead of a file's lines")->excludes(file);
  imports->add_option("--collection", points->collections, "one of its collections (else all that are not learnd's own)")->needs(from);
  imports->add_option("--api-key-file", points->keyFile, "the file with its API key")->needs(from);
  imports->add_option("--map", points->maps, "OLD=NEW: a payload member that stands for another, as problem=query")->needs(from);
  imports->add_flag("--dry-run", points->dryRun, "read all, store nothing, and say what would be stored")->needs(from);
  imports->callback([&session, source, points] {
    session.chosen = [&session, source, points] {
      return points->url.empty() ? runImport(session, *source, points->wait) : importPoints(session, *points);
    };
  });
}

}  // namespace

void addTransferCommands(CLI::App& app, Session& session) {
  addImport(app, session);

  auto* exports = app.add_subcommand("export", "Export all learnings, one JSON object a line");
  auto target = std::make_shared<std::string>();
  exports->add_option("file", *target, "the file (default, or '-': standard output)");
  exports->callback([&session, target] { session.chosen = [&session, target] { return runExport(session, *target); }; });
}

}  // namespace learnd::cli
