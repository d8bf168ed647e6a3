"""Figures of a list of calls, counted a second time by another program.

Shares no code with the service and uses the standard library only. Reads the same CSV and writes the
same keys; `statistics.quantiles` with method "inclusive" gives the percentiles.
"""

import csv
import json
import statistics
import sys
from fractions import Fraction


def share(part, whole):
    return None if whole == 0 else float(Fraction(part) / Fraction(whole))


def mean(values):
    return share(sum(values), len(values))


def percentile(values, percent):
    if len(values) < 2:
        return float(values[0]) if values else None
    return float(statistics.quantiles(values, n=100, method="inclusive")[percent - 1])


def figures(rows, threshold):
    waits = [Fraction(row["wait_s"]) for row in rows]
    of = {
        outcome: [row for row in rows if row["outcome"] == outcome]
        for outcome in ("answered", "abandoned", "callback")
    }
    answered = [Fraction(row["wait_s"]) for row in of["answered"]]
    abandoned = [Fraction(row["wait_s"]) for row in of["abandoned"]]
    answered_within = len([wait for wait in answered if wait <= threshold])
    abandoned_within = len([wait for wait in abandoned if wait <= threshold])
    offered = len(rows)
    return {
        "offered": offered,
        "answered": len(answered),
        "abandoned": len(abandoned),
        "callbacks": len(of["callback"]),
        "answered_within": answered_within,
        "abandoned_within": abandoned_within,
        "sl_offered": share(answered_within, offered),
        "sl_answered": share(answered_within, len(answered)),
        "sl_excl_short": share(answered_within, offered - abandoned_within),
        "sl_incl_short": share(answered_within + abandoned_within, offered),
        "abandoned_share": share(len(abandoned), offered),
        "asa_s": mean(answered),
        "wait_all_s": mean(waits),
        "wait_p50_s": percentile(waits, 50),
        "wait_p90_s": percentile(waits, 90),
        "talk_mean_s": mean([Fraction(row["talk_s"]) for row in of["answered"]]),
    }


def main():
    path, threshold = sys.argv[1], Fraction(sys.argv[2])
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    queues = sorted({row["queue"] for row in rows})
    print(
        json.dumps(
            {
                "total": figures(rows, threshold),
                "queues": {
                    queue: figures([row for row in rows if row["queue"] == queue], threshold)
                    for queue in queues
                },
            }
        )
    )


main()
