#include "interfaces/cli/index_wait.hpp"

#include "interfaces/cli/report.hpp"
#include "interfaces/cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace learnd::cli {

void waitForIndex(Client& client) {
  constexpr std::chrono::milliseconds kPause{200};
  Progress progress("indexing");
  std::uint64_t most = 0;
  while (true) {
    const Answer answer = client.get("/v1/stats");
    const json::Value stats = answer.value();
    const std::uint64_t pending = countOf(stats, "pending_index");
    const std::uint64_t aside = countOf(stats, "set_aside");
    const std::uint64_t left = pending > aside ? pending - aside : 0;
    most = std::max(most, left);
    if (!answer.ok() || left == 0) return;
    if (const json::Value* embedder = stats.find("embedder"); embedder != nullptr && textOf(*embedder, "state") == "down") {
      progress.clear();
      fmt::print(stderr, "learnctl: no embedder, so nothing more is indexed now: {}\n", textOf(*embedder, "detail"));
      return;
    }
    progress.show(most - left, most);
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace learnd::cli
