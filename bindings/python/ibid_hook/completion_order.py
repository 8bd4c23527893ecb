"""The order in which results of threads and processes come: another one in each run.

Watched together with operations only. Each result that the program takes is told by the place of its task among those
that it handed over, so that results which differ for another reason are not taken for another order.
"""

import functools

from . import events, operations


@events.safely
def attach(module):
    """Watch concurrent.futures.as_completed, or imap_unordered of multiprocessing's pools."""
    if not operations.are_watched():
        return
    if module.__name__ == "concurrent.futures":
        module.as_completed = _watched_futures(module.as_completed)
    else:
        _watch_unordered(module)


def _watched_futures(original):
    @functools.wraps(original)
    def as_completed(fs, *arguments, **keywords):
        futures = list(fs)
        places = {id(future): place for place, future in enumerate(futures)}
        for future in original(futures, *arguments, **keywords):
            _record("concurrent.futures.as_completed", places.get(id(future)))
            yield future

    return as_completed


def _watch_unordered(pool):
    results = pool.IMapUnorderedIterator
    arrive, take = results._set, results.next

    @functools.wraps(arrive)
    def _set(self, i, obj):
        self.__dict__.setdefault("_ibid_places", []).append(i)  # only the thread that handles results comes here
        arrive(self, i, obj)

    @functools.wraps(take)
    def following(self, *arguments, **keywords):
        result = take(self, *arguments, **keywords)
        places = self.__dict__.get("_ibid_places")
        _record("multiprocessing.pool.Pool.imap_unordered", places.pop(0) if places else None)
        return result

    results._set = _set
    results.next = results.__next__ = following


@events.safely
def _record(call, place):
    if place is None or not operations.is_before_end():
        return
    outputs = [{"name": "task", "value": str(place)}]
    operations.write(operations.begin(), op=call, inputs=[], outputs=outputs, **operations.place())
