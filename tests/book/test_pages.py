"""The built pages in a browser that reaches nothing but them."""

import base64
import functools
import io
import itertools
import re
import threading
import wave
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image

CHAPTER = "chapters/01_gravitational_waves"
NUMBER = r"[+−-]?\d[\d.,]*(?: ?× ?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|e[+-]\d+)?"
TYPESET = "() => window.MathJax?.startup?.promise?.then(() => '', error => String(error))"
FACTS = r"""() => {
  const article = document.querySelector("article"), all = s => [...document.querySelectorAll(s)];
  const texts = [], skipped = "pre, code, script, style, mjx-container";
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  for (let n; n = walker.nextNode();)
    if (!n.parentElement.closest(skipped)) texts.push(n.data);
  return {
    language: document.documentElement.lang,
    title: document.title,
    text: texts.join(""),
    pasted: all(".pasted-text").map(e => e.textContent),
    formulas: all(".math").length,
    typeset: all("mjx-container").length,
    errors: all("mjx-merror, [data-mjx-error]").map(e => e.textContent),
    fonts: [...document.fonts]
      .filter(f => f.family.startsWith("MJX") && f.status == "loaded").length,
    images: all("img").map(i => ({
      source: i.currentSrc.slice(0, 80), alt: i.getAttribute("alt"), width: i.naturalWidth})),
    headings: [...article.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(h => +h.tagName[1]),
    links: all("a[href]").map(a => a.href),
    header: all(".bd-header-article a[href]").map(a => a.href),
    ids: all("[id]").map(e => e.id),
    unnamed: all("button, audio, input:not([type=hidden])").filter(e =>
      !(e.textContent.trim() || e.title || e.getAttribute("aria-label") || e.labels?.length))
      .map(e => e.outerHTML.slice(0, 120)),
  };
}"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth, scrolls = e => {
    for (; e && e !== document.body; e = e.parentElement)
      if (getComputedStyle(e).overflowX !== "visible") return true;
  };
  return [...document.querySelectorAll("article *")]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !scrolls(e))
    .map(e => e.outerHTML.slice(0, 100));
}"""


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def pages(root, absent):
    """Serve the built book, and return its address."""
    folder = root / "_build" / "html"
    if not (folder / f"{CHAPTER}.html").exists():
        absent("chromium", f"there are no pages in {folder}: run make book")
    handler = functools.partial(_Handler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def visit(browser, pages):
    """Return a function that opens a page and notes everything it asks for and complains of."""
    contexts = []

    def visit(path, **settings):
        contexts.append(context := browser.new_context(**settings))
        page = context.new_page()
        page.complaints, page.outside = [], []

        def guard(route):
            if route.request.url.startswith(pages + "/"):
                route.continue_()
            else:
                page.outside.append(route.request.url)
                route.abort()

        def answered(response):
            if response.status >= 400:
                page.complaints.append(f"{response.status} {response.url}")

        def said(message):
            if message.type in ("error", "warning"):
                page.complaints.append(message.text)

        context.route("**/*", guard)
        page.on("response", answered)
        page.on("console", said)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(request.url[:200]))
        page.goto(f"{pages}/{path}", wait_until="networkidle")
        if error := page.evaluate(TYPESET):
            page.complaints.append(error)
        page.evaluate("document.fonts.ready.then(() => true)")
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def facts(visit):
    """Return a function that tells what is on a page; each page is opened once."""

    @functools.cache
    def facts(document):
        page = visit(f"{document}.html")
        found = page.evaluate(FACTS)
        page.set_viewport_size({"width": 375, "height": 800})
        found["narrow"] = page.evaluate("document.documentElement.scrollWidth")
        found["too_wide"] = page.evaluate(TOO_WIDE)
        found |= {"outside": page.outside, "complaints": page.complaints}
        page.close()
        return found

    return facts


def test_nothing_is_asked_of_the_network(facts, document):
    assert facts(document)["outside"] == []


def test_nothing_is_missing_and_nothing_complains(facts, document):
    assert facts(document)["complaints"] == []


def test_mathematics_is_typeset(facts, document):
    found = facts(document)
    assert found["typeset"] == found["formulas"]
    assert found["errors"] == []
    if found["formulas"]:
        assert found["fonts"] > 0, "the fonts of the mathematics were not loaded"


def test_there_is_mathematics_to_typeset(facts):
    assert facts(CHAPTER)["formulas"] > 100


def test_no_markup_is_left_in_the_text(facts, document):
    left = r"\\\(|\\\[|\$\$|\$[^ \n]+\$|\{(?:glue|eq|cite|ref|numref|doc|py)\W|\?\?"
    assert re.findall(rf".{{0,40}}(?:{left}).{{0,40}}", facts(document)["text"]) == []


def test_measured_numbers_stand_in_the_text(facts):
    pasted = facts(CHAPTER)["pasted"]
    assert len(pasted) > 30
    assert [text for text in pasted if not re.fullmatch(NUMBER, text)] == []


def test_pictures_are_loaded_and_described(facts, document):
    images = facts(document)["images"]
    assert [image for image in images if not image["width"]] == []
    assert [image for image in images if len(image["alt"] or "") < 10] == []


def test_the_chapter_has_its_pictures(facts):
    assert len(facts(CHAPTER)["images"]) >= 8


def test_headings_descend_one_level_at_a_time(facts, document):
    levels = facts(document)["headings"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels)), levels


def test_language_and_title_are_said(facts, document):
    assert facts(document)["language"] == "en"
    assert "Ripples and Recurrence" in facts(document)["title"]


