"""Buttons that lead to the repository, drawn only when its public address is set."""

_BUTTONS = (
    "use_repository_button",
    "use_source_button",
    "use_issues_button",
)


def _buttons(app, config):
    options = config.html_theme_options
    address = options.get("repository_url", "")
    if not address:
        options.pop("launch_buttons", None)
    for button in _BUTTONS:
        options[button] = bool(address)


def setup(app):
    app.connect("config-inited", _buttons, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
