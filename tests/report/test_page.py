import re
from dataclasses import replace

from faultloc.report.dfaulo.page import render_page

ATTACK = "<script>alert('x')</script>"


def test_a_class_name_cannot_run(make_content) -> None:
    page = render_page(make_content(class_name=ATTACK))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_text_cannot_run(make_content) -> None:
    page = render_page(make_content(text=f'" onerror="x" {ATTACK}'))
    assert "<script" not in page
    assert ' onerror="' not in page


def test_the_page_loads_nothing(make_content) -> None:
    page = render_page(make_content())
    loaded = re.findall(r'(?:src|srcset|href)="([^"]{0,30})', page)
    assert loaded
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in loaded)
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_the_page_has_a_dark_and_a_light_side(make_content) -> None:
    page = render_page(make_content())
    assert "@media (prefers-color-scheme: dark)" in page
    assert page.count("<picture>") == 4  # two panels of the result, two of the training


def test_every_suspect_has_a_card_with_its_labels_and_what_it_really_is(make_content) -> None:
    page = render_page(make_content())
    assert page.count('class="card') == 5
    assert page.count("● truly bag") == 2
    assert page.count("no fault</p>") == 3


def test_a_text_is_shown_in_full(make_content) -> None:
    text = "word " * 400 + "end"
    assert f"<blockquote>{text}</blockquote>" in render_page(make_content(text=text))


def test_without_a_truth_the_page_has_no_marks_and_no_metrics(make_content) -> None:
    page = render_page(make_content(known=False))
    assert page.count('class="card"') == 5
    assert "no fault" not in page
    assert "<table>" not in page


def test_every_anchor_has_its_section(make_content) -> None:
    for known in (True, False):
        page = render_page(make_content(known=known))
        for name in re.findall(r'href="#([^"]+)"', page):
            assert f'id="{name}"' in page


def test_a_card_says_what_is_suspected_and_what_would_be_right(make_content) -> None:
    page = render_page(make_content(estimated=True))
    assert page.count("wrong label, rather sandal") == 5
    assert "rather" not in render_page(make_content())


def test_what_answers_the_question_stands_first_and_alike_cards_are_folded_away(make_content) -> None:
    content = make_content()
    content = replace(content, suspects=[content.suspects[number % 5] for number in range(60)])
    page = render_page(content)
    places = [page.index(f'<section id="{name}">') for name in ("curves", "samples", "baselines")]
    assert places == sorted(places)
    before, _, after = page.partition('<details class="more">')
    assert (before.count('class="card'), after.count('class="card')) == (12, 48)
    assert "the next 48 samples" in after