def test_buttons_and_sounds_have_names(facts, document):
    assert facts(document)["unnamed"] == []


def test_links_into_the_book_lead_somewhere(facts, document, documents, pages, root):
    known = {f"{pages}/{name}.html": set(facts(name)["ids"]) for name in documents}
    lost = []
    for link in facts(document)["links"]:
        address, _, anchor = link.partition("#")
        if not address.startswith(pages + "/"):
            continue
        path = root / "_build" / "html" / address.removeprefix(pages + "/").partition("?")[0]
        if not path.exists() or (anchor and address in known and anchor not in known[address]):
            lost.append(link)
    assert lost == []


def test_no_button_leads_out_while_the_address_is_empty(facts, document, root):
    settings = (root / "_config.yml").read_text(encoding="utf8")
    if not re.search(r'^  url: ""', settings, re.MULTILINE):
        pytest.skip("the repository has an address")
    hosts = re.compile(r"github|gitlab|colab|mybinder|binder")
    assert [link for link in facts(document)["header"] if hosts.search(link)] == []


def test_a_phone_shows_the_whole_width(facts, document):
    found = facts(document)
    assert found["too_wide"] == []
    assert found["narrow"] <= 375 + 1


def test_the_address_of_the_book_is_its_first_page(visit):
    page = visit("index.html")
    page.wait_for_url("**/intro.html")
    assert page.outside == []


def test_search_finds_the_chapter(visit):
    page = visit("search.html?q=chirp")
    page.wait_for_selector(f"#search-results a[href*='{CHAPTER}.html']", timeout=10_000)
    assert page.outside == []
    assert page.complaints == []


def test_search_says_when_it_finds_nothing(visit):
    page = visit("search.html?q=zyzzyva")
    page.wait_for_function("/did not match|no results/i.test(document.body.innerText)")


def _luminance(colour):
    """Return the relative luminance of a CSS colour, as WCAG defines it."""
    channels = [int(x) / 255 for x in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.fixture(scope="module", params=["light", "dark"])
def themed(visit, request):
    """Return the chapter as a reader sees it who chose light or dark."""
    page = visit("search.html")
    page.evaluate(
        "theme => { localStorage.mode = theme; localStorage.theme = theme; }", request.param
    )
    page.goto(page.url.replace("search", CHAPTER), wait_until="networkidle")
    page.theme = request.param
    return page


def test_the_ground_is_as_chosen(themed):
    ground = themed.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (_luminance(ground) > 0.8) if themed.theme == "light" else (_luminance(ground) < 0.05)


@pytest.mark.parametrize("selector", ["article p", "article h2", "article figcaption p", ".math"])
def test_text_stands_out_from_the_ground(themed, selector):
    ground = _luminance(themed.evaluate("getComputedStyle(document.body).backgroundColor"))
    colour = "s => getComputedStyle(document.querySelector(s)).color"
    text = _luminance(themed.evaluate(colour, selector))
    contrast = (max(ground, text) + 0.05) / (min(ground, text) + 0.05)
    assert contrast >= 4.5, f"{selector}: {contrast:.1f}"


def test_figures_keep_a_light_ground(themed):
    pictures = themed.locator("article img").all()
    assert len(pictures) >= 8
    for picture in pictures:
        shot = Image.open(io.BytesIO(picture.screenshot())).convert("L")
        counts = shot.histogram()
        commonest = counts.index(max(counts))
        assert commonest > 200, f"{picture.get_attribute('alt')}: its ground has grey {commonest}"


def test_the_animation_moves_until_it_is_paused(visit):
    page = visit(f"{CHAPTER}.html")
    source = "document.querySelector('.animation img').src"
    first = page.evaluate(
        "document.querySelector('.animation + script').text.match(/data:[^\"]+/)[0]"
    )
    page.wait_for_function(f"first => {source} !== first", arg=first, timeout=5000)
    button = page.locator(".animation button")
    assert button.inner_text() == "Pause"
    button.click()
    assert button.inner_text() == "Play"
    slider = page.locator(".animation input")
    paused = slider.input_value()
    page.wait_for_timeout(300)
    assert slider.input_value() == paused
    slider.fill("0")
    assert page.evaluate(source) == first
    slider.fill("10")
    assert page.evaluate(source) != first


def test_the_animation_waits_where_less_motion_is_asked_for(visit):
    page = visit(f"{CHAPTER}.html", reduced_motion="reduce")
    source = "document.querySelector('.animation img').src"
    first = page.evaluate(source)
    page.wait_for_timeout(300)
    assert page.evaluate(source) == first
    page.locator(".animation button").click()
    page.wait_for_function(f"first => {source} !== first", arg=first, timeout=5000)


def test_the_sounds_can_be_heard(visit):
    page = visit(f"{CHAPTER}.html")
    sources = page.eval_on_selector_all("audio", "all => all.map(a => a.src)")
    assert sources
    durations = page.evaluate(
        """() => Promise.all([...document.querySelectorAll("audio")].map(a => new Promise(
          (done, fail) => { a.onloadeddata = () => done(a.duration); a.onerror = fail; a.load();
                            a.preload = "auto"; })))"""
    )
    for source, duration in zip(sources, durations, strict=True):
        kind, _, data = source.partition(";base64,")
        assert kind == "data:audio/wav"
        with wave.open(io.BytesIO(base64.b64decode(data))) as file:
            assert file.getnframes() / file.getframerate() == pytest.approx(duration, rel=1e-3)
            assert 0.5 < duration < 60
