"""Problems as arrays with shapes: what a network is asked, and how its data is cut.

Everything here is NumPy, with SciPy where a differential equation is solved. Series are
``(time, feature)``, batches of windows ``(time, batch, feature)``.
"""
