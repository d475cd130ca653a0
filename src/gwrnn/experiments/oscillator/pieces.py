"""The pieces of the experiment: one training each, and what it is then asked."""

import numpy as np

from gwrnn.experiments.oscillator import series
from gwrnn.experiments.oscillator.free_running import free_run, leap, slide
from gwrnn.experiments.oscillator.settings import network

AMPLITUDES, FREQUENCIES = (0.1, 10.0), (0.1, 6.0)
"""The reach of the map; training has 0.2 to 1 and 0.2 to 2."""

PUSH = 0.01
"""By what a forecast is falsified to see what becomes of it, in standard deviations."""


def keys(settings):
    """Return the names of the pieces, for instance ``lstm-r0.01-s3`` and ``ahead-s3``."""
    whole = [f"{name}-r{rate}-s{seed}" for name, rate in settings.rates for seed in settings.seeds]
    return whole + [f"{name}-s{seed}" for name in settings.strategies for seed in settings.seeds]


def work(settings, key, context):
    """Train one network and measure it.

    Parameters
    ----------
    settings : Settings
    key : str
    context : Context

    Returns
    -------
    dict of array or number
    """
    name, *rate, seed = key.split("-")
    seed = int(seed[1:])
    if rate:
        return _whole_series(settings, name, float(rate[0][1:]), seed, context)
    return _strategy(settings, name, seed, context)


def training_series(settings, context):
    """Return force, position and scale of what all networks of a run train on."""
    drawn = (settings.trained_on, settings.length + 1, settings.time_step)
    force, position = series.draw(context.rng("train"), *drawn)
    return force, position, series.scale_of(force, position)


def held_out(settings, context, which, steps):
    """Return force and position that no network trains on; ``which`` is a label."""
    return series.draw(context.rng(which), settings.series, steps, settings.time_step)


