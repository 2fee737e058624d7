"""What the page says of a suite whose coverage is known by hand, and that nothing in it can run."""

import re
from dataclasses import replace

import pytest

from faultloc.coverage import Coverage
from faultloc.report.idc.page import render_page, write_page

ATTACK = "<script>alert('x')</script>"


def plain(page: str) -> str:
    """The text of the page as a person reads it."""
    body = page.split("<body>")[1].replace("\xa0", " ")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def section(page: str, name: str) -> str:
    return page.split(f'<section id="{name}">')[1].split("</section>")[0]


def section_of_body(page: str, name: str) -> str:
    return "<body>" + section(page, name)


@pytest.mark.parametrize("what", ["class_name", "layer", "sample_id"])
def test_what_comes_from_the_user_cannot_run(make_page, what):
    page = render_page(make_page(**{what: f'0{ATTACK}" onerror="x'}))
    assert "<script" not in page.lower()
    assert ' onerror="' not in page.lower()
    assert "&lt;script&gt;" in page.lower()


def test_a_text_cannot_run_and_is_shown_in_full(make_page):
    page = render_page(make_page(kind="tokens", text=f'" onerror="x" {ATTACK} end'))
    assert "<script" not in page
    assert ' onerror="' not in page
    assert "end</blockquote>" in page


def test_the_page_loads_nothing(make_page):
    page = render_page(make_page())
    loaded = re.findall(r'(?:src=|href=|url\()"([^"]{0,30})', page)
    assert loaded
    assert all(address.startswith(("data:image/", "#")) for address in loaded)
    assert "default-src 'none'" in page


def test_every_anchor_has_its_section_and_every_section_its_anchor(make_page, without_idc):
    for shown in (make_page(), without_idc):
        page = render_page(shown)
        assert set(re.findall(r'href="#([^"]+)"', page)) == set(re.findall(r'<section id="([^"]+)"', page))


def test_the_headline_says_how_many_of_how_many(make_page):
    page = render_page(make_page())
    assert "<h1>6 test samples reach 3 of 4 combinations of what the 2 important units do</h1>" in page


def test_the_headline_says_what_so_many_samples_could_reach(make_page):
    page = plain(render_page(make_page(units=4)))
    assert "6 test samples reach 3 of 16 combinations of what the 4 important units do" in page
    assert "; as many samples could reach 6 at most" in page
    assert "of what 6 samples could cover at most 50 %" in page


def test_without_importance_driven_coverage_there_are_the_criteria_alone(without_idc):
    page = plain(render_page(without_idc))
    assert "What 6 test samples reach of the model, by one criterion of coverage" in page
    assert "Neuron coverage" in page
    assert "important" not in page


def test_a_saturated_criterion_is_marked_and_no_other(make_page):
    rows = section(render_page(make_page()), "criteria").split("<tr>")[2:]
    assert ['class="mark">saturated' in row for row in rows] == [False, True]


def test_numbers_of_any_size_are_readable(make_page):
    large = Coverage("tknp", 5, 10**400, 1000, ("a note",))
    page = plain(render_page(replace(make_page(), criteria=[large])))
    assert "1.00 × 10⁴⁰⁰" in page
    assert "< 0.1 %" in page.replace("&lt;", "<")
    assert "a note" in page


def test_each_unit_says_how_many_samples_fall_into_each_cluster(make_page):
    first, second = section(render_page(make_page()), "units").replace("\xa0", " ").split('<li class="unit">')[1:]
    assert "CONV.0" in plain("<body>" + first)
    assert re.findall(r"around (\S+) (\d+) ([\d.]+) %", plain("<body>" + first)) == [
        ("0", "5", "83.3"),
        ("10", "1", "16.7"),
    ]
    assert re.findall(r"around (\S+) (\d+) ", plain("<body>" + second)) == [("0", "5"), ("10", "1")]
    assert "importance 1.5" in second


def test_a_cluster_that_no_sample_reaches_is_marked(make_page):
    shown = make_page()
    unit = replace(shown.important.units[0], counts=[6, 0])
    page = render_page(replace(shown, important=replace(shown.important, units=[unit, shown.important.units[1]])))
    assert section(page, "units").count("no sample") == 1
    assert "clusters of single units are reached by a test sample 3 of 4" in plain(page)


