"""The bar of a run: small steps are shown after big ones."""

from gwrnn.experiments import bar


def test_a_small_step_after_a_big_one_is_shown(capsys, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    shown = bar.Bar("toy", 0, 30, True)
    with shown:
        for key, step in (("long", 60), ("short", 60)):
            now[0] += step
            shown.inside(key, 9, 10)
        shown.finish("short")
        capsys.readouterr()
        now[0] += 60
        shown.inside("long", 91, 100)
        assert "long 91/100" in capsys.readouterr().err
        assert "1/30 pieces" in str(shown.bar)