def train(untrained, rng, x, y, rate, epochs, batch_size, device="cpu"):
    """Return the parameters of a network that has been trained, in float64, and its loss.

    Adam, a cosine from ``rate`` to zero after 5 per cent of warm-up, gradients of norm at most 1.

    Parameters
    ----------
    untrained : Network of ``gwrnn.reference``
    rng : numpy.random.Generator
    x, y : array
        Lessons, in the network's dtype.
    rate : float
    epochs, batch_size : int
    device : str

    Returns
    -------
    params : dict of array of float64
    loss : array of float, shape (epochs,)
    """
    from gwrnn.accelerated import convert
    from gwrnn.accelerated.training import Model
    from gwrnn.reference.optimizers import Adam
    from gwrnn.reference.schedules import CosineWithWarmup

    updates = epochs * -(-x.shape[1] // batch_size)
    model = Model(
        convert.from_reference(untrained, backend="torch", device=device),
        rng,
        optimizer=Adam(CosineWithWarmup(rate, total=updates, warmup=updates // 20)),
        epochs=epochs,
        batch_size=batch_size,
        clip_norm=1.0,
        progress=False,
        device=device,
    ).fit(x, y)
    params = {name: value.astype(np.float64) for name, value in model.params_.items()}
    return params, np.array(model.history_["loss"])


def rms(error, axis=None):
    """Return the root of the mean square."""
    return np.sqrt(np.mean(np.square(error), axis=axis))


def _whole_series(settings, name, rate, seed, context):
    """Train an architecture on whole series; look one step ahead, far, and beyond."""
    force, position, scale = training_series(settings, context)
    x, y = (part.astype(np.float32) for part in series.lessons(force, position, scale))
    hidden = dict(settings.widths)[name]
    rng = context.rng(name, seed)
    options = (rate, settings.epochs, settings.batch_size, context.device)
    params, loss = train(network(name, hidden, dtype="float32"), rng, x, y, *options)
    net, warm = network(name, hidden), settings.warm  # judged in float64
    short, far = warm + settings.free + 1, warm + settings.long + 1
    lessons = {
        which: series.lessons(*held_out(settings, context, which, steps), scale)
        for which, steps in (("validation", short), ("test", short), ("long", far))
    }
    forecast = {which: free_run(net, params, x, warm) for which, (x, _) in lessons.items()}
    errors = {which: forecast[which] - y[warm:] for which, (_, y) in lessons.items()}
    x, y = lessons["test"]
    return {
        "loss": loss.astype(np.float32),
        "validation": rms(errors["validation"]),
        "one_step": rms((net.forward(params, x)[0] - y)[warm:]),
        "free": rms(errors["test"]),
        "by_step": rms(errors["test"], axis=(1, 2)).astype(np.float32),
        "pushed": _pushed(net, params, x, warm, forecast["test"]).astype(np.float32),
        "example": forecast["test"][:, :4, 0].astype(np.float32),
        "long": rms(_blocks(errors["long"]), axis=(1, 2, 3)).astype(np.float32),
        "map": _map(settings, net, params, scale).astype(np.float32),
        **{f"weight_{key}": value.astype(np.float32) for key, value in params.items()},
    }


def _pushed(net, params, x, warm, forecast):
    """Return what becomes of a small error in the first forecast, per unit of it, by step."""
    answer = (free_run(net, params, x, warm, PUSH) - forecast) / PUSH
    answer[0] = 1.0  # the push itself
    return rms(answer, axis=(1, 2))


def _blocks(errors, steps=100):
    """Return errors cut into blocks of time, shape (n, steps, B, 1)."""
    return errors[: len(errors) // steps * steps].reshape(-1, steps, *errors.shape[1:])


def _map(settings, net, params, scale):
    """Return the error of free runs under single tones, relative to what the tone does there."""
    n, m = settings.grid
    tones = np.geomspace(*AMPLITUDES, n), np.geomspace(*FREQUENCIES, m)
    steps = settings.warm + settings.free + 1
    x, y = series.lessons(*series.single_tones(*tones, steps, settings.time_step), scale)
    y = y[settings.warm :]
    errors = free_run(net, params, x, settings.warm) - y
    shape = (len(y), n, m, -1)
    return rms(errors.reshape(shape), (0, 3)) / y.reshape(shape).std(axis=(0, 3))


def _strategy(settings, target, seed, context):
    """Train an LSTM on windows after one of the strategies, and let it run freely."""
    force, position, scale = training_series(settings, context)
    horizon = settings.horizon if target == "ahead" else 1
    lessons = series.window_lessons(force, position, scale, target, settings.window, horizon)
    x, y = (part.astype(np.float32) for part in lessons)
    sizes = {"outputs": horizon, "inputs": x.shape[-1]}
    hidden, output = dict(settings.widths)["lstm"], "every" if target == "every" else "last"
    untrained = network("lstm", hidden, output=output, dtype="float32", **sizes)
    options = (dict(settings.rates)["lstm"], settings.window_epochs, settings.batch_size)
    params, _ = train(untrained, context.rng(target, seed), x, y, *options, context.device)
    drawn = held_out(settings, context, "test", settings.warm + settings.free + horizon)
    heard = slice(settings.warm + 1 - settings.window, None)  # a window, then freely
    x = series.inputs(*drawn, scale, ahead=horizon)[heard][: settings.window - 1 + settings.free]
    net, warm = network("lstm", hidden, output=output, **sizes), settings.window - 1
    if target == "next":
        forecast = slide(net, params, x, warm)
    elif target == "ahead":
        forecast = leap(network("lstm", hidden, **sizes), params, x, warm, horizon)
    else:
        forecast = free_run(net, params, x, warm)
    truth = drawn[1][settings.warm + 1 :][: settings.free] / scale.position
    errors = forecast[: len(truth)] - truth[: len(forecast)]
    return {"free": rms(errors), "by_step": rms(errors, axis=(1, 2)).astype(np.float32)}