def test_the_commonest_combination_comes_first_with_its_samples(make_page):
    rows = section(render_page(make_page()), "covered").replace("\xa0", " ").split("<tr>")[2:]
    assert [re.search(r"clusters ([\d ]+)\"", row)[1].strip() for row in rows] == ["1 1", "1 2", "2 1"]
    assert '4 <span class="tag">66.7 %' in rows[0]
    assert re.findall(r'alt="([^"]+)"', rows[0]) == ["test/0.png", "test/1.png", "test/3.png", "test/5.png"]
    assert re.findall(r'alt="([^"]+)"', rows[2]) == ["test/4.png"]


def test_units_bear_no_number_that_could_be_a_rank(make_page):
    units = section(render_page(make_page(units=4)), "units")
    assert re.findall(r"<h3>(.*?)</h3>", units) == ["CONV.0", "CONV.1", "CONV.2", "CONV.3"]
    assert "the order of the cells above" in units


def test_of_some_images_it_is_said_that_they_are_not_all(make_page):
    assert "2 images of 6, spread evenly" in section(render_page(make_page()), "relevance")


def test_combinations_that_are_not_shown_are_counted(make_page):
    shown = make_page()
    short = replace(shown.important, covered=shown.important.covered[:1])
    assert "and 2 more" in render_page(replace(shown, important=short))


def test_the_uncovered_combination_names_the_nearest_sample_and_what_must_change(make_page):
    cards = section(render_page(make_page()), "uncovered").split('<li class="card')[1:]
    assert len(cards) == 1
    assert "1 combination is not covered" in render_page(make_page())
    text = plain("<body>" + cards[0])
    # The fifth sample is at 4 of 10 in the second unit, and the clusters part at 5.
    assert 'alt="test/4.png"' in cards[0]
    assert "CONV.1 rises by 1 above 5 (cluster 1 → 2;" in text
    assert re.findall(r'<span[^>]*?(class="changed")?[ ]title', cards[0]).count('class="changed"') == 1


def test_where_all_is_covered_or_the_search_ended_early_the_page_says_so(make_page):
    shown = make_page()
    for is_complete, said in ((True, "Every combination is covered"), (False, "came to its limit before it found")):
        important = replace(shown.important, uncovered=[], is_complete=is_complete)
        assert said in render_page(replace(shown, important=important))
    important = replace(shown.important, is_complete=False)
    assert "fewer than were asked for" in render_page(replace(shown, important=important))


def test_what_to_add_has_its_gain_and_where_the_pool_is_exhausted_the_page_says_so(make_page):
    text = plain(section_of_body(render_page(make_page()), "add"))
    assert "+1 to 4" in text
    assert "3 → 4 of 4 would be covered" in text
    assert "No other input of the pool adds anything: this one covers what all 3 would" in text
    assert 'alt="test/1.png"' in section(render_page(make_page()), "add")


def test_a_pool_that_adds_nothing_is_a_sentence(make_page):
    shown = make_page()
    page = render_page(replace(shown, additions=replace(shown.additions, chosen=[], is_exhausted=True)))
    assert "None of the 3 inputs of the pool adds anything" in page


def test_the_label_of_a_pool_nobody_has_labelled_is_not_shown(make_page):
    added = section(render_page(make_page()), "add")
    assert "stop" not in added and "yield" not in added


@pytest.mark.parametrize("kind", ["vector", "tokens"])
def test_samples_that_are_no_pictures_are_words_instead(make_page, kind):
    page = render_page(make_page(kind=kind, text="a sentence of words" if kind == "tokens" else ""))
    assert "<img" not in page
    assert 'href="#relevance"' not in page
    said = "a sentence of words" if kind == "tokens" else "4 numbers from"
    for name in ("add", "uncovered", "covered"):
        assert said in section(page, name)


def test_classes_and_layers_have_the_overlap_and_the_counts(make_page):
    text = plain(section_of_body(render_page(make_page()), "common"))
    assert "stop 1.00 0.50 yield 0.50 1.00" in text
    assert "stop 1 yield 2" in text
    assert "Important for every class: conv.0" in text


def test_relevance_stands_beside_each_picture_with_what_the_model_says(make_page):
    found = section(render_page(make_page()), "relevance")
    assert found.count("<img") == 4
    assert "stop → stop" in found and "stop → yield" in found


def test_the_file_is_the_page_and_the_same_content_gives_the_same_bytes(make_page, tmp_path):
    written = write_page(tmp_path, make_page())
    assert written == tmp_path / "report.html"
    first = written.read_bytes()
    assert first.decode() == render_page(make_page())
    assert write_page(tmp_path, make_page()).read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
