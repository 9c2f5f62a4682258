#pragma once

#include "services/services.hpp"
#include "tests/fakes/counting_ids.hpp"
#include "tests/fakes/fixed_clock.hpp"
#include "tests/fakes/memory_record_store.hpp"
#include "tests/fakes/scripted_embedder.hpp"
#include "tests/fakes/simple_index.hpp"

#include <unistd.h>

namespace learnd::fakes {

/// All use cases on fakes; the process itself is the daemon's user.
struct TestServices {
  TestServices() { context.rules.rawCalibration = true; }

  MemoryRecordStore records;
  SimpleIndex index;
  ScriptedEmbedder embedder;
  FixedClock clock;
  CountingIds ids;
  support::BlockingPool pool{1};
  services::ServiceContext context{records,
                                   index,
                                   embedder,
                                   clock,
                                   ids,
                                   pool,
                                   core::AccessPolicy(::geteuid(), std::nullopt, "test-host"),
                                   {},
                                   {"memory", "simple", "scripted"},
                                   {}};
  services::Services services{context};
};

}  // namespace learnd::fakes
