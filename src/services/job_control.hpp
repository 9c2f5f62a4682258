#pragma once

namespace learnd::services {

/// How far a job is, and whether somebody wants it to end. On the I/O thread.
struct JobControl {
  double progress = 0;  // from 0 to 1
  bool cancelled = false;
};

}  // namespace learnd::services
