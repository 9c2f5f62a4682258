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
  /// What an earlier configuration's embedder is made as.
  services::ServingEmbedder::Maker maker;
  services::ServingEmbedder serving{std::shared_ptr<ports::Embedder>(std::shared_ptr<void>(), &embedder),
                                    services::EmbedderSource{"scripted", "scripted-model", "", ""},
                                    [this](const services::EmbedderSource& source) { return maker ? maker(source) : nullptr; }};
  services::ServiceContext context{records,
                                   index,
                                   serving,
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
