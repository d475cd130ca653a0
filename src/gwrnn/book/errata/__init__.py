"""What the sources print, evaluated: the formulas as printed, as corrected, and the truth.

One file a source: ``draft``, ``report``, ``notes``, ``project``, ``introduction``. All run on the
small networks of ``problem``; ``ledger`` keeps the results for the table. A function whose name
ends in ``_printed`` is wrong on purpose, and not to be used for anything but to show that.
"""
