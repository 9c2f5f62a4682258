// Whatever an import's body is, its lines are stored, counted or rejected, and what was stored is exported and imported again unchanged.
// Run: scripts/build fuzz && build/fuzz/bin/import_fuzz -max_total_time=600
#include "interfaces/http/line_splitter.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace {

using namespace learnd;

std::vector<services::ImportText> linesOf(std::string_view body) {
  // In uneven pieces, as a socket gives them.
  interfaces::http::LineSplitter splitter;
  for (std::size_t piece = 1; !body.empty(); piece = piece * 2 + 1) {
    splitter.push(body.substr(0, piece));
    body.remove_prefix(std::min(piece, body.size()));
  }
  splitter.finish();
  return splitter.take(std::string_view::npos);
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  fakes::TestServices first;
  auto lines = linesOf(body);
  const std::size_t count = lines.size();
  const auto imported = fakes::runTask(first.services.transfer.importLines(std::move(lines), core::Caller{}));
  require(imported.has_value());
  require(imported->stored + imported->duplicates + imported->unchanged + imported->rejected.size() <= count);
  const auto exported = fakes::runTask(first.services.transfer.exportPiece(std::nullopt));
  require(exported.has_value());
  fakes::TestServices second;
  auto again = linesOf(exported->text);
  const auto back = fakes::runTask(second.services.transfer.importLines(std::move(again), core::Caller{}));
  require(back.has_value() && back->rejected.empty() && back->stored == imported->stored);
  const auto same = fakes::runTask(second.services.transfer.exportPiece(std::nullopt));
  require(same.has_value() && same->text == exported->text);
  return 0;
}
