"""Sound and motion in the page, and something sensible in print."""

import base64
import html
import io
import json
import uuid
import wave

import numpy as np

from gwrnn.checks import finite_series


def _base64(data):
    return base64.b64encode(data).decode("ascii")


class Sound:
    """A sound that plays in the page; in print, a line that says what is heard there.

    Parameters
    ----------
    samples : array of float, shape (n,)
        Scaled to nine tenths of the range.
    sample_rate : int
        In Hz.
    description : str
        What is heard: the label for screen readers, and the line in print.

    Raises
    ------
    ValueError
        If the samples are all zero or not finite.
    """

    def __init__(self, samples, sample_rate, description):
        samples = finite_series("samples", samples)
        loudest = np.max(np.abs(samples))
        if loudest == 0:
            raise ValueError("samples are all zero: there is nothing to hear")
        scaled = samples / loudest
        self.pcm = np.round(0.9 * 32767 * scaled).astype("<i2")
        self.sample_rate = int(sample_rate)
        self.description = description

    def wav(self):
        """Return the sound as the bytes of a WAV file: 16 bits, one channel."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.sample_rate)
            file.writeframes(self.pcm.tobytes())
        return buffer.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        label = html.escape(self.description, quote=True)
        return {
            "text/html": f'<p>{label}<br><audio controls preload="none" aria-label="{label}" '
            f'src="data:audio/wav;base64,{_base64(self.wav())}"></audio></p>',
            "text/markdown": f"*Sound, to be heard on the web page: {self.description}*",
            "text/plain": f"Sound: {self.description}",
        }


class Animation:
    """Frames that move in the page, with a pause button and a slider; a still in print.

    Where the reader's system asks for less motion, it starts paused.

    Parameters
    ----------
    figure : matplotlib's Figure
        Drawn on again for every frame; closed at the end.
    draw : callable
        ``draw(k)`` updates the figure for frame ``k``.
    frames : int
        How many.
    still : int
        The frame for print.
    description : str
        Alternative text.
    """

    def __init__(self, figure, draw, frames, still, description):
        import matplotlib.pyplot as plt

        self.description = description
        self.pictures = [_png(figure, draw, k, dpi=96) for k in range(frames)]
        self.still = _png(figure, draw, still, dpi=200)
        plt.close(figure)

    def _repr_mimebundle_(self, include=None, exclude=None):
        sources = [f"data:image/png;base64,{_base64(p)}" for p in self.pictures]
        page = _PAGE.format(
            id=f"animation-{uuid.uuid5(uuid.NAMESPACE_OID, sources[0] + self.description)}",
            alt=html.escape(self.description, quote=True),
            first=sources[0],
            last=len(sources) - 1,
            sources=json.dumps(sources),
        )
        return {
            "text/html": page,
            "image/png": _base64(self.still),
            "text/plain": f"Animation: {self.description}",
        }


def _png(figure, draw, k, dpi):
    draw(k)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


_PAGE = """<div class="animation" id="{id}">
<img class="dark-light" src="{first}" alt="{alt}">
<div><button type="button">Pause</button>
<input type="range" min="0" max="{last}" value="0" aria-label="Frame"></div>
</div>
<script>
(() => {{
  const box = document.getElementById("{id}"), frames = {sources};
  const [img, button, slider] = ["img", "button", "input"].map(s => box.querySelector(s));
  let timer = null;
  const show = k => {{ slider.value = k; img.src = frames[k]; }};
  const play = () => {{
    button.textContent = "Pause";
    timer = setInterval(() => show((+slider.value + 1) % frames.length), 50);
  }};
  const pause = () => {{ clearInterval(timer); timer = null; button.textContent = "Play"; }};
  button.onclick = () => timer ? pause() : play();
  slider.oninput = () => {{ pause(); show(+slider.value); }};
  matchMedia("(prefers-reduced-motion: reduce)").matches ? pause() : play();
}})();
</script>"""
